"""What a party should know first: what changed, ranked, and what waits for it. The page, the API and the terminal show
the same lines (UX 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.requests.queries import Looking
from routehub.core.clock import wall
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.views import acting, changes, corrections, plans, readouts, waiting
from routehub.views.changes import Line, Todo
from routehub.views.route import RoutePicture


@dataclass(frozen=True)
class Briefing:
    """``lines``: the most important change first; ``todo``: what is for now, then by time, the longest overdue first;
    what has no time comes last."""

    lines: list[Line]
    todo: list[Todo]


def load(
    conn: Connection, directory: Directory, route: RouteView, who: Principal, ids: Iterable[int], picture: RoutePicture,
    since: datetime,
) -> Briefing:  # fmt: skip
    """Changes since a moment, and everything that waits for a party at the time of the picture."""
    now, party, audiences = picture.now, who.party, frozenset(ids)
    today = now.astimezone(route.zone).date()
    told, planned = acting.load(conn, audiences, route.code, now)
    news = acting.near(acting.lines(told, planned, route, directory, since, now), route, party, today)
    corrected = corrections.load(conn, audiences, picture, since)
    return Briefing(
        changes.ranked([*changes.changes(picture, since, corrected), *news]),
        by_time([
            *changes.todo(picture, party),
            *acting.todo(told, planned, party, directory, now),
            *waiting.load(conn, Looking(route.code, party, audiences, now, route.zone)),
            *waiting.invitations(conn, audiences, route, party, now),
            *readouts.waiting(conn, audiences, who, now),
            *plans.waiting(conn, audiences, route.code, party, today, now),
            *waiting.nominations_waiting(directory, route, who, today, wall()),
        ]),
    )  # fmt: skip


def by_time(found: Iterable[Todo]) -> list[Todo]:
    """Now first, then by time, then what has none; what is alike stays in its order."""
    return sorted(found, key=lambda item: (not item.at_once, item.due.timestamp() if item.due else float("inf")))
