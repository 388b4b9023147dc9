"""One transaction of the writer while it is open: numbers, chain links and rows that go in together.

Numbers are given here, inside the committing transaction and nowhere else (PROMISES 2). A refused item is
rolled back alone: its savepoint undoes its rows, ``reset`` undoes its numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from routehub.core import state
from routehub.core.canonical import dumps
from routehub.core.clock import Clock, wall
from routehub.core.db import upsert
from routehub.journal.chain import START, audit_hash, link
from routehub.journal.message import Message
from routehub.journal.search.index import Index
from routehub.journal.tables import (
    audit_rows,
    entries,
    feed_heads,
    feed_rows,
    idempotency_keys,
    journal_head,
)
from routehub_schemas.kind import Kind

FeedKey = tuple[str, str]

# Built once: building a statement costs several times its execution.
_k = idempotency_keys.c
_REMEMBERED = select(_k.fingerprint, _k.message_id).where(
    _k.route == bindparam("route"), _k.party == bindparam("party"), _k.key == bindparam("key")
)
_INSERTS = {table: insert(table) for table in (entries, feed_rows, idempotency_keys, audit_rows)}


class Head(NamedTuple):
    """Last number and chain link of a feed."""

    feed: int
    chain: str


@dataclass
class Mark:
    """Where a savepoint began."""

    sequence: int
    chain: str
    audit: int
    audit_chain: str
    rows: tuple[int, ...]
    changed: dict[FeedKey, Head]
    directory: bool


@dataclass
class Batch:
    """The writer's open transaction. ``now`` is hub time, ``wall`` the machine's."""

    conn: Connection
    now: datetime
    wall: datetime
    sequence: int = 0
    chain: str = START
    audit_number: int = 0
    audit_chain: str = START
    messages: list[Message] = field(default_factory=list)
    directory: bool = False
    epoch: int = 1
    _heads: dict[FeedKey, Head] = field(default_factory=dict)
    _changed: dict[FeedKey, Head] = field(default_factory=dict)
    _routes: set[str] = field(default_factory=set)
    _entries: list[dict[str, Any]] = field(default_factory=list)
    _feed_rows: list[dict[str, Any]] = field(default_factory=list)
    _keys: list[dict[str, Any]] = field(default_factory=list)
    _audit: list[dict[str, Any]] = field(default_factory=list)
    _index: Index = field(default_factory=Index)

    @classmethod
    def open(cls, conn: Connection, clock: Clock) -> "Batch":
        """Read the heads; on PostgreSQL this locks them until the commit, so hubs write one after another. The time
        is taken under that lock, so that it rises with the sequence whichever hub writes."""
        row = conn.execute(select(journal_head).where(journal_head.c.id == 1).with_for_update()).mappings().one()
        return cls(
            conn, clock.now(), wall(), row["sequence"], row["chain"], row["audit"], row["audit_chain"],
            epoch=state.epoch(conn),
        )  # fmt: skip

    def feed_head(self, route: str, party: str) -> Head:
        if route not in self._routes:
            for row in self.conn.execute(select(feed_heads).where(feed_heads.c.route == route)):
                self._heads.setdefault((route, row.party), Head(row.feed, row.chain))
            self._routes.add(route)
        return self._changed.get((route, party)) or self._heads.get((route, party)) or Head(0, START)

    def number(self, content: str) -> tuple[int, str]:
        """The next sequence and its chain link."""
        self.sequence += 1
        self.chain = link(self.chain, self.sequence, content)
        return self.sequence, self.chain

    def add(self, message: Message, kind: Kind, entry: Mapping[str, Any]) -> None:
        """Take a message's entry, its words and its feed rows, one per reader."""
        self.messages.append(message)
        self._entries.append(dict(entry))
        self._index.add(kind, message)
        for party in sorted(message.parties):
            head = self.feed_head(message.route, party)
            new = Head(head.feed + 1, link(head.chain, head.feed + 1, entry["content_hash"]))
            self._changed[(message.route, party)] = new
            self._feed_rows.append(
                {
                    "route": message.route, "party": party, "feed": new.feed,
                    "sequence": message.sequence, "chain": new.chain,
                }
            )  # fmt: skip

    def feeds(self) -> dict[int, dict[str, int]]:
        """For each message taken so far its readers with their feed numbers, by sequence."""
        found: dict[int, dict[str, int]] = {message.sequence: {} for message in self.messages}
        for row in self._feed_rows:
            found[row["sequence"]][row["party"]] = row["feed"]
        return found

    def holds(self, message_id: str) -> bool:
        """Whether a message is in the journal, or in this very batch."""
        if any(message.id == message_id for message in self.messages):
            return True
        return self.conn.execute(select(entries.c.id).where(entries.c.id == message_id)).first() is not None

    def remember(self, route: str, party: str, key: str, fingerprint: str, message_id: str) -> None:
        self._keys.append(
            {
                "route": route, "party": party, "key": key, "fingerprint": fingerprint,
                "message_id": message_id, "created_at": self.wall,
            }
        )  # fmt: skip

    def remembered(self, route: str, party: str, key: str) -> tuple[str, str] | None:
        """Fingerprint and message of an idempotency key, also when both requests are in this very batch."""
        for row in self._keys:
            if (row["route"], row["party"], row["key"]) == (route, party, key):
                return row["fingerprint"], row["message_id"]
        found = self.conn.execute(_REMEMBERED, {"route": route, "party": party, "key": key}).first()
        return (found.fingerprint, found.message_id) if found else None

    def audit(self, act: str, route: str, party: str, actor: str, detail: dict[str, Any]) -> None:
        """Record who did what, in this transaction. ``detail`` never holds bodies or secrets."""
        self.audit_number += 1
        text = dumps(detail)
        content = audit_hash(act, route, party, actor, text, self.wall)
        self.audit_chain = link(self.audit_chain, self.audit_number, content)
        self._audit.append(
            {
                "number": self.audit_number, "at": self.wall, "act": act, "route": route, "party": party,
                "actor": actor, "detail": text, "chain": self.audit_chain,
            }
        )  # fmt: skip

    def directory_changed(self) -> None:
        """Let every hub reload its picture of the directory after this commit."""
        self.directory = True

    def mark(self) -> Mark:
        return Mark(
            self.sequence, self.chain, self.audit_number, self.audit_chain,
            tuple(len(rows) for rows in self._collected),
            dict(self._changed), self.directory,
        )  # fmt: skip

    def reset(self, mark: Mark) -> None:
        self.sequence, self.chain = mark.sequence, mark.chain
        self.audit_number, self.audit_chain = mark.audit, mark.audit_chain
        self._changed, self.directory = mark.changed, mark.directory
        for rows, length in zip(self._collected, mark.rows, strict=True):
            del rows[length:]

    @property
    def _collected(self) -> tuple[list[Any], ...]:
        return (
            self.messages, self._entries, self._feed_rows, self._keys, self._audit,
            self._index.texts, self._index.points,
        )  # fmt: skip

    def flush(self) -> None:
        """Write what was collected, before the commit."""
        for table, rows in (
            (entries, self._entries),
            (feed_rows, self._feed_rows),
            (idempotency_keys, self._keys),
            (audit_rows, self._audit),
        ):
            if rows:
                self.conn.execute(_INSERTS[table], rows)
        self._index.write(self.conn)
        if self._changed:
            self.conn.execute(
                upsert(self.conn, feed_heads, "route", "party"),
                [
                    {"route": route, "party": party, "feed": head.feed, "chain": head.chain}
                    for (route, party), head in self._changed.items()
                ],
            )
        if self._entries or self._audit:
            self.conn.execute(
                update(journal_head).where(journal_head.c.id == bindparam("head_id")),
                {
                    "head_id": 1, "sequence": self.sequence, "chain": self.chain,
                    "audit": self.audit_number, "audit_chain": self.audit_chain,
                },
            )  # fmt: skip
        if self.directory:
            state.bump_directory_version(self.conn)
