"""How followers read the journal: in sequence, each from a checkpoint of its own. They meet only here."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from routehub.core.columns import upsert
from routehub.core.observe import log
from routehub.directory.visibility import readers_of
from routehub.journal.message import Message, from_row
from routehub.journal.tables import entries, feed_rows, followers, journal_head
from routehub_schemas.registry import Registry


def head(conn: Connection) -> int:
    """The last sequence of the journal. Inside the hub only; readers know feed numbers (PROMISES 1)."""
    return int(conn.execute(select(journal_head.c.sequence).where(journal_head.c.id == 1)).scalar_one())


def newest_at(conn: Connection) -> datetime | None:
    """When the last message was accepted, in hub time; None in an empty journal."""
    newest = select(entries.c.accepted_at).order_by(entries.c.sequence.desc()).limit(1)
    return conn.execute(newest).scalar()


def since(conn: Connection, registry: Registry, sequence: int, limit: int = 500) -> list[Message]:
    """Up to ``limit`` messages after a sequence; none only at the end. Erased messages are left out, and do not count;
    those that cannot be read are left out too, and a page of nothing else must not look like the end."""
    while True:
        rows = (
            conn.execute(
                select(entries)
                .where(entries.c.sequence > sequence, entries.c.body.is_not(None))
                .order_by(entries.c.sequence)
                .limit(limit)
            )
            .mappings()
            .all()
        )
        readers = readers_of(conn, {row["audience_id"] for row in rows})
        read = (_readable(row, registry, readers[row["audience_id"]]) for row in rows)
        found = [message for message in read if message is not None]
        if found or len(rows) < limit:
            return found
        sequence = rows[-1]["sequence"]


def at(conn: Connection, registry: Registry, sequences: Sequence[int]) -> list[Message]:
    """Those messages, in order, for the hub's own use; erased ones and ones that cannot be read are left out."""
    query = select(entries).where(entries.c.sequence.in_(sequences), entries.c.body.is_not(None))
    rows = conn.execute(query.order_by(entries.c.sequence)).mappings().all()
    readers = readers_of(conn, {row["audience_id"] for row in rows})
    read = (_readable(row, registry, readers[row["audience_id"]]) for row in rows)
    return [message for message in read if message is not None]


def _readable(row: RowMapping, registry: Registry, parties: frozenset[str]) -> Message | None:
    """The message, or None when this version cannot read it (a newer hub beside this one accepted it). One such
    message must not stop a follower for good: it stays in every feed, and the log names it."""
    try:
        return from_row(row, registry, parties)
    except (KeyError, ValueError) as fault:
        log("journal").error(
            "a message cannot be read", message=row["id"], kind=row["kind"], fault=type(fault).__name__
        )
        return None


def event_of(conn: Connection, message_id: str) -> dict[str, Any] | None:
    """The stored event of a message, for comparing; None when it is not there or erased."""
    body = conn.execute(select(entries.c.body).where(entries.c.id == message_id)).scalar()
    return None if body is None else dict(json.loads(body))


def labels(conn: Connection, message_ids: Collection[str]) -> set[str]:
    """The TLP labels of messages."""
    return set(conn.execute(select(entries.c.tlp).where(entries.c.id.in_(message_ids))).scalars())


def feeds(conn: Connection, sequences: Sequence[int]) -> dict[int, dict[str, int]]:
    """For each sequence its readers with their feed numbers."""
    found: dict[int, dict[str, int]] = {sequence: {} for sequence in sequences}
    for row in conn.execute(select(feed_rows).where(feed_rows.c.sequence.in_(sequences))):
        found[row.sequence][row.party] = row.feed
    return found


def by_id(conn: Connection, registry: Registry, message_id: str) -> Message | None:
    """One message for the hub's own use (renderers, boards); never an answer to a reader."""
    row = conn.execute(select(entries).where(entries.c.id == message_id)).mappings().first()
    if row is None or row["body"] is None:
        return None
    return from_row(row, registry, readers_of(conn, [row["audience_id"]])[row["audience_id"]])


def everything(conn: Connection, registry: Registry, page: int = 1000) -> Iterator[Message]:
    """The whole journal in order, in bounded memory."""
    sequence = 0
    while True:
        messages = since(conn, registry, sequence, page)
        if not messages:
            return
        yield from messages
        sequence = messages[-1].sequence


def there(conn: Connection, message_ids: Sequence[str], at_once: int = 400) -> frozenset[str]:
    """Which of these messages the journal holds."""
    found: set[str] = set()
    for at in range(0, len(message_ids), at_once):
        some = message_ids[at : at + at_once]
        found |= set(conn.execute(select(entries.c.id).where(entries.c.id.in_(some))).scalars())
    return frozenset(found)


def checkpoint(conn: Connection, name: str) -> int:
    """How far a follower has come; 0 when it is new."""
    return int(conn.execute(select(followers.c.sequence).where(followers.c.name == name)).scalar() or 0)


def set_checkpoint(conn: Connection, name: str, sequence: int) -> None:
    """Inside the transaction of what the follower wrote, so that both stand or fall together."""
    conn.execute(upsert(conn, followers, "name"), {"name": name, "sequence": sequence})


def is_following(conn: Connection, name: str) -> bool:
    """Whether a follower has a checkpoint yet."""
    return conn.execute(select(followers.c.name).where(followers.c.name == name)).first() is not None


def ahead(conn: Connection, name: str, message_ids: Collection[str]) -> frozenset[str]:
    """Which of these messages a follower has not come to yet; none when there is no such follower."""
    if not is_following(conn, name):
        return frozenset()
    e = entries.c
    later = select(e.id).where(e.id.in_(sorted(message_ids)), e.sequence > checkpoint(conn, name))
    return frozenset(conn.execute(later).scalars())


def forget(conn: Connection, name: str) -> None:
    """Let a follower begin anew."""
    conn.execute(delete(followers).where(followers.c.name == name))
