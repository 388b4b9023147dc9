"""One transaction of the writer while it is open: numbers, chain links and rows that go in together.

Numbers are given here, inside the committing transaction and nowhere else (PROMISES 2). A refused item is
undone alone: its rows are taken back (``Rows``), its numbers by the mark.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, select

from routehub.core import state
from routehub.core.canonical import dumps
from routehub.core.clock import Clock, wall
from routehub.core.statements import Query
from routehub.directory import visibility
from routehub.journal import rows as waiting
from routehub.journal.chain import START, audit_hash, link
from routehub.journal.known import Known
from routehub.journal.message import Message
from routehub.journal.rows import Row, Rows
from routehub.journal.search import index
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
KeyName = tuple[str, str, str]
"""Route, party and the sender's own id of a message."""

_h, _k, _f = journal_head.c, idempotency_keys.c, feed_heads.c
_HEAD = Query(select(_h.sequence, _h.chain, _h.audit, _h.audit_chain).where(_h.id == 1).with_for_update())
_REMEMBERED = Query(
    lambda keys: select(_k.key, _k.fingerprint, _k.message_id).where(
        _k.route == bindparam("route"), _k.party == bindparam("party"), _k.key.in_(keys)
    )
)
_FEED_HEADS = Query(select(_f.party, _f.feed, _f.chain).where(_f.route == bindparam("route")))
_HOLDS = Query(select(entries.c.id).where(entries.c.id == bindparam("id")))


class Head(NamedTuple):
    """Last number and chain link of a feed."""

    feed: int
    chain: str


@dataclass
class Mark:
    """Where a part of the batch began."""

    rows: waiting.Mark
    sequence: int
    chain: str
    audit: int
    audit_chain: str
    messages: int
    keys: int
    learnt: int
    changed: dict[FeedKey, Head]
    directory: bool


