"""Who takes part in a conference: what each party answered to the invitation, and who speaks for whom.

An answer holds for the time for which it was given. When the conference is moved, each party is asked again, as a
calendar asks again (RFC 5546, 2.1.4: a new time needs a new reply).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from routehub.boards.conferences.queries import ConferenceView
from routehub.boards.conferences.tables import conference_answers
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import clause

STATES = ("joined", "attends", "represented", "chairs", "declined", "unanswered")
PRESENT = frozenset({"joined"})
COMING = frozenset({"joined", "attends", "represented", "chairs"})


@dataclass(frozen=True)
class Place:
    """Where one invited party stands. ``state``: joined (its people opened the conference), attends, represented (by
    another party), chairs (and has not said more), declined, unanswered. ``joined_at``: when its people first joined;
    ``earlier``: it answered, for another time of the conference than the present one."""

    party: str
    state: str
    represented_by: str | None = None
    delegates: tuple[str, ...] = ()
    text: str | None = None
    at: datetime | None = None
    by: str | None = None
    joined_at: datetime | None = None
    earlier: bool = False
    message_id: str | None = None


def invited(route: RouteView, view: ConferenceView) -> tuple[str, ...]:
    """The parties that are asked: those named, else all that report to or coordinate the route on the day; the chair
    is always one of them. In the order of the route."""
    on = view.start.astimezone(route.zone).date()
    order = [member.party for member in route.members(on)]
    usual = [member.party for member in route.members(on, "member", "coordinator")]
    asked = {*(view.participants or usual), view.chair}
    return (*(party for party in order if party in asked), *sorted(asked - set(order)))


def attendance(
    conn: Connection, audiences: Iterable[int], route: RouteView, view: ConferenceView
) -> list[Place]:  # fmt: skip
    """Where each invited party stands, as the reader may know it; one that answered unasked comes last."""
    answers = answers_of(conn, audiences, view)
    asked = invited(route, view)
    parties = (*asked, *sorted(set(answers) - set(asked)))
    return [_place(party, view, answers.get(party, [])) for party in parties]


def counts(places: Iterable[Place]) -> dict[str, int]:
    """How many of the invited parties stand where."""
    found = dict.fromkeys(STATES, 0)
    for place in places:
        found[place.state] += 1
    return found


def answers_of(conn: Connection, audiences: Iterable[int], view: ConferenceView) -> dict[str, list[RowMapping]]:
    """All answers that a reader may read, by party, the oldest first."""
    a = conference_answers.c
    query = select(conference_answers).where(
        a.route == view.route, a.series == view.series, a.number == view.number, clause(a.audience_id, audiences)
    )
    found: dict[str, list[RowMapping]] = {}
    for row in conn.execute(query.order_by(a.sequence)).mappings():
        found.setdefault(row["party"], []).append(row)
    return found


def _place(party: str, view: ConferenceView, answers: list[RowMapping]) -> Place:
    current = [row for row in answers if row["start"] == view.start]
    if not current:
        state = "chairs" if party == view.chair else "unanswered"
        return Place(party, state, earlier=bool(answers))
    last = current[-1]
    joined = [row["accepted_at"] for row in current if row["act"] == "join"]
    told = [row for row in current if row["delegates"] != "[]"]
    return Place(
        party, _state(last, joined=bool(joined)), last["represented_by"],
        tuple(json.loads(told[-1]["delegates"])) if told and last["act"] != "decline" else (),
        last["text"], last["accepted_at"], last["author"], joined[0] if joined else None,
        message_id=last["message_id"],
    )  # fmt: skip


def _state(row: RowMapping, *, joined: bool) -> str:
    """What the last answer says; who has joined and then names its people has joined all the same."""
    if row["act"] == "decline":
        return "declined"
    if row["represented_by"]:
        return "represented"
    return "joined" if joined else "attends"
