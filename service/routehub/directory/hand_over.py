"""Handing one's duty over for a time (UX 3.8). Nothing moves before the deputy accepts; it ends by itself; one that
would leave the party without a reachable person is refused with the gap named. Times are wall time.
"""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy import insert, update

from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown
from routehub.core.ids import uuid7
from routehub.directory.people import may_manage
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, HandOverView, PersonView, load
from routehub.directory.tables import hand_overs
from routehub.directory.transaction import Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import Moment

LONGEST = timedelta(days=366)
PersonId = Annotated[str, Field(min_length=1, max_length=60)]


class NewHandOver(BaseModel):
    """To whom, from, until. ``person``: whose duty, if not one's own; ``starts``: now, if not named."""

    model_config = STRICT

    deputy: PersonId
    ends: Moment
    starts: Moment | None = None
    person: PersonId | None = None


def make(tx: Transaction, who: Principal, given: NewHandOver) -> HandOverView:
    """Propose a hand-over: one's own, or as the party's office somebody else's.

    Errors: 403, 404 for people of another party, 409 for a time that is handed over already, 422 for a gap.
    """
    directory = load(tx.conn)
    giver = _colleague(directory, who, given.person or who.person_id)
    deputy = _colleague(directory, who, given.deputy)
    if who.person_id != giver.id and not may_manage(who, giver.party):
        raise NotAllowed("You hand over your own duty; for a colleague the party's office does it.")
    starts = max(given.starts or tx.wall, tx.wall)
    new = HandOverView(uuid7(tx.wall), who.route, giver.id, deputy.id, starts, given.ends, None, None)
    _check(directory, new, giver, deputy, tx.wall)
    tx.conn.execute(
        insert(hand_overs).values(
            id=new.id, route=new.route, person=new.person, deputy=new.deputy, starts=new.starts, ends=new.ends,
            made_by=who.actor,
        )
    )  # fmt: skip
    _changed(tx, who, giver, "hand-over", new)
    return new


def accept(tx: Transaction, who: Principal, hand_over_id: str, *, now: bool = False) -> HandOverView:
    """The deputy accepts; with ``now`` the duty moves at once ("Take over now")."""
    directory = load(tx.conn)
    found = _open(directory, who, hand_over_id, tx.wall)
    if who.person_id != found.deputy:
        raise NotAllowed("The deputy accepts a hand-over, nobody else.")
    starts = min(found.starts, tx.wall) if now else found.starts
    taken = replace(found, starts=starts, accepted_at=found.accepted_at or tx.wall)
    giver = directory.people[found.person]
    _check(directory, taken, giver, directory.people[found.deputy], tx.wall)
    _store(tx, taken)
    _changed(tx, who, giver, "hand-over-taken-over" if now else "hand-over-accepted", taken)
    return taken


def end(tx: Transaction, who: Principal, hand_over_id: str) -> HandOverView:
    """Take back (the person, the office), or decline or give back (the deputy). The duty is the person's again."""
    directory = load(tx.conn)
    found = _open(directory, who, hand_over_id, tx.wall)
    giver = directory.people[found.person]
    if who.person_id not in (found.person, found.deputy) and not may_manage(who, giver.party):
        raise NotAllowed("The two people concerned end a hand-over, or the party's office.")
    ended = replace(found, ended_at=tx.wall)
    _store(tx, ended)
    act = "hand-over-declined" if who.person_id == found.deputy else "hand-over-taken-back"
    _changed(tx, who, giver, act, ended)
    return ended


def state(hand_over: HandOverView, wall: datetime) -> str:
    """proposed, lapsed (never accepted), accepted, running, over, or ended early."""
    if hand_over.ended_at is not None:
        return "ended"
    if wall >= hand_over.ends:
        return "over" if hand_over.accepted_at else "lapsed"
    if hand_over.accepted_at is None:
        return "proposed"
    return "running" if hand_over.running(wall) else "accepted"


