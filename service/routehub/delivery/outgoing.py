"""The rows of deliveries: adding, claiming by a conditional UPDATE with a lease, and recording what became of them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from routehub.delivery.channels.base import Failed
from routehub.delivery.retry import next_try
from routehub.delivery.tables import attempts, deliveries, held_mail
from routehub.journal.message import Transaction

CANDIDATES = 500
"""How many due deliveries a claim looks at: with many thousands due, each claim would otherwise sort all of them."""
LEASE = timedelta(seconds=90)
"""Longer than any channel may take; after it another worker may take over what a killed one had claimed."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker, and no other, is to send now. ``attempt`` counts from 1."""

    id: str
    addressee: str
    about: str
    purpose: str
    route: str
    party: str
    channel: str
    urgent: bool
    note: str | None
    attempt: int


@dataclass(frozen=True)
class Room:
    """How much a worker can take: in all, and of each channel; and whose places are full."""

    places: int
    channels: Mapping[str, int]
    busy: frozenset[str] = frozenset()

    @property
    def full(self) -> list[str]:
        return sorted(name for name, places in self.channels.items() if places <= 0)


def row(
    new_id: str, addressee: str, about: str, purpose: str, route: str, party: str, channel: str, kind: str,
    wall: datetime, *, urgent: bool = False, note: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A new delivery, due now."""
    return {
        "id": new_id, "addressee": addressee, "about": about, "purpose": purpose, "route": route, "party": party,
        "channel": channel, "kind": kind, "urgent": urgent, "note": note, "state": "due", "attempts": 0,
        "created_at": wall, "due_at": wall, "finished_at": None, "outcome": "",
    }  # fmt: skip


def add(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add deliveries; what is there already for the same addressee and thing stays as it is."""
    if rows:
        make = postgresql.insert if tx.conn.dialect.name == "postgresql" else sqlite.insert
        tx.conn.execute(make(deliveries).on_conflict_do_nothing(index_elements=["addressee", "about"]), list(rows))


def _claimable(at: datetime, room: Room) -> ColumnElement[bool]:
    d = deliveries.c
    return and_(
        d.state == "due", d.due_at <= at, or_(d.lease_until.is_(None), d.lease_until < at),
        d.addressee.not_in(sorted(room.busy)), d.channel.not_in(room.full),
    )  # fmt: skip


def waiting(conn: Connection, at: datetime, room: Room) -> bool:
    """Whether there is anything to claim: asked first, so that an idle hub writes nothing."""
    return conn.execute(select(deliveries.c.id).where(_claimable(at, room)).limit(1)).first() is not None


def claim(tx: Transaction, worker: str, room: Room, each: int) -> list[Claimed]:
    """Take as many due deliveries as there is room for, alerts first, no more than ``each`` for one addressee. The
    UPDATE asks again, so two workers never take one."""
    d, at = deliveries.c, tx.wall
    first = (
        select(d.id, d.urgent, d.due_at, d.addressee, d.channel)
        .where(_claimable(at, room))
        .order_by(d.urgent.desc(), d.due_at, d.id)
        .limit(CANDIDATES)
        .subquery()
    )
    f = first.c
    order = (f.urgent.desc(), f.due_at, f.id)
    place = func.row_number().over(partition_by=f.addressee, order_by=order)
    ranked = select(f.id, f.urgent, f.due_at, f.channel, place.label("place")).subquery()
    r = ranked.c
    order = (r.urgent.desc(), r.due_at, r.id)
    in_channel = func.row_number().over(partition_by=r.channel, order_by=order)
    fair = select(r.id, r.urgent, r.due_at, r.channel, in_channel.label("place")).where(r.place <= each).subquery()
    q = fair.c
    fits = q.place <= case(room.channels, value=q.channel, else_=0)
    chosen = select(q.id).where(fits).order_by(q.urgent.desc(), q.due_at, q.id).limit(room.places)
    taken = tx.conn.execute(
        update(deliveries)
        .where(d.id.in_(chosen.scalar_subquery()), _claimable(at, room))
        .values(lease_by=worker, lease_until=at + LEASE, attempts=d.attempts + 1)
        .returning(d.id, d.addressee, d.about, d.purpose, d.route, d.party, d.channel, d.urgent, d.note, d.attempts)
    )
    return [Claimed(*found) for found in taken.all()]


def finish(tx: Transaction, worker: str, one: Claimed, state: str, outcome: str) -> bool:
    """Close a delivery; False when the lease was lost to another worker meanwhile."""
    d = deliveries.c
    done = tx.conn.execute(
        update(deliveries)
        .where(d.id == one.id, d.lease_by == worker, d.state == "due")
        .values(state=state, outcome=outcome, finished_at=tx.wall, lease_by=None, lease_until=None)
    )
    return done.rowcount > 0


def try_again(tx: Transaction, worker: str, one: Claimed, fault: Failed) -> bool:
    """Give back for a later try; False when there is none left, or none wanted."""
    at = next_try(one.attempt, urgent=one.urgent, at=tx.wall, retry_after=fault.retry_after) if fault.again else None
    if at is None:
        return False
    d = deliveries.c
    tx.conn.execute(
        update(deliveries)
        .where(d.id == one.id, d.lease_by == worker, d.state == "due")
        .values(due_at=at, outcome=str(fault), lease_by=None, lease_until=None)
    )
    return True


@dataclass(frozen=True)
class Tried:
    """What one try of a delivery came to. ``status``: what the receiver answered, if it answered; ``seconds``: how
    long it took."""

    one: Claimed
    ok: bool
    status: int | None
    detail: str
    seconds: float


def log_attempts(tx: Transaction, tries: Sequence[Tried]) -> None:
    """Every attempt is kept; one made again under a lost lease has a number of its own too. A delivery may have gone
    with its subscription meanwhile."""
    a, d = attempts.c, deliveries.c
    last: Counter[str] = Counter()
    ids = [tried.one.id for tried in tries]
    there = set(tx.conn.execute(select(d.id).where(d.id.in_(ids))).scalars())
    for found in tx.conn.execute(
        select(a.delivery, func.max(a.number)).where(a.delivery.in_(ids)).group_by(a.delivery)
    ):
        last[found[0]] = found[1]
    rows = []
    for tried in tries:
        if tried.one.id not in there:
            continue
        last[tried.one.id] += 1
        rows.append(
            {
                "delivery": tried.one.id, "number": last[tried.one.id], "at": tx.wall, "ok": tried.ok,
                "status": tried.status, "detail": tried.detail[:300], "seconds": round(tried.seconds, 3),
            }
        )  # fmt: skip
    if rows:
        tx.conn.execute(insert(attempts), rows)


def sent(tx: Transaction, worker: str, tries: Sequence[Tried]) -> list[Claimed]:
    """Close what was sent, all in one; answers those whose lease was not lost to another worker meanwhile."""
    d = deliveries.c
    ids = [tried.one.id for tried in tries]
    held = set(
        tx.conn.execute(select(d.id).where(d.id.in_(ids), d.lease_by == worker, d.state == "due")).scalars()
    )  # fmt: skip
    mine = [tried for tried in tries if tried.one.id in held]
    if mine:
        tx.conn.execute(
            update(deliveries)
            .where(d.id == bindparam("this"))
            .values(state="sent", outcome=bindparam("words"), finished_at=tx.wall, lease_by=None, lease_until=None),
            [{"this": tried.one.id, "words": tried.detail} for tried in mine],
        )
    return [tried.one for tried in mine]


def give_up_all(tx: Transaction, addressee: str, outcome: str) -> None:
    """Nothing more for this addressee: what was due is dead, and may be sent again by hand."""
    d = deliveries.c
    tx.conn.execute(
        update(deliveries)
        .where(d.addressee == addressee, d.state == "due")
        .values(state="dead", outcome=outcome, finished_at=tx.wall, lease_by=None, lease_until=None)
    )


UNCERTAIN_UNTIL = "uncertain_until"
"""The fact of the hub that holds the head of the journal at its last restore: what the dispatcher finds up to there may
have been sent before."""
KNOWN_AGAIN = "webhook"
"""The channel whose receivers know a delivery again by its id: sending it twice does no harm."""


def give_up_uncertain(tx: Transaction, outcome: str) -> int:
    """After a restore: what was due then may have been sent since. It is given up with the reason, and whoever it was
    for may have it sent; answers how many."""
    d = deliveries.c
    done = tx.conn.execute(
        update(deliveries)
        .where(d.state == "due", d.channel != KNOWN_AGAIN)
        .values(state="dead", outcome=outcome, finished_at=tx.wall, lease_by=None, lease_until=None)
    )
    return done.rowcount


def uncertain(made: dict[str, Any]) -> dict[str, Any]:
    """The same for a new delivery."""
    if made["channel"] == KNOWN_AGAIN:
        return made
    words = "uncertain: the hub was restored before it was dispatched; it may have been sent before"
    return made | {"state": "dead", "outcome": words, "finished_at": made["created_at"]}


def again(tx: Transaction, addressee: str, delivery_id: str) -> bool:
    """Send a finished delivery once more, with a fresh schedule."""
    d = deliveries.c
    done = tx.conn.execute(
        update(deliveries)
        .where(d.id == delivery_id, d.addressee == addressee, d.state != "due")
        .values(state="due", due_at=tx.wall, attempts=0, finished_at=None, replay=None)
    )
    return done.rowcount > 0


def add_again(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Deliveries of a replay: new ones, or those that were there already due once more, with a fresh schedule. What a
    receiver sees as the id of the message stays the same."""
    if rows:
        made = (postgresql.insert if tx.conn.dialect.name == "postgresql" else sqlite.insert)(deliveries)
        again = {name: made.excluded[name] for name in ("due_at", "replay", "urgent")}
        tx.conn.execute(
            made.on_conflict_do_update(
                index_elements=["addressee", "about"],
                set_={"state": "due", "attempts": 0, "finished_at": None, **again},
            ),
            list(rows),
        )


def dead_again(tx: Transaction, addressee: str, replay: str, most: int) -> int:
    """All dead messages of an addressee due once more, the oldest first; says how many."""
    d = deliveries.c
    dead = (
        select(d.id)
        .where(d.addressee == addressee, d.state == "dead", d.purpose == "message")
        .order_by(d.id)
        .limit(most)
    )
    done = tx.conn.execute(
        update(deliveries)
        .where(d.id.in_(dead.scalar_subquery()))
        .values(state="due", due_at=tx.wall, attempts=0, finished_at=None, replay=replay)
    )
    return done.rowcount


@dataclass(frozen=True)
class Logged:
    """A delivery with its attempts, as its owner sees it."""

    delivery: RowMapping
    attempts: tuple[RowMapping, ...]


def logged(
    conn: Connection, addressee: str, most: int, before: str | None = None, state: str | None = None
) -> list[Logged]:
    """The newest deliveries of an addressee; ``before``: an id to go on from."""
    d = deliveries.c
    query = select(deliveries).where(d.addressee == addressee)
    if state is not None:
        query = query.where(d.state == state)
    return _logged(conn, query, most, before)


def dead_letters(
    conn: Connection, route: str, party: str, addressees: Collection[str] | None, most: int, before: str | None = None
) -> list[Logged]:
    """The newest messages of a party that were given up; ``addressees``: only for these, None for all."""
    d = deliveries.c
    query = select(deliveries).where(d.route == route, d.party == party, d.state == "dead", d.purpose == "message")
    if addressees is not None:
        query = query.where(d.addressee.in_(sorted(addressees)))
    return _logged(conn, query, most, before)


def _logged(conn: Connection, query: Select[Any], most: int, before: str | None) -> list[Logged]:
    if before is not None:
        query = query.where(deliveries.c.id < before)
    rows = conn.execute(query.order_by(deliveries.c.id.desc()).limit(most)).mappings().all()
    tried: dict[str, list[RowMapping]] = {}
    ids = [found["id"] for found in rows]
    for found in conn.execute(
        select(attempts).where(attempts.c.delivery.in_(ids)).order_by(attempts.c.number)
    ).mappings():
        tried.setdefault(found["delivery"], []).append(found)
    return [Logged(found, tuple(tried.get(found["id"], ()))) for found in rows]


@dataclass(frozen=True)
class Queue:
    """What is waiting, for the operator: how many, since when, and the oldest alert that has reached nobody yet."""

    due: int
    oldest: datetime | None
    oldest_alert: datetime | None
    dead: int


def queue(conn: Connection) -> Queue:
    d = deliveries.c
    due, oldest = conn.execute(select(func.count(), func.min(d.created_at)).where(d.state == "due")).one()
    alert = conn.execute(select(func.min(d.created_at)).where(d.state == "due", d.urgent)).scalar()
    dead = conn.execute(select(func.count()).where(d.state == "dead")).scalar_one()
    return Queue(due, oldest, alert, dead)


@dataclass(frozen=True)
class Reached:
    """What became of a message at one party by one channel: sent (with the first time it was taken), trying, waiting
    or failed. How many people or systems stand behind it is theirs to know."""

    party: str
    channel: str
    state: str
    at: datetime | None


def reached(conn: Connection, route: str, message_id: str) -> list[Reached]:
    """For the sender of a message: no addressees, no addresses, one line for a party and channel."""
    d, a = deliveries.c, attempts.c
    taken = select(func.min(a.at)).where(a.delivery == d.id, a.ok).correlate(deliveries).scalar_subquery()
    h = held_mail.c
    alone = and_(d.about == message_id, d.purpose == "message")
    joined = select(h.batch).where(h.about == message_id, h.batch.is_not(None))
    still = select(h.party).where(h.about == message_id, h.route == route, h.released_at.is_(None)).distinct()
    found = {
        (party, "email"): Reached(party, "email", "waiting", None) for party in conn.execute(still).scalars()
    }  # quiet hours, or to be joined with others
    for row in conn.execute(
        select(d.party, d.channel, d.state, d.attempts, taken.label("taken"))
        .where(d.route == route, or_(alone, d.about.in_(joined)), d.state != "dropped")
        .order_by(d.party, d.channel)
    ):
        if row.taken is not None:
            one = Reached(row.party, row.channel, "sent", row.taken)
        elif row.state == "due":
            one = Reached(row.party, row.channel, "trying" if row.attempts else "waiting", None)
        else:
            one = Reached(row.party, row.channel, "failed", None)
        before = found.get((one.party, one.channel))
        if before is None or _better(one, before):
            found[one.party, one.channel] = one
    return list(found.values())


_BEST = ("sent", "trying", "waiting", "failed")


def _better(one: Reached, than: Reached) -> bool:
    return (_BEST.index(one.state), one.at or _NEVER) < (_BEST.index(than.state), than.at or _NEVER)


_NEVER = datetime.max.replace(tzinfo=UTC)