@dataclass
class Batch:
    """The writer's open transaction. ``now`` is hub time, ``wall`` the machine's.

    known: what earlier transactions of this hub have learnt; ``learn`` adds to it once this one is committed.
    """

    now: datetime
    wall: datetime
    known: Known
    _rows: Rows
    sequence: int = 0
    chain: str = START
    audit_number: int = 0
    audit_chain: str = START
    messages: list[Message] = field(default_factory=list)
    directory: bool = False
    epoch: int = 1
    _begun: tuple[int, int] = (0, 0)
    _readers: dict[int, dict[str, int]] = field(default_factory=dict)
    _heads: dict[FeedKey, Head] = field(default_factory=dict)
    _changed: dict[FeedKey, Head] = field(default_factory=dict)
    _routes: set[str] = field(default_factory=set)
    _recalled: dict[KeyName, tuple[str, str] | None] = field(default_factory=dict)
    _keys: list[KeyName] = field(default_factory=list)
    _learnt: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def open(cls, conn: Connection, clock: Clock, known: Known) -> "Batch":
        """Read the heads; on PostgreSQL this locks them until the commit, so hubs write one after another. The time
        is taken under that lock, so that it rises with the sequence whichever hub writes."""
        rows = Rows(conn)
        ((sequence, chain, audit, audit_chain),) = rows.read(_HEAD, {})
        epoch, boards = state.generations(conn)
        known.are_of(boards)
        return cls(
            state.hub_time(conn, clock),
            wall(),
            known,
            rows,
            sequence,
            chain,
            audit,
            audit_chain,
            epoch=epoch,
            _begun=(sequence, audit),
        )

    @property
    def conn(self) -> Connection:
        """The connection, for whatever SQL: everything of this transaction is in the database by then."""
        return self._rows.conn

    def read(self, query: Query, values: Mapping[str, Any], some: Sequence[Any] | None = None) -> list[Any]:
        return self._rows.read(query, values, some)

    def collect(
        self, table: Table, rows: Sequence[Row], *, keys: tuple[str, ...] = (), by: tuple[str, ...] = ()
    ) -> None:
        self._rows.collect(table, rows, keys=keys, by=by)

    def collected(self, table: Table, value: Any) -> Sequence[Row]:
        return self._rows.collected(table, value)

    def learn(self, fact: Callable[[], None]) -> None:
        """Have this called once the transaction is committed, for what is known beyond it."""
        self._learnt.append(fact)

    def committed(self) -> None:
        for fact in self._learnt:
            fact()

    # --- messages ---

    def feed_head(self, route: str, party: str) -> Head:
        if route not in self._routes:
            for name, feed, chain in self.read(_FEED_HEADS, {"route": route}):
                self._heads.setdefault((route, name), Head(feed, chain))
            self._routes.add(route)
        return self._changed.get((route, party)) or self._heads.get((route, party)) or Head(0, START)

    def feed_heads(self) -> dict[FeedKey, Head]:
        """The heads of all feeds, with what this transaction has added."""
        found = {
            (row.route, row.party): Head(row.feed, row.chain) for row in self._rows.conn.execute(select(feed_heads))
        }
        return found | self._changed

    def number(self, content: str) -> tuple[int, str]:
        """The next sequence and its chain link."""
        self.sequence += 1
        self.chain = link(self.chain, self.sequence, content)
        return self.sequence, self.chain

    def add(self, message: Message, kind: Kind, entry: Row) -> None:
        """Take a message's entry, its words and its feed rows, one per reader."""
        self.messages.append(message)
        route, sequence, content = message.route, message.sequence, entry["content_hash"]
        readers = self._readers[sequence] = {}
        made: list[Row] = []
        for party in sorted(message.parties):
            feed, previous = self.feed_head(route, party)
            number = feed + 1
            chain = link(previous, number, content)
            self._changed[(route, party)] = Head(number, chain)
            readers[party] = number
            made.append({"route": route, "party": party, "feed": number, "sequence": sequence, "chain": chain})
        self.collect(entries, (entry,))
        self.collect(feed_rows, made)
        index.add(self, kind, message)

    def feeds(self) -> dict[int, dict[str, int]]:
        """For each message taken so far its readers with their feed numbers, by sequence."""
        return {message.sequence: self._readers[message.sequence] for message in self.messages}

    def holds(self, message_id: str) -> bool:
        """Whether a message is in the journal, or in this very batch."""
        if any(message.id == message_id for message in self.messages):
            return True
        return bool(self.read(_HOLDS, {"id": message_id}))

    def audience(self, route: str, parties: frozenset[str]) -> tuple[int, str]:
        """Id and digest of a frozen list of readers, made when it is new."""
        found = self.known.audiences.get((route, parties))
        if found is None:
            digest = visibility.mark(route, parties)
            stored = self.read(visibility.BY_DIGEST, {"digest": digest})
            found = made = (stored[0][0] if stored else visibility.new(self.conn, route, parties, digest), digest)
            self.learn(lambda: self.known.audiences.put((route, parties), made))
        return found

    # --- senders' own ids ---

    def recall(self, names: Iterable[KeyName]) -> None:
        """Look up the keys of several messages at once, so that ``remembered`` need not ask for each."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for route, party, key in names:
            wanted.setdefault((route, party), []).append(key)
            self._recalled[(route, party, key)] = None
        for (route, party), keys in wanted.items():
            for key, fingerprint, message_id in self.read(_REMEMBERED, {"route": route, "party": party}, keys):
                self._recalled[(route, party, key)] = (fingerprint, message_id)

    def remember(self, route: str, party: str, key: str, fingerprint: str, message_id: str) -> None:
        self._recalled[(route, party, key)] = (fingerprint, message_id)
        self._keys.append((route, party, key))
        row = {
            "route": route, "party": party, "key": key, "fingerprint": fingerprint, "message_id": message_id,
            "created_at": self.wall,
        }  # fmt: skip
        self.collect(idempotency_keys, (row,))

    def remembered(self, route: str, party: str, key: str) -> tuple[str, str] | None:
        """Fingerprint and message of an idempotency key, also when both requests are in this very batch."""
        name = (route, party, key)
        if name not in self._recalled:
            self.recall([name])
        return self._recalled[name]

    # --- what else a change may do ---

    def audit(self, act: str, route: str, party: str, actor: str, detail: dict[str, Any]) -> None:
        """Record who did what, in this transaction. ``detail`` never holds bodies or secrets."""
        self.audit_number += 1
        text = dumps(detail)
        content = audit_hash(act, route, party, actor, text, self.wall)
        self.audit_chain = link(self.audit_chain, self.audit_number, content)
        row = {
            "number": self.audit_number, "at": self.wall, "act": act, "route": route, "party": party,
            "actor": actor, "detail": text, "chain": self.audit_chain,
        }  # fmt: skip
        self.collect(audit_rows, (row,))

    def directory_changed(self) -> None:
        """Let every hub reload its picture of the directory after this commit."""
        self.directory = True

    # --- parts ---

    def begin(self) -> Mark:
        """Begin a part that can be undone by itself."""
        return Mark(
            self._rows.begin(), self.sequence, self.chain, self.audit_number, self.audit_chain, len(self.messages),
            len(self._keys), len(self._learnt), dict(self._changed), self.directory,
        )  # fmt: skip

    def keep(self, mark: Mark) -> None:
        self._rows.keep(mark.rows)

    def undo(self, mark: Mark) -> None:
        """Undo a part: its rows, its numbers and what it has learnt."""
        self._rows.undo(mark.rows)
        self.sequence, self.chain = mark.sequence, mark.chain
        self.audit_number, self.audit_chain = mark.audit, mark.audit_chain
        self._changed, self.directory = mark.changed, mark.directory
        for name in self._keys[mark.keys :]:
            self._recalled[name] = None
        del self.messages[mark.messages :], self._keys[mark.keys :], self._learnt[mark.learnt :]

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part that is undone when the block raises."""
        mark = self.begin()
        try:
            yield
        except BaseException:
            self.undo(mark)
            raise
        self.keep(mark)

    def flush(self) -> None:
        """Write what was collected, before the commit."""
        if self._changed:
            heads = [
                {"route": route, "party": party, "feed": head.feed, "chain": head.chain}
                for (route, party), head in self._changed.items()
            ]
            self.collect(feed_heads, heads, keys=("route", "party"))
        if (self.sequence, self.audit_number) != self._begun:
            head = {
                "id": 1, "sequence": self.sequence, "chain": self.chain,
                "audit": self.audit_number, "audit_chain": self.audit_chain,
            }  # fmt: skip
            self.collect(journal_head, (head,), keys=("id",))
        if self.directory:
            state.bump_directory_version(self.conn)
        self._rows.write()
