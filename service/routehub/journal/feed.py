"""Reading a party's feed: pages from a cursor, one message by id, the head. Everything that leaves the hub is
read through here or through a board's ``audience_id`` (DECISIONS 1)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, or_, select

from routehub.core import state
from routehub.core.canonical import dumps, iso
from routehub.core.errors import Gone, Malformed
from routehub.journal.erasing.reasons import Erased, reasons
from routehub.journal.message import for_reader
from routehub.journal.tables import entries, feed_heads, feed_rows, message_points, short_ids

T = TypeVar("T")


@dataclass(frozen=True)
class Cursor:
    """``<epoch>.<feed>``: a place in one party's feed."""

    epoch: int
    feed: int

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        epoch, dot, feed = text.partition(".")
        if not (dot and epoch.isascii() and epoch.isdigit() and feed.isascii() and feed.isdigit() and len(text) < 40):
            raise Malformed("A cursor looks like 1.1042. Use the one that the hub gave, or leave it out to start anew.")
        return cls(int(epoch), int(feed))

    def __str__(self) -> str:
        return f"{self.epoch}.{self.feed}"


@dataclass(frozen=True)
class Filter:
    """Which messages of a feed; empty means all."""

    kinds: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    thread: str | None = None
    point: str | None = None

    @property
    def empty(self) -> bool:
        return not (self.kinds or self.parties or self.thread or self.point)


@dataclass(frozen=True)
class FeedItem:
    """One message of a feed. ``body`` is None when it has been erased; ``erased`` then says when and why."""

    feed: int
    sequence: int
    id: str
    short_id: str | None
    kind: str
    party: str
    accepted_at: datetime
    body: str | None
    erased: Erased | None = None

    def text(self, epoch: int, previous: int | None = None) -> str:
        """The event as this reader gets it, as JSON text."""
        body = self.body
        if body is None:
            body = (
                f'{{"specversion":"1.0","id":"{self.id}","type":"routehub.erased.v1",'
                f'"source":"/parties/{self.party}","time":"{iso(self.accepted_at)}"{self._why}}}'
            )
        return for_reader(body, epoch, self.feed, previous)

    @property
    def _why(self) -> str:
        if self.erased is None:
            return ""
        return f',"data":{dumps({"erased_at": iso(self.erased.at), "reason": self.erased.reason})}'


_COLUMNS = (
    feed_rows.c.feed, entries.c.sequence, entries.c.id, entries.c.short_id, entries.c.kind, entries.c.party,
    entries.c.accepted_at, entries.c.body,
)  # fmt: skip


def head(conn: Connection, route: str, party: str) -> Cursor:
    """The last place in a party's feed; feed 0 when it is empty."""
    found = conn.execute(
        select(feed_heads.c.feed).where(feed_heads.c.route == route, feed_heads.c.party == party)
    ).scalar()
    return Cursor(state.epoch(conn), int(found or 0))


def heads(conn: Connection) -> dict[tuple[str, str], int]:
    """The last feed number of every (route, party) that has one; for the hub's own use."""
    return {(row.route, row.party): row.feed for row in conn.execute(select(feed_heads))}


def check_cursor(cursor: Cursor, at: Cursor) -> None:
    """410 for a cursor of another epoch or beyond the head: never silence (PROMISES 5)."""
    if cursor.epoch != at.epoch:
        raise Gone(
            "This cursor is from before the hub was restored from a backup. Read again from the start: after=0.",
            head=str(at),
        )
    if cursor.feed > at.feed:
        raise Gone("This cursor is beyond the end of your feed. Read again from the start: after=0.", head=str(at))


PAGE_BYTES = 4 * 1024 * 1024
"""A page ends with the message that reaches this: a thousand of the largest would be a gigabyte."""


def more_after(items: Sequence[FeedItem], limit: int, most_bytes: int) -> bool:
    """Whether a page was ended by a bound, so that there may be more behind it."""
    return len(items) >= limit or sum(len(item.body or "") for item in items) >= most_bytes


def page(
    conn: Connection, route: str, party: str, after: int, limit: int, wanted: Filter | None = None,
    most_bytes: int | None = None,
) -> list[FeedItem]:  # fmt: skip
    """Up to ``limit`` messages of a party's feed after a feed number, in order; the last one may be that which
    reaches ``most_bytes``."""
    f = feed_rows.c
    query = (
        select(*_COLUMNS)
        .join(entries, entries.c.sequence == f.sequence)
        .where(f.route == route, f.party == party, f.feed > after)
        .limit(limit)
    )
    if wanted is not None and wanted.point:  # begin with the few messages about the point, not with the long feed
        start = (sequence_of(conn, route, party, after) or 0) if after else 0
        query = query.where(message_points.c.sequence > start).order_by(message_points.c.sequence)
    else:
        query = query.order_by(f.feed)
    return _items(conn, filtered(query, wanted or Filter()), most_bytes)


