"""Readouts that wait: for the parties named in them, and for the chair (UX 3.7)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.readouts.queries import CheckView, checks, readouts
from routehub.core.language import _
from routehub.directory.principal import Principal
from routehub.views.changes import Todo


def waiting(conn: Connection, ids: Iterable[int], who: Principal, now: datetime) -> list[Todo]:
    """Checks that name the party and to which it has said nothing; for the chair, what came of those that are over."""
    published = {(one.series, one.conference) for one in readouts(conn, who.route)}
    found: dict[tuple[str, int], CheckView] = {}
    for view in checks(conn, ids, who.route):
        found.setdefault((view.series, view.conference), view)
    newest = [view for which, view in found.items() if which not in published]
    told = [_to_check(view) for view in newest if view.waits_for(who.party, now)]
    if "chair" in who.roles:
        told += [todo for view in newest if (todo := _of_chair(view, now)) is not None]
    return told


def _to_check(view: CheckView) -> Todo:
    words = _(
        "Check the readout of conference %(conference)s: to say nothing is to accept it", conference=view.conference
    )
    return Todo(words, view.until, view.short_id, f"/readout-checks/{view.short_id}")


def _of_chair(view: CheckView, now: datetime) -> Todo | None:
    address = f"/conference/{view.conference}/readout" + ("" if view.series == "weekly" else f"?series={view.series}")
    state = view.state(now)
    if state == "change_asked":
        who = ", ".join(one.party for one in view.changes)
        return Todo(
            _(
                "%(who)s asks for a change in the readout of conference %(conference)s",
                who=who,
                conference=view.conference,
            ),
            None,
            None,
            address,
        )
    if state == "accepted":
        words = _(
            "Publish the readout of conference %(conference)s: its check is over, and nobody asked for a change",
            conference=view.conference,
        )
        return Todo(words, None, None, address)
    return None
