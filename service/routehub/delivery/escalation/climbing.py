"""Alerts that nobody has acknowledged: which steps are due, and taking them (UX 7, PROMISES B4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from routehub.boards.alerts.waiting import Unanswered, still_waits, unanswered
from routehub.core.ids import uuid7
from routehub.delivery import outgoing
from routehub.delivery.addressees import Moment, coordinators, owner_stands
from routehub.delivery.escalation import held, plan, steps
from routehub.delivery.escalation.held import Nights
from routehub.delivery.escalation.joining import topic_of
from routehub.delivery.escalation.letters import CLIMBED, REMINDER
from routehub.delivery.escalation.plan import CLIMBING_STATUS, GRAVE, TOGETHER, Due
from routehub.directory.snapshot import PersonView
from routehub.directory.visibility import readers
from routehub.journal.message import Transaction

PORTION = 20
"""Steps of one transaction: a tenth of a second."""


@dataclass(frozen=True)
class Task:
    """A step that is due for one party."""

    waiting: Unanswered
    due: Due

    @property
    def due_at(self) -> datetime:
        return self.waiting.asked_at + self.due.step.after


@dataclass
class Tasks:
    """What is due now, and when there may be something next."""

    tasks: list[Task] = field(default_factory=list)
    following: datetime | None = None


def find(conn: Connection, now: datetime) -> Tasks:
    """What is due, over all open alerts."""
    waiting = [one for one in unanswered(conn, now, steps.some_left()) if one.status in CLIMBING_STATUS]
    asking = {one.asked_in for one in waiting}
    if not asking:
        return Tasks()
    taken, reached = steps.taken(conn, asking), steps.reached(conn, asking)
    found = Tasks()
    for one in waiting:
        done = taken.get((one.asked_in, one.party), {})
        rungs = plan.ladder(one.severity, reached=one.party in reached.get(one.asked_in, frozenset()))
        found.tasks += [Task(one, due) for due in plan.due(rungs, one.asked_at, now, done)]
        following = plan.next_look(one.severity, one.asked_at, now, done)
        found.following = min(filter(None, (found.following, following)), default=None)
    found.tasks += _soon(found.tasks, waiting, taken, now)
    return found


def _soon(
    tasks: Sequence[Task],
    waiting: Sequence[Unanswered],
    taken: Mapping[tuple[str, str], Collection[str]],
    now: datetime,
) -> list[Task]:
    """Steps of what can wait that are due soon on a leg of which a party is reminded now: asked for in one mail."""
    asked = {(task.waiting.route, task.waiting.party, _topic(task.waiting)) for task in tasks if _calm(task.waiting)}
    found = []
    for one in waiting if asked else ():
        if _calm(one) and (one.route, one.party, _topic(one)) in asked:
            done = taken.get((one.asked_in, one.party), {})
            rungs = plan.ladder(one.severity, reached=True)
            found += [
                Task(one, due) for due in plan.due(rungs, one.asked_at, now + TOGETHER, done)
                if one.asked_at + due.step.after > now
            ]  # fmt: skip
    return found


def _calm(one: Unanswered) -> bool:
    return one.severity not in GRAVE


def _topic(one: Unanswered) -> str:
    return topic_of(one.legs, one.place, one.sender)


def portions(tasks: Iterable[Task]) -> list[list[Task]]:
    """The tasks in parts that are each a short transaction, what can wait last; what becomes one mail stays together.

    After a flood of alerts, or when a hub comes back after hours, there are thousands; all in one transaction would
    hold the journal for as long, and nobody could post at any hub meanwhile."""
    together: dict[tuple[str, ...], list[Task]] = {}
    for task in sorted(tasks, key=lambda task: _calm(task.waiting)):
        one, step = task.waiting, task.due.step
        if step.to == "coordinators":
            key: tuple[str, ...] = (one.asked_in,)
        else:
            key = (one.route, one.party, _topic(one)) if _calm(one) else (one.asked_in, one.party, step.name)
        together.setdefault(key, []).append(task)
    found: list[list[Task]] = []
    for some in together.values():
        if not found or len(found[-1]) + len(some) > PORTION:
            found.append([])
        found[-1] += some
    return found


def take(tx: Transaction, at: Moment, tasks: Iterable[Task], night: str) -> None:
    """Take the steps: each goes on record with the mails that it makes. What was acknowledged meanwhile is left."""
    nights = Nights(tx.conn, at, night)
    climbed: dict[str, list[Task]] = {}
    calm: dict[tuple[str, str, str], list[Task]] = {}
    tasks = list(tasks)
    taken = steps.taken(tx.conn, {task.waiting.asked_in for task in tasks})
    for task in tasks:
        if task.due.step.name in taken.get((task.waiting.asked_in, task.waiting.party), {}):
            continue  # by another hub, which found the same
        if not still_waits(tx.conn, task.waiting.asked_in, task.waiting.party, tx.now):
            continue
        if task.due.step.to == "coordinators":
            climbed.setdefault(task.waiting.asked_in, []).append(task)
        elif _calm(task.waiting):
            one = task.waiting
            calm.setdefault((one.route, one.party, _topic(one)), []).append(task)
        else:
            _remind(tx, at, [task], nights)
    for joined in calm.values():
        _remind(tx, at, joined, nights)
    for together in climbed.values():
        _climb(tx, at, together)


def _remind(tx: Transaction, at: Moment, tasks: list[Task], nights: Nights) -> None:
    """One mail to each of a party's people: about one alert, or about several of a leg that can wait."""
    told = [task for task in tasks if task.due.tell]
    first = (told or tasks)[0]
    one, step = first.waiting, first.due.step
    people = _own_people(at, one, step.to) if told else []
    about = f"{one.asked_in}.{step.name}" if len(told) < 2 else f"joined.{uuid7(tx.wall)}"
    names = [person.name for person in people]
    taken = [
        task for task in tasks
        if steps.take(
            tx, task.waiting.asked_in, one.party, task.due.step.name, task.due_at, about,
            names if task.due.tell else [], told=task.due.tell and bool(people),
        )
    ]  # fmt: skip
    if not any(task.due.tell for task in taken):
        return
    for person in people:
        until = _later(tx, at, person, told, nights) if _calm(one) else None
        if until is None:
            outgoing.add(tx, [_row(tx, person, one, about, REMINDER, one.party)])
        else:
            held.hold(tx, [_held(person, one, about, at.now, until)])
    tx.audit("escalation", one.route, one.party, "hub", {"alert": one.alert, "step": step.name})