def latest(conn: Connection, route: str, party: str, limit: int, wanted: Filter | None = None) -> list[FeedItem]:
    """The newest messages of a party's feed, newest first."""
    query = (
        select(*_COLUMNS)
        .join(entries, entries.c.sequence == feed_rows.c.sequence)
        .where(feed_rows.c.route == route, feed_rows.c.party == party)
        .order_by(feed_rows.c.feed.desc())
        .limit(limit)
    )
    return _items(conn, filtered(query, wanted or Filter()))


def sequence_of(conn: Connection, route: str, party: str, feed: int | None) -> int | None:
    """The place in the journal of a feed number, or of the last one; None when there is none. Stays inside."""
    f = feed_rows.c
    query = select(f.sequence).where(f.route == route, f.party == party)
    query = query.order_by(f.feed.desc()).limit(1) if feed is None else query.where(f.feed == feed)
    return conn.execute(query).scalar()


def number_at(conn: Connection, route: str, party: str, moment: datetime, *, itself: bool) -> int:
    """The feed number of the last message that was accepted before a moment, or at it too with ``itself``; 0 when
    there is none. By halves, as times rise with the numbers: some twenty looks, however long the feed, for a replay
    begins in the writer's transaction."""
    f, e = feed_rows.c, entries.c
    query = select(e.accepted_at).join(feed_rows, e.sequence == f.sequence).where(f.route == route, f.party == party)
    before, last = 0, head(conn, route, party).feed
    while before < last:
        middle = (before + last + 1) // 2
        at = conn.execute(query.where(f.feed == middle)).scalar_one()
        if at < moment or (itself and at == moment):
            before = middle
        else:
            last = middle - 1
    return before


def at(conn: Connection, route: str, party: str, sequences: Sequence[int]) -> list[FeedItem]:
    """Those messages of a party's feed, in the order that is asked for."""
    query = (
        select(*_COLUMNS)
        .join(entries, entries.c.sequence == feed_rows.c.sequence)
        .where(feed_rows.c.sequence.in_(sequences), feed_rows.c.party == party, entries.c.route == route)
    )
    found = {item.sequence: item for item in _items(conn, query)}
    return [found[sequence] for sequence in sequences if sequence in found]


def one(conn: Connection, route: str, party: str, ref: str) -> FeedItem | None:
    """A message of a party's feed by its id or short id (of the record it opened). None: unknown or not
    visible, which must read alike."""
    s = short_ids.c
    opened = select(s.message_id).where(s.route == route, s.short_id == ref.upper()).scalar_subquery()
    query = (
        select(*_COLUMNS)
        .join(entries, entries.c.sequence == feed_rows.c.sequence)
        .where(entries.c.id == func.coalesce(opened, ref.lower()), entries.c.route == route)
        .where(feed_rows.c.party == party)
    )
    found = _items(conn, query)
    return found[0] if found else None


def event(item: FeedItem) -> dict[str, Any]:
    """The event of an item whose body is there, without the reader's own numbers."""
    found: dict[str, Any] = json.loads(item.body or "{}")
    return found


def filtered(query: Select[T], wanted: Filter) -> Select[T]:
    """A query over entries, narrowed."""
    if wanted.kinds:
        query = query.where(entries.c.kind.in_(sorted(wanted.kinds)))
    if wanted.parties:
        query = query.where(
            or_(
                entries.c.party.in_(sorted(wanted.parties)),
                entries.c.on_behalf_of.in_(sorted(wanted.parties)),
            )
        )
    if wanted.thread:
        query = query.where(or_(entries.c.thread == wanted.thread, entries.c.id == wanted.thread))
    if wanted.point:
        p = message_points.c
        query = query.join(message_points, p.sequence == entries.c.sequence)
        query = query.where(p.route == entries.c.route, p.point == wanted.point)
    return query


def _items(conn: Connection, query: Select[tuple[object, ...]], most_bytes: int | None = None) -> list[FeedItem]:
    rows: Any
    if most_bytes is None:
        rows = conn.execute(query)
        return _explained(conn, [FeedItem(*row) for row in rows])
    found: list[FeedItem] = []
    size = 0
    with conn.execute(query.execution_options(yield_per=100)) as rows:  # the rest is not read
        for row in rows:
            found.append(FeedItem(*row))
            size += len(found[-1].body or "")
            if size >= most_bytes:
                break
    return _explained(conn, found)


def _explained(conn: Connection, items: list[FeedItem]) -> list[FeedItem]:
    """With the reasons of those that were erased: few have one, so that most pages ask nothing."""
    gone = [item.id for item in items if item.body is None]
    if not gone:
        return items
    why = reasons(conn, gone)
    return [replace(item, erased=why.get(item.id)) if item.body is None else item for item in items]
