"""Reports that are not in: reminders to the party's own people, and to the coordinators one notice on each change of
state. Durable rows decide; what a first look finds is put on record without a word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects import postgresql, sqlite

from routehub.boards.reporting.freshness import DayReport
from routehub.boards.reporting.queries import days_of
from routehub.core.canonical import dumps
from routehub.core.ids import uuid7
from routehub.delivery import outgoing
from routehub.delivery.addressees import Moment, coordinators
from routehub.delivery.escalation.letters import REPORT, STANDING, report_about
from routehub.delivery.escalation.reporting_times import (
    AFTER,
    APART,
    BEFORE,
    SHOWN,
    Reminder,
    Standing,
    changed,
    closed_day,
    excused,
    last_in,
    moved_back,
    reminders,
    standing,
)
from routehub.delivery.escalation.tables import report_reminders, report_standings
from routehub.directory.pauses import is_paused
from routehub.directory.reporting_day import current_day, due_at
from routehub.directory.snapshot import Membership, PersonView, RouteView
from routehub.directory.visibility import readable, shared
from routehub.journal.message import Transaction

ONE_DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=4)
"""A party that was silent before that stays silent: its standing is on record."""


@dataclass(frozen=True)
class Change:
    """How a party stands now, and what was on record before. ``tell``: whether that is news."""

    party: str
    before: Standing | None
    after: Standing
    tell: bool


@dataclass
class Work:
    """What there is to write for one route. ``first``: reminders whose time it is at a party's first look."""

    route: str
    remind: list[Reminder] = field(default_factory=list)
    first: list[Reminder] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.remind or self.changes)


def find(conn: Connection, at: Moment, route: RouteView, *, movable: bool = False) -> Work:
    """What is due on a route now. movable: the clock is that of an exercise, and may have been moved back."""
    now, today = at.now, at.now.astimezone(route.zone).date()
    members = [member for member in route.members(today) if member.reports]
    work = Work(route.code)
    if not members:
        return work
    known = standings(conn, route.code)
    days = _days_for_coordinators(conn, route, today)
    for member in members:
        before, closed = known.get(member.party), closed_day(member, now)
        if is_paused(at.directory, route.code, member.party, closed):
            after = excused(before, closed)
        else:
            # A day for which the party was excused is answered: silence is counted from there.
            asked = (closed - n * ONE_DAY for n in range(LOOK_BACK.days))
            free = {day for day in asked if is_paused(at.directory, route.code, member.party, day)}
            answered = {**days.get(member.party, {}), **dict.fromkeys(free)}
            last = last_in(answered, current_day(member, now))
            back = movable and before is not None and moved_back(before, closed_day(member, now + APART), last)
            after = standing(before, closed, last, anew=back)
        if before != after:
            work.changes.append(Change(member.party, before, after, changed(before, after)))
        open_ones = [
            one for one in reminders(member, now) if not is_paused(at.directory, route.code, one.party, one.day)
        ]
        if before is None:
            work.first += open_ones
        else:
            work.remind += [one for one in open_ones if not _settled(conn, route, member, one)]
    return work


def _settled(conn: Connection, route: RouteView, member: Membership, one: Reminder) -> bool:
    """Whether a reminder has been sent, or the report is in: as the party itself knows it."""
    r = report_reminders.c
    known = select(r.step).where(r.route == route.code, r.party == one.party, r.day == one.day, r.step == one.step)
    if conn.execute(known).first() is not None:
        return True
    ids = readable(conn, route.code, member.party)
    return one.day in days_of(conn, ids, route.code, one.day, one.day, one.party).get(one.party, {})


def _days_for_coordinators(conn: Connection, route: RouteView, today: date) -> Mapping[str, Mapping[date, DayReport]]:
    """The reports that every coordinator may read: who did not share theirs with them counts as missing."""
    them = frozenset(member.party for member in route.members(today, "coordinator"))
    ids = shared(conn, route.code, them) if them else frozenset()
    return days_of(conn, ids, route.code, today - LOOK_BACK, today + timedelta(days=1))


