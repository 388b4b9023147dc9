"""Checking that nothing in the journal, the feeds and the audit has been changed or removed (PROMISES D3).

Every link is computed again from what is stored, every number must follow the one before, every head must be the
last link, every signed checkpoint must be a link of its chain, and every message must be in the feed of each of its
readers and of nobody else. Whoever can write to the database could forge all but the checkpoints: against forged ones
stand the copies that parties and auditors keep.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select

from routehub.directory.visibility import Audience, frozen_audiences, mark
from routehub.journal.chain import START, audit_hash, content_hash, entry_hash, link
from routehub.journal.checkpoints.witness import Fault, Witness, Witnesses
from routehub.journal.erasing.erase import unexplained
from routehub.journal.tables import (
    audit_rows,
    entries,
    feed_heads,
    feed_rows,
    journal_head,
    originals,
    short_ids,
)
from routehub_schemas.checkpoint import PublicKey

__all__ = ["Fault", "Progress", "verify"]

PAGE = 2000
Progress = Callable[[str, int, int], None]


def verify(
    conn: Connection, progress: Progress = lambda part, done, of: None,
    kept: Iterable[str] = (), keys: Sequence[PublicKey] = (),
) -> Iterator[Fault]:  # fmt: skip
    """Every fault of the journal, in bounded memory. Nothing found means that nothing was changed or removed.

    kept: signed checkpoints from elsewhere; keys: whose checkpoints are believed, see ``Witnesses``.
    """
    head = conn.execute(select(journal_head).where(journal_head.c.id == 1)).mappings().first()
    if head is None:
        yield Fault("journal head", "is missing")
        return
    audiences = frozen_audiences(conn)
    witnesses = Witnesses(conn, kept, keys)
    yield from _audiences(audiences)
    yield from _entries(conn, head, audiences, witnesses.of("the journal", "journal"), progress)
    yield from _feeds(conn, audiences, witnesses, progress)
    yield from _everybody(conn, head["sequence"], audiences, progress)
    yield from (Fault(f"entry {sequence}", what) for sequence, what in unexplained(conn))
    yield from _short_ids(conn)
    yield from _originals(conn)
    yield from _audit(conn, head, witnesses.of("the audit", "audit"), progress)
    yield from witnesses.faults()
    progress("checkpoints", witnesses.seen, witnesses.seen)


def _pages(
    conn: Connection, query: Select[Any], after: Callable[[RowMapping], ColumnElement[bool]], some: int = PAGE
) -> Iterator[Any]:
    """The rows of an ordered query, some at a time: no long list, and no cursor held open."""
    rows = conn.execute(query.limit(some)).mappings().all()
    while rows:
        yield from rows
        rows = conn.execute(query.where(after(rows[-1])).limit(some)).mappings().all()


def _audiences(audiences: Mapping[int, Audience]) -> Iterator[Fault]:
    for audience in audiences.values():
        if mark(audience.route, audience.parties) != audience.digest:
            yield Fault(f"audience {audience.id}", "is not the list of readers that it was")


def _entries(
    conn: Connection, head: RowMapping, audiences: Mapping[int, Audience], witness: Witness, progress: Progress
) -> Iterator[Fault]:
    number, chain = 0, START
    query = select(entries).order_by(entries.c.sequence)
    for row in _pages(conn, query, lambda last: entries.c.sequence > last["sequence"]):
        at = f"entry {row['sequence']}"
        number += 1
        if row["sequence"] != number:
            yield witness.fault(at, f"follows number {number - 1}: something between them was removed or moved")
            number = row["sequence"]
        if row["body"] is not None and content_hash(row["salt"], row["body"]) != row["content_hash"]:
            yield witness.fault(at, "has another content than the one that was accepted")
        audience = audiences.get(row["audience_id"])
        if audience is None:
            yield witness.fault(at, "has readers that are not on record")
        elif link(chain, number, entry_hash(row, audience.digest)) != row["chain"]:
            yield witness.fault(at, "does not fit the chain")
        chain = row["chain"]
        yield from witness.at(number, chain)
        if number % PAGE == 0:
            progress("entries", number, head["sequence"])
    progress("entries", number, head["sequence"])
    if (number, chain) != (head["sequence"], head["chain"]):
        yield witness.fault("journal head", f"says {head['sequence']} entries, the journal ends with {number}")
    yield from witness.end(number)


def _feeds(
    conn: Connection, audiences: Mapping[int, Audience], witnesses: Witnesses, progress: Progress
) -> Iterator[Fault]:
    f = feed_rows.c
    total = int(conn.execute(select(func.count()).select_from(feed_rows)).scalar_one())
    heads = {(row.route, row.party): (row.feed, row.chain) for row in conn.execute(select(feed_heads))}
    query = (
        select(f.route, f.party, f.feed, f.sequence, f.chain, entries.c.content_hash, entries.c.audience_id,
               entries.c.route.label("entry_route"))
        .outerjoin(entries, entries.c.sequence == f.sequence)
        .order_by(f.route, f.party, f.feed)
    )  # fmt: skip
    signed = witnesses.feeds()
    feed = _Feed("", "", Witness("", 0))
    done = 0
    for row in _pages(conn, query, _after_feed_row):
        if (row["route"], row["party"]) != (feed.route, feed.party):
            yield from feed.end(heads)
            called = f"the feed of {row['party']} on {row['route']}"
            feed = _Feed(row["route"], row["party"], witnesses.of(called, "feed", row["route"], row["party"]))
            signed.discard((feed.route, feed.party))
        yield from feed.take(row, audiences)
        done += 1
        if done % PAGE == 0:
            progress("feeds", done, total)
    yield from feed.end(heads)
    progress("feeds", done, total)
    for route, party in heads:
        yield Fault(f"feed of {party} on {route}", "has a head and no rows")
    for route, party in sorted(signed):
        yield from witnesses.of(f"the feed of {party} on {route}", "feed", route, party).end(0)


def _after_feed_row(last: RowMapping) -> ColumnElement[bool]:
    f = feed_rows.c
    return or_(
        f.route > last["route"],
        and_(f.route == last["route"], f.party > last["party"]),
        and_(f.route == last["route"], f.party == last["party"], f.feed > last["feed"]),
    )


@dataclass
class _Feed:
    """One party's feed while it is gone through."""

    route: str
    party: str
    witness: Witness
    number: int = 0
    chain: str = START
    sequence: int = 0

    def take(self, row: RowMapping, audiences: Mapping[int, Audience]) -> Iterator[Fault]:
        at = f"feed of {self.party} on {self.route}, number {row['feed']}"
        self.number += 1
        if row["feed"] != self.number:
            yield self.witness.fault(
                at, f"follows number {self.number - 1}: something between them was removed or moved"
            )
            self.number = row["feed"]
        if row["sequence"] <= self.sequence:
            yield self.witness.fault(at, "is not in the order of the journal")
        audience = audiences.get(row["audience_id"])
        if row["content_hash"] is None:
            yield self.witness.fault(at, f"stands for entry {row['sequence']}, which is not there")
        elif row["entry_route"] != self.route or audience is None or self.party not in audience.parties:
            yield self.witness.fault(at, f"stands for entry {row['sequence']}, which is not for this reader")
        elif link(self.chain, self.number, row["content_hash"]) != row["chain"]:
            yield self.witness.fault(at, "does not fit the chain of the feed")
        self.chain, self.sequence = row["chain"], row["sequence"]
        yield from self.witness.at(self.number, self.chain)

    def end(self, heads: dict[tuple[str, str], tuple[int, str]]) -> Iterator[Fault]:
        """Compare with the head, and take it off the list of heads that are still to be met."""
        if not self.party:
            return
        head = heads.pop((self.route, self.party), None)
        if head != (self.number, self.chain):
            says = f"says {head[0]} messages" if head else "is missing"
            yield self.witness.fault(
                f"head of the feed of {self.party} on {self.route}", f"{says}, the feed ends with {self.number}"
            )
        yield from self.witness.end(self.number)


