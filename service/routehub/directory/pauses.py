"""Days for which a party is excused from reporting, such as a public holiday (DOMAIN 5): no silence is told of it, no
reminder is sent, and whoever looks reads the reason. The party's office says so, or a coordinator. Days are reporting
days of the party, both ends included; times are hub time."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, update

from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown, refused
from routehub.core.ids import uuid7
from routehub.directory.people import may_manage
from routehub.directory.principal import Principal
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import Directory, Membership, PauseView, load
from routehub.directory.tables import reporting_pauses
from routehub.directory.transaction import Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import Day, Line, PartyCode

BACK = timedelta(days=7)
"""A holiday that nobody announced may still be excused; what lies further back has been discussed already."""
AHEAD = timedelta(days=366)
LONGEST = timedelta(days=31)
"""Who is away for longer is better taken off the parties that report."""


class NewPause(BaseModel):
    """From, until, why. ``party``: one's own, if not named; ``until``: the same day, if not named."""

    model_config = ConfigDict(**STRICT, populate_by_name=True)

    first: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    reason: Line
    party: PartyCode | None = None


def is_paused(directory: Directory, route: str, party: str, day: date) -> bool:
    """Whether a party is excused from reporting for a reporting day."""
    return directory.pause(route, party, day) is not None


def may_pause(who: Principal, party: str) -> bool:
    """A party's office for its own party, a coordinator or the operator for any."""
    return may_manage(who, party) or "coordinator" in who.roles


def make(tx: Transaction, who: Principal, given: NewPause) -> PauseView:
    """Excuse a party.

    Errors: 403 for another party, 404 for one that does not report on this route, 409 for days that are excused
    already, 422 for days that are too many, too long ago or too far ahead.
    """
    directory = load(tx.conn)
    member = _reporting(tx, directory, who, given.party or who.party)
    if not may_pause(who, member.party):
        raise NotAllowed(f"This is for the party office of {member.party}, or for a coordinator.")
    last = given.until or given.first
    _check(given.first, last, current_day(member, tx.now))
    new = PauseView(uuid7(tx.wall), who.route, member.party, given.first, last, given.reason, who.actor, tx.now)
    days = (new.first + timedelta(n) for n in range((last - new.first).days + 1))
    if taken := next((day for day in days if directory.pause(who.route, member.party, day)), None):
        raise Conflict(f"{member.party} is excused on {taken.isoformat()} already. End that pause first.")
    tx.conn.execute(
        insert(reporting_pauses).values(
            id=new.id, route=new.route, party=new.party, first=new.first, last=new.last, reason=new.reason,
            made_by=new.made_by, made_at=new.made_at,
        )
    )  # fmt: skip
    detail = {"pause": new.id, "first": new.first, "last": new.last, "reason": new.reason}
    tx.audit("reporting-pause", new.route, new.party, who.actor, detail)
    tx.directory_changed()
    return new


def end(tx: Transaction, who: Principal, pause_id: str) -> PauseView:
    """End a pause: the party is to report again from its present reporting day on. Days before stay excused.

    Errors: 404 for a pause that is not there, 403 for one of another party, 409 for one that is over.
    """
    directory = load(tx.conn)
    found = next((p for p in directory.pauses if p.id == pause_id and p.route == who.route), None)
    if found is None:
        raise Unknown("There is no such pause on this route.")
    if not may_pause(who, found.party):
        raise NotAllowed(f"This is for the party office of {found.party}, or for a coordinator.")
    day = today_of(directory, found.route, found.party, tx.now)
    if found.ended_at is not None or day > found.last:
        raise Conflict("This pause is over.")
    ended = replace(found, ended_at=tx.now, ended_from=max(found.first, day))
    p = reporting_pauses.c
    tx.conn.execute(
        update(reporting_pauses)
        .where(p.id == found.id)
        .values(ended_at=ended.ended_at, ended_from=ended.ended_from)
    )  # fmt: skip
    tx.audit("reporting-pause-ended", found.route, found.party, who.actor, {"pause": found.id, "from": day})
    tx.directory_changed()
    return ended


def state(pause: PauseView, today: date) -> str:
    """planned, running, over, or ended before its last day. today: the party's present reporting day."""
    if pause.ended_from is not None:
        return "ended"
    return "planned" if today < pause.first else "running" if today <= pause.last else "over"


def visible(directory: Directory, who: Principal) -> tuple[PauseView, ...]:
    """Those of the route, the newest first: whoever sees how parties report sees why one need not."""
    return tuple(sorted((p for p in directory.pauses if p.route == who.route), key=lambda p: p.made_at, reverse=True))


def today_of(directory: Directory, route: str, party: str, now: datetime) -> date:
    """The present reporting day of a party."""
    view = directory.routes[route]
    today = now.astimezone(view.zone).date()
    member = view.membership(party, today)
    return current_day(member, now) if member else today


def _reporting(tx: Transaction, directory: Directory, who: Principal, sent: str) -> Membership:
    route = directory.routes.get(who.route)
    if route is None:
        raise Unknown(f"There is no route {who.route} here that you can see.")
    member = route.membership(directory.party_code(sent) or sent, tx.now.astimezone(route.zone).date())
    if member is None or not member.reports:
        raise refused("/party", "unknown-party", f"{sent} is not a party that reports on route {who.route}.", sent=sent)
    return member


def _check(first: date, last: date, today: date) -> None:
    problems = []
    if last < first:
        problems.append(Problem("/until", "order", "A pause ends on its first day or after it.", sent=last.isoformat()))
    if last - first >= LONGEST:
        problems.append(
            Problem("/until", "too-long", f"A pause is {LONGEST.days} days or shorter.", sent=last.isoformat())
        )
    if not today - BACK <= first <= today + AHEAD:
        allowed = f"{(today - BACK).isoformat()} to {(today + AHEAD).isoformat()}"
        problems.append(
            Problem(
                "/from", "out-of-range", "A pause begins neither long ago nor in a year.", first.isoformat(), allowed
            )
        )
    if problems:
        raise Refused(problems[0].message, problems)