def standings(conn: Connection, route: str) -> dict[str, Standing]:
    """What is on record for a route, by party."""
    rows = conn.execute(select(report_standings).where(report_standings.c.route == route)).mappings()
    return {row["party"]: _standing(row) for row in rows}


def _standing(row: RowMapping) -> Standing:
    return Standing(row["state"], row["day"])


def write(tx: Transaction, at: Moment, work: Work) -> None:
    """Put on record what is due and send what it makes, in one transaction."""
    for one in work.first:
        _claim(tx, work.route, one)
    for one in work.remind:
        if _claim(tx, work.route, one):
            outgoing.add(tx, _reminder_rows(tx, at, work.route, one))
    told = [change for change in work.changes if _record(tx, work.route, change) and change.tell]
    if told:
        _tell(tx, at, work.route, told)


def _claim(tx: Transaction, route: str, one: Reminder) -> bool:
    make = postgresql.insert if tx.conn.dialect.name == "postgresql" else sqlite.insert
    row = {"route": route, "party": one.party, "day": one.day, "step": one.step, "at": tx.now}
    keys = ["route", "party", "day", "step"]
    claim = make(report_reminders).values(row).on_conflict_do_nothing(index_elements=keys)
    return tx.conn.execute(claim.returning(report_reminders.c.step)).first() is not None


def _record(tx: Transaction, route: str, change: Change) -> bool:
    """Keep the new state; False when another hub has."""
    r, after = report_standings.c, change.after
    if change.before is None:
        make = postgresql.insert if tx.conn.dialect.name == "postgresql" else sqlite.insert
        row = {"route": route, "party": change.party, "state": after.state, "day": after.day, "since": tx.now}
        first = make(report_standings).values(row).on_conflict_do_nothing(index_elements=["route", "party"])
        return tx.conn.execute(first.returning(r.state)).first() is not None
    since = {"since": tx.now} if change.before.state != after.state else {}
    kept = tx.conn.execute(
        update(report_standings)
        .where(
            r.route == route, r.party == change.party, r.state == change.before.state, r.day == change.before.day
        )
        .values(state=after.state, day=after.day, **since)
    )  # fmt: skip
    return kept.rowcount == 1


def _reminder_rows(tx: Transaction, at: Moment, route: str, one: Reminder) -> list[dict[str, object]]:
    people = [*at.directory.on_duty(route, one.party, at.wall)]
    if one.step == "after":
        people += at.directory.deputies(route, one.party, at.wall)
    note = dumps({"due": one.due})
    about = report_about(one.party, one.day, one.step)
    return [
        outgoing.row(
            uuid7(tx.wall), f"person:{person.id}", about, REPORT, route, one.party, "email", "report", tx.wall,
            note=note,
        )
        for person in {person.id: person for person in people}.values()
    ]  # fmt: skip


def _tell(tx: Transaction, at: Moment, route: str, changes: list[Change]) -> None:
    """One mail to each coordinator about all that changed at this look."""
    note = dumps([[change.party, change.after.state, change.after.day] for change in changes])
    about = f"standing.{uuid7(tx.wall)}"
    view = at.directory.routes[route]
    today = at.now.astimezone(view.zone).date()
    people: list[PersonView] = []
    for member in view.members(today, "coordinator"):
        people += coordinators(at, route, member.party, member.role, today)
    outgoing.add(
        tx,
        [
            outgoing.row(
                uuid7(tx.wall), f"person:{person.id}", about, STANDING, route, person.party, "email", "report",
                tx.wall, note=note,
            )
            for person in people
        ],
    )  # fmt: skip
    tx.audit("reporting", route, "HUB", "hub", {"changes": {one.party: one.after.state for one in changes}})


def next_look(at: Moment, route: RouteView) -> datetime | None:
    """When something about reporting may next be due on a route."""
    times = []
    for member in route.members(at.now.astimezone(route.zone).date()):
        if member.reports:
            day = current_day(member, at.now)
            for apart in (0, 1):
                due = due_at(member, day + timedelta(days=apart))
                times += [due - BEFORE, due + AFTER, due + SHOWN]
    return min((time for time in times if time > at.now), default=None)
