"""The steps that were taken: claimed by their key in the database, so that replicas and restarts neither repeat nor
forget one."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from routehub.boards.alerts import waiting
from routehub.core.canonical import dumps
from routehub.delivery.escalation import plan
from routehub.delivery.escalation.tables import escalation_steps
from routehub.delivery.tables import attempts, deliveries, held_mail
from routehub.journal import follow
from routehub.journal.message import Transaction

DISPATCHER = "dispatcher"
"""The follower of the journal that turns messages into deliveries."""


@dataclass(frozen=True)
class Taken:
    """One step on record. ``told``: False where a later one took its place; ``people``: the names of who was told."""

    asked_in: str
    party: str
    step: str
    due_at: datetime
    taken_at: datetime
    told: bool
    people: tuple[str, ...]


def take(
    tx: Transaction, asked_in: str, party: str, step: str, due_at: datetime, notice: str, people: Sequence[str], *,
    told: bool,
) -> bool:  # fmt: skip
    """Take a step for this hub; False when it has been taken. The INSERT decides, not what was read before."""
    make = postgresql.insert if tx.conn.dialect.name == "postgresql" else sqlite.insert
    done = tx.conn.execute(
        make(escalation_steps)
        .values(
            asked_in=asked_in, party=party, step=step, due_at=due_at, taken_at=tx.now, told=told,
            people=dumps(list(people)), notice=notice,
        )
        .on_conflict_do_nothing(index_elements=["asked_in", "party", "step"])
        .returning(escalation_steps.c.step)  # the count of rows is not told for an INSERT on both databases
    )  # fmt: skip
    return done.first() is not None


def some_left() -> ColumnElement[bool]:
    """Whether an unanswered alert has steps left for a party, reached or not. Asked in the database: of most open
    alerts all steps were taken long ago, and each look would read them again."""
    e = escalation_steps.c

    def done(names: Collection[str]) -> ColumnElement[int]:
        mine = (e.asked_in == waiting.asking, e.party == waiting.party, e.step.in_(names))
        query = select(func.count()).select_from(escalation_steps).where(*mine)
        return query.correlate(*waiting.tables).scalar_subquery()

    left = []
    for severity in plan.LADDERS:
        rungs = (*plan.ladder(severity, reached=True), *plan.ladder(severity, reached=False))
        names = sorted({step.name for step in rungs})
        if names:
            left.append(and_(waiting.severity == severity, done(names) < len(names)))
    return or_(*left)


def taken(conn: Connection, asked_in: Collection[str]) -> dict[tuple[str, str], dict[str, Taken]]:
    """The steps on record, by asking message and party, then by name."""
    e = escalation_steps.c
    query = select(escalation_steps).where(e.asked_in.in_(sorted(asked_in))).order_by(e.due_at)
    found: dict[tuple[str, str], dict[str, Taken]] = {}
    for row in conn.execute(query):
        step = Taken(
            row.asked_in, row.party, row.step, row.due_at, row.taken_at, row.told, tuple(json.loads(row.people))
        )
        found.setdefault((row.asked_in, row.party), {})[row.step] = step
    return found


def alerts_of(conn: Connection, notice: str, party: str) -> list[str]:
    """The asking messages that one joined reminder of a party is about, oldest first."""
    e = escalation_steps.c
    query = select(e.asked_in).where(e.notice == notice, e.party == party, e.told).order_by(e.due_at, e.asked_in)
    return list(conn.execute(query).scalars())


def parties_of(conn: Connection, notice: str) -> list[str]:
    """The parties that a notice to the coordinators is about."""
    e = escalation_steps.c
    return list(conn.execute(select(e.party).where(e.notice == notice).order_by(e.party)).scalars())


def brought() -> ColumnElement[bool]:
    """Whether a delivery was taken, also where it is being sent once more now: a replay makes it due again, and must
    not wake the deputy (docs/decisions/0041)."""
    d, a = deliveries.c, attempts.c
    return or_(d.state == "sent", select(a.delivery).where(a.delivery == d.id, a.ok).exists())


def reached(conn: Connection, messages: Collection[str]) -> dict[str, frozenset[str]]:
    """The parties to which some channel has brought a message, by message."""
    d = deliveries.c
    query = select(d.about, d.party).where(d.about.in_(sorted(messages)), brought()).distinct()
    h = held_mail.c
    joined = select(h.about, h.party).join(deliveries, d.about == h.batch)
    joined = joined.where(h.about.in_(sorted(messages)), brought(), d.addressee == h.addressee).distinct()
    found: dict[str, set[str]] = {}
    for row in (*conn.execute(query), *conn.execute(joined)):
        found.setdefault(row.about, set()).add(row.party)
    return {about: frozenset(parties) for about, parties in found.items()}


def sending(conn: Connection, messages: Collection[str]) -> dict[str, frozenset[str] | None]:
    """The parties to which a message is on its way, by message; None while the dispatcher has not looked at it, so that
    nobody knows yet."""
    d, h = deliveries.c, held_mail.c
    due = select(d.about, d.party).where(d.about.in_(sorted(messages)), d.state == "due").distinct()
    held = select(h.about, h.party).where(h.about.in_(sorted(messages)), h.released_at.is_(None)).distinct()
    found: dict[str, set[str]] = {about: set() for about in messages}
    for row in (*conn.execute(due), *conn.execute(held)):
        found[row.about].add(row.party)
    unseen = follow.ahead(conn, DISPATCHER, messages)
    return {about: None if about in unseen else frozenset(parties) for about, parties in found.items()}