def _everybody(conn: Connection, last: int, audiences: Mapping[int, Audience], progress: Progress) -> Iterator[Fault]:
    """Each message has as many feed rows as readers; that each row is a reader's has been seen before."""
    f = feed_rows.c
    for first in range(1, last + 1, PAGE):
        until = first + PAGE
        rows = conn.execute(
            select(f.sequence, func.count()).where(f.sequence >= first, f.sequence < until).group_by(f.sequence)
        )
        counted: dict[int, int] = {row[0]: row[1] for row in rows}
        here = (entries.c.sequence >= first, entries.c.sequence < until)
        for row in conn.execute(select(entries.c.sequence, entries.c.audience_id).where(*here)):
            audience = audiences.get(row.audience_id)
            if audience is not None and counted.get(row.sequence, 0) != len(audience.parties):
                yield Fault(
                    f"entry {row.sequence}",
                    f"is in {counted.get(row.sequence, 0)} feeds and has {len(audience.parties)} readers",
                )
        progress("readers", min(until - 1, last), last)


def _short_ids(conn: Connection) -> Iterator[Fault]:
    s = short_ids.c
    same = and_(s.route == entries.c.route, s.short_id == entries.c.short_id, s.message_id == entries.c.id)
    missing = select(entries.c.sequence, entries.c.short_id).outerjoin(short_ids, same)
    for row in conn.execute(missing.where(entries.c.short_id.is_not(None), s.short_id.is_(None))):
        yield Fault(f"entry {row.sequence}", f"is not found under its short id {row.short_id}")
    for row in conn.execute(select(s.short_id).outerjoin(entries, same).where(entries.c.id.is_(None))):
        yield Fault(f"short id {row.short_id}", "stands for a message that does not have it")


