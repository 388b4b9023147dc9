"""What was corrected since a moment, each value with the one before it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, FigureValue, history
from routehub.views import shared
from routehub.views.changes import Corrected
from routehub.views.route import BACK, RoutePicture


def load(conn: Connection, audiences: Iterable[int], picture: RoutePicture, since: datetime) -> Corrected:
    """The corrections among the values of a picture. What was there before is read as far as everyone may know it."""
    changed = [v for v in picture.values if v.revised and v.accepted_at >= since and v.value is not None]
    if not changed:
        return {}
    query = FigureQuery(
        picture.route.code, parties=frozenset(v.party for v in changed),
        indicators=frozenset(v.indicator for v in changed), first=min(v.day for v in changed),
        last=max(v.day for v in changed), hours=False,
    )  # fmt: skip
    known = history(conn, shared.inputs(conn, picture.route, audiences, picture.now, BACK), query)
    found: dict[str, list[tuple[FigureValue, FigureValue]]] = {}
    for value in changed:
        revisions = shared.without_red(conn, known.get((value.series_id, value.bucket, value.start), ()))
        before = _before(revisions, value)
        if before is not None:
            found.setdefault(value.party, []).append((value, before))
    return found


def _before(revisions: Iterable[FigureValue], value: FigureValue) -> FigureValue | None:
    """The last other number that was known before this one."""
    earlier = [
        one for one in revisions
        if one.accepted_at <= value.accepted_at and one.value is not None and one.value != value.value
    ]  # fmt: skip
    return earlier[-1] if earlier else None
