"""Reading exchanges, always through the reader's audiences. Nothing says how much of one a reader does not see."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from routehub.boards.threads.tables import thread_messages
from routehub.directory.visibility import clause


@dataclass(frozen=True)
class ThreadRef:
    """An exchange: the message that began it, and the place in the journal of its newest one that the reader reads.
    The place stays inside."""

    root: str
    last: int


def root_of(conn: Connection, route: str, message_id: str) -> str:
    """The message that began the exchange of this one, which the reader has been found to read. Whoever reads an
    answer reads what it answers, and so on to the first."""
    t = thread_messages.c
    return conn.execute(select(t.root).where(t.message_id == message_id, t.route == route)).scalar() or message_id


def sequences(conn: Connection, audiences: Iterable[int], route: str, root: str, after: int, limit: int) -> list[int]:
    """The places of the messages that followed the first, in order, after one place."""
    t = thread_messages.c
    query = select(t.sequence).where(
        t.root == root, t.route == route, t.message_id != root, t.sequence > after, clause(t.audience_id, audiences)
    )
    return list(conn.execute(query.order_by(t.sequence).limit(limit)).scalars())


def threads(conn: Connection, audiences: Iterable[int], route: str, before: int | None, limit: int) -> list[ThreadRef]:
    """The exchanges with a note in them, those with the newest note first."""
    t, ids = thread_messages.c, frozenset(audiences)
    notes = select(t.root, func.max(t.sequence).label("note")).where(
        t.route == route, t.kind == "note", clause(t.audience_id, ids)
    )
    found = notes.group_by(t.root)
    if before is not None:
        found = found.having(func.max(t.sequence) < before)
    rows = conn.execute(found.order_by(func.max(t.sequence).desc()).limit(limit)).all()
    return [ThreadRef(row.root, row.note) for row in rows]