def _originals(conn: Connection) -> Iterator[Fault]:
    """Each document as it came has the hash that its message says, and each message that says one has it."""
    o, e = originals.c, entries.c
    query = select(o.message_id, o.sha256, o.content, e.body).outerjoin(entries, e.id == o.message_id)
    for row in _pages(conn, query.order_by(o.message_id), lambda last: o.message_id > last["message_id"], some=20):
        said = f'"sha256":"{row["sha256"]}"'
        kept = row["content"] if isinstance(row["content"], bytes) else b""  # SQLite keeps what it is given
        if hashlib.sha256(kept).hexdigest() != row["sha256"] or said not in (row["body"] or ""):
            yield Fault(f"original of message {row['message_id']}", "is not the document that came")
    lost = select(e.sequence).outerjoin(originals, o.message_id == e.id).where(
        o.message_id.is_(None), e.kind == "alert", e.body.contains('"sha256":"', autoescape=True)
    )  # fmt: skip
    for row in conn.execute(lost):
        yield Fault(f"entry {row.sequence}", "came as a document that is not there")


def _audit(conn: Connection, head: RowMapping, witness: Witness, progress: Progress) -> Iterator[Fault]:
    number, chain = 0, START
    for row in _pages(
        conn, select(audit_rows).order_by(audit_rows.c.number), lambda last: audit_rows.c.number > last["number"]
    ):
        at = f"audit row {row['number']}"
        number += 1
        if row["number"] != number:
            yield witness.fault(at, f"follows number {number - 1}: something between them was removed or moved")
            number = row["number"]
        said = audit_hash(row["act"], row["route"], row["party"], row["actor"], row["detail"], row["at"])
        if link(chain, number, said) != row["chain"]:
            yield witness.fault(at, "does not fit the chain")
        chain = row["chain"]
        yield from witness.at(number, chain)
        if number % PAGE == 0:
            progress("audit", number, head["audit"])
    progress("audit", number, head["audit"])
    if (number, chain) != (head["audit"], head["audit_chain"]):
        yield witness.fault("audit head", f"says {head['audit']} rows, the audit ends with {number}")
    yield from witness.end(number)
