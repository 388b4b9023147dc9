"""Replays: a stretch of a party's feed, or what was given up, sent to a subscription once more. The rows and how far
the stretch has been looked through are written in one transaction, page by page: a stop at any point forgets nothing,
and a long stretch holds up nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection, func, insert, select, update

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import Conflict, Unknown, refused
from routehub.core.ids import uuid7
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.following_up import as_heard
from routehub.delivery.subscriptions import SubscriptionView
from routehub.delivery.tables import deliveries, replays
from routehub.delivery.wanted import traits
from routehub.directory.principal import Principal
from routehub.journal import feed, follow
from routehub.journal.batch import Batch
from routehub.journal.feed import Cursor
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer
from routehub_schemas.kind import Part
from routehub_schemas.registry import Registry
from routehub_schemas.vocab import Moment

MOST = 10_000
"""Messages that one replay may look through."""
PAGE = 500
SHOWN = 20

_Cursor = Annotated[str, Field(max_length=40, pattern=r"^\d+\.\d+$")]


class NewReplay(Part):
    """What to send once more: since or between cursors of the feed, or between times of the hub's clock; or, with
    ``dead``, all that was given up."""

    after: _Cursor | None = None
    until: _Cursor | None = None
    from_time: Moment | None = None
    to_time: Moment | None = None
    dead: bool = False


@dataclass(frozen=True)
class ReplayView:
    """A replay and how far it has come. ``states``: how many of its messages are due, sent, dead or dropped now;
    one that was since sent again by itself, or by a later replay, is counted there."""

    id: str
    subscription: str
    start: int
    until: int
    reached: int
    wanted: int
    created_at: datetime
    finished_at: datetime | None
    states: dict[str, int]


def begin(tx: Batch, who: Principal, sub_id: str, asked: NewReplay) -> ReplayView:
    """Note a replay; the replayer does it. Errors: 404, 409 for a subscription that is switched off or has one that
    is not through, 410 for a cursor that is no more, 422 for no stretch or one that is too long."""
    found = subscriptions.one(tx.conn, who, sub_id)
    if not found.sends:
        raise Conflict("This subscription is switched off. Switch it on first.")
    r = replays.c
    if tx.conn.execute(select(r.id).where(r.subscription == found.id, r.finished_at.is_(None))).first():
        raise Conflict("A replay of this subscription is still being prepared. Wait until it is through.")
    new_id = uuid7(tx.wall)
    values: dict[str, Any] = {
        "id": new_id, "subscription": found.id, "route": found.route, "party": found.party, "created_at": tx.wall,
        "created_by": who.actor, "wanted": 0,
    }  # fmt: skip
    if asked.dead:
        many = _dead(tx, found, asked, new_id)
        values |= {"start": 0, "until": 0, "reached": 0, "wanted": many, "finished_at": tx.wall}
    else:
        start, until = _stretch(tx.conn, found, asked)
        values |= {"start": start, "until": until, "reached": start}
    tx.conn.execute(insert(replays).values(**values))
    tx.audit("replay", found.route, found.party, who.actor, {"subscription": found.id, "replay": new_id})
    return one(tx.conn, who, sub_id, new_id)


def _dead(tx: Batch, found: SubscriptionView, asked: NewReplay, new_id: str) -> int:
    if asked.after or asked.until or asked.from_time or asked.to_time:
        raise refused("/dead", "not-together", "Either a stretch of the feed, or all that was given up.")
    return outgoing.dead_again(tx, found.addressee, new_id, MOST)


def _stretch(conn: Connection, found: SubscriptionView, asked: NewReplay) -> tuple[int, int]:
    head = feed.head(conn, found.route, found.party)
    cursors = [Cursor.parse(text) if text else None for text in (asked.after, asked.until)]
    for cursor in filter(None, cursors):
        feed.check_cursor(cursor, head)
    after, until = cursors
    if after is None and asked.from_time is None:
        raise refused("", "missing", "Say from where on: after (a cursor), from_time, or dead.")
    starts, ends = [0], [head.feed]
    if after is not None:
        starts.append(after.feed)
    if asked.from_time is not None:
        starts.append(feed.number_at(conn, found.route, found.party, asked.from_time, itself=False))
    if until is not None:
        ends.append(until.feed)
    if asked.to_time is not None:
        ends.append(feed.number_at(conn, found.route, found.party, asked.to_time, itself=True))
    start, end = max(starts), min(ends)
    if end - start > MOST:
        where = "/until" if after is not None else "/to_time"
        raise refused(
            where, "too-long", f"A replay looks through {MOST} messages at most. Take it in parts.",
            allowed=[f"up to {Cursor(head.epoch, start + MOST)}"],
        )  # fmt: skip
    return start, max(start, end)


def of_subscription(conn: Connection, who: Principal, sub_id: str) -> list[ReplayView]:
    """The newest replays of a subscription. Errors: 404."""
    subscriptions.one(conn, who, sub_id)
    query = select(replays).where(replays.c.subscription == sub_id).order_by(replays.c.id.desc()).limit(SHOWN)
    return [_view(conn, row) for row in conn.execute(query).mappings()]


def one(conn: Connection, who: Principal, sub_id: str, replay_id: str) -> ReplayView:
    """Errors: 404."""
    subscriptions.one(conn, who, sub_id)
    query = select(replays).where(replays.c.subscription == sub_id, replays.c.id == replay_id)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise Unknown("There is no replay with this id that you can see.")
    return _view(conn, row)


def _view(conn: Connection, row: Any) -> ReplayView:
    d = deliveries.c
    states = {
        state: int(many)
        for state, many in conn.execute(
            select(d.state, func.count()).where(d.replay == row["id"]).group_by(d.state).order_by(d.state)
        )
    }
    names = ("id", "subscription", "start", "until", "reached", "wanted", "created_at", "finished_at")
    return ReplayView(**{name: row[name] for name in names}, states=states)


class Replayer:
    """One per hub. Several hubs may look at once: whose page was taken meanwhile writes nothing."""

    def __init__(self, db: Database, writer: Writer, registry: Registry, due: Callable[[], None]) -> None:
        self._db, self._writer, self._registry, self._due = db, writer, registry, due

    async def look(self) -> bool:
        """Take the next page of the oldest replay that is not through; says whether there was one."""
        page = await self._db.read_own(self._next)
        if page is None:
            return False
        await self._writer.submit(Change(page.write))
        self._due()
        return True

    def _next(self, conn: Connection) -> "_Page | None":
        r = replays.c
        row = conn.execute(select(replays).where(r.finished_at.is_(None)).order_by(r.id).limit(1)).mappings().first()
        if row is None:
            return None
        found = subscriptions.by_id(conn, row["subscription"])
        room = min(PAGE, row["until"] - row["reached"])
        items = feed.page(conn, row["route"], row["party"], row["reached"], room) if found and room else []
        reached = items[-1].feed if items else row["until"]
        rows = []
        for message in follow.at(conn, self._registry, [item.sequence for item in items]):
            traced = traits(message, self._registry)
            heard = as_heard(conn, self._registry, message, traced)
            if found is not None and found.sends and found.wanted.matches(heard):
                at = wall()
                rows.append(
                    outgoing.row(
                        uuid7(at), found.addressee, message.id, "message", found.route, found.party, found.channel,
                        message.kind, at, urgent=traced.severity is not None,
                    ) | {"replay": row["id"]}
                )  # fmt: skip
        return _Page(row["id"], row["reached"], reached, reached >= row["until"], rows)


@dataclass(frozen=True)
class _Page:
    replay: str
    begins: int
    reached: int
    last: bool
    rows: list[dict[str, Any]]

    def write(self, tx: Batch) -> None:
        r = replays.c
        taken = tx.conn.execute(
            update(replays)
            .where(r.id == self.replay, r.reached == self.begins, r.finished_at.is_(None))
            .values(
                reached=self.reached, wanted=r.wanted + len(self.rows), finished_at=tx.wall if self.last else None
            )
        )  # fmt: skip
        if taken.rowcount:
            outgoing.add_again(tx, self.rows)