def _later(tx: Transaction, at: Moment, person: PersonView, told: list[Task], nights: Nights) -> datetime | None:
    """Until when a reminder of what can wait is held: the end of the person's quiet hours; and whoever has not even
    got the alert yet is reminded as long after that."""
    quiet = nights.until(told[0].waiting.route, person.id)
    release = held.release_of(tx.conn, f"person:{person.id}", [task.waiting.asked_in for task in told])
    if release is None:
        return quiet(at.now)
    then = max(release, at.now) + told[0].due.step.after
    return quiet(then) or then


def _climb(tx: Transaction, at: Moment, tasks: list[Task]) -> None:
    """One notice to each coordinator for all parties whose time has come together."""
    one = tasks[0].waiting
    notice = f"{one.asked_in}.coordinators.{uuid7(tx.wall)}"
    people = _coordinators(at, one, readers(tx.conn, one.audience_id))
    parties = {task.waiting.party for task in tasks}
    told = [person for person in people if parties - {person.party}]  # not about themselves alone
    names = [person.name for person in told]
    taken = [
        task for task in tasks
        if steps.take(
            tx, one.asked_in, task.waiting.party, task.due.step.name, task.due_at, notice, names, told=bool(told)
        )
    ]  # fmt: skip
    if taken:
        outgoing.add(tx, [_row(tx, person, one, notice, CLIMBED, person.party) for person in told])
        detail = {"alert": one.alert, "step": "coordinators", "parties": sorted(parties)}
        tx.audit("escalation", one.route, one.sender, "hub", detail)


def _own_people(at: Moment, one: Unanswered, to: str) -> list[PersonView]:
    """Whom a step tells at the party. To the deputy also means to those on duty, where there is no deputy the office:
    it is the last try within the party."""
    duty = at.directory.on_duty(one.route, one.party, at.wall)
    found: Collection[PersonView] = duty
    if to == "deputy":
        deputies = at.directory.deputies(one.route, one.party, at.wall) or tuple(
            person for person in at.directory.people.values()
            if person.party == one.party and person.active(at.wall)
            and "party_office" in person.roles.get(one.route, frozenset())
        )  # fmt: skip
        found = {person.id: person for person in (*deputies, *duty)}.values()
    return [person for person in found if owner_stands(at, one.route, one.party, f"person:{person.id}")]


def _coordinators(at: Moment, one: Unanswered, parties: frozenset[str]) -> list[PersonView]:
    """The coordinators' people who may read the alert."""
    route = at.directory.routes[one.route]
    today = at.now.astimezone(route.zone).date()
    return [
        person
        for member in route.members(today, "coordinator")
        if member.party in parties
        for person in coordinators(at, one.route, member.party, member.role, today)
    ]


def _row(tx: Transaction, person: PersonView, one: Unanswered, about: str, purpose: str, party: str) -> dict[str, Any]:
    return outgoing.row(
        uuid7(tx.wall), f"person:{person.id}", about, purpose, one.route, party, "email", "alert", tx.wall, urgent=True
    )


def _held(person: PersonView, one: Unanswered, about: str, now: datetime, until: datetime) -> dict[str, Any]:
    return {
        "addressee": f"person:{person.id}", "about": about, "purpose": REMINDER, "route": one.route,
        "party": one.party, "kind": "alert", "sequence": 0, "thread": one.alert, "joined": False, "held_at": now,
        "release_at": until,
    }  # fmt: skip