def gap(
    before: Directory, after: Directory, route: str, party: str, start: datetime, end: datetime
) -> tuple[datetime, datetime] | None:
    """The first time between two instants at which a party has somebody reachable ``before`` a change and nobody
    ``after`` it."""
    edges = {start}
    for hand_over in after.hand_overs:
        edges |= {hand_over.starts, hand_over.ends}
    for person in after.people.values():
        edges |= {person.valid_from, person.valid_until or end}
    steps = [*sorted(edge for edge in edges if start <= edge < end), end]
    found: tuple[datetime, datetime] | None = None
    for step, following in itertools.pairwise(steps):
        if before.reachable(route, party, step) and not after.reachable(route, party, step):
            found = (found[0] if found else step, following)
        elif found:
            break
    return found


def _check(directory: Directory, new: HandOverView, giver: PersonView, deputy: PersonView, wall: datetime) -> None:
    problems = []
    if giver.id == deputy.id:
        problems.append(Problem("/deputy", "same-person", "A duty is handed over to somebody else."))
    if not giver.roles.get(new.route):
        problems.append(Problem("/person", "no-duty", f"{giver.name} has no role on this route to hand over."))
    if new.ends <= max(new.starts, wall) or new.ends - new.starts > LONGEST:
        problems.append(Problem("/ends", "term", f"A hand-over ends after it begins, within {LONGEST.days} days."))
    if not deputy.active(max(new.starts, wall)):
        problems.append(Problem("/deputy", "not-nominated", f"{deputy.name} is not nominated at that time."))
    if problems:
        raise Refused(problems[0].message, problems)
    others = tuple(h for h in directory.hand_overs if h.id != new.id)
    for other in others:
        same = other.route == new.route and other.person == new.person and other.ended_at is None
        if same and other.starts < new.ends and new.starts < other.ends:
            raise Conflict(f"{giver.name} has handed over a part of this time already. Take that back first.")
    without, as_if = (
        replace(directory, hand_overs=found) for found in (others, (*others, replace(new, accepted_at=wall)))
    )
    if missing := gap(without, as_if, new.route, giver.party, max(new.starts, wall), new.ends):
        raise _gap_refused(directory, new, giver.party, missing)


def _gap_refused(directory: Directory, new: HandOverView, party: str, missing: tuple[datetime, datetime]) -> Refused:
    route = directory.routes[new.route]
    member = next((m for m in route.memberships if m.party == party), None)
    zone = member.zone if member else route.zone
    words = (
        f"From {_local(missing[0], zone)} to {_local(missing[1], zone)} ({zone.key}) nobody of {party} is reachable."
    )
    return Refused(
        f"{words} Choose another person or time.",
        [Problem("/ends", "gap", words, sent=[moment.isoformat() for moment in missing])],
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%-d %B %Y, %H:%M}"


def _colleague(directory: Directory, who: Principal, person_id: str | None) -> PersonView:
    person = directory.people.get(person_id or "")
    if person is None or person.withdrawn_at or (person.party != who.party and "operator" not in who.roles):
        raise Unknown("There is no such person in your party.")
    return person


def _open(directory: Directory, who: Principal, hand_over_id: str, wall: datetime) -> HandOverView:
    """A hand-over of the actor's party and route that is not over."""
    found = next((h for h in directory.hand_overs if h.id == hand_over_id and h.route == who.route), None)
    own = found is not None and directory.people[found.person].party == who.party
    if found is None or not (own or "operator" in who.roles):
        raise Unknown("There is no such hand-over that you can see.")
    if found.ended_at is not None or wall >= found.ends:
        raise Conflict("This hand-over is over.")
    return found


def _store(tx: Transaction, view: HandOverView) -> None:
    values = {"starts": view.starts, "accepted_at": view.accepted_at, "ended_at": view.ended_at}
    tx.conn.execute(update(hand_overs).where(hand_overs.c.id == view.id).values(**values))


def _changed(tx: Transaction, who: Principal, giver: PersonView, act: str, view: HandOverView) -> None:
    detail = {"hand_over": view.id, "person": view.person, "deputy": view.deputy, "from": view.starts, "to": view.ends}
    tx.audit(act, who.route, giver.party, who.actor, detail)
    tx.directory_changed()
