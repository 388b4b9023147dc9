"""How messages come together as an exchange: a note begins one, and every answer belongs to that of what it answers."""

from collections.abc import Iterable

from sqlalchemy import Table, insert, select

from routehub.boards.threads.tables import thread_messages
from routehub.journal.message import Caution, Message, Transaction


class ThreadsBoard:
    """Keeps notes, and whatever of any kind belongs to a thread. What stands alone costs nothing."""

    name = "threads"
    tables: tuple[Table, ...] = (thread_messages,)

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = frozenset(kinds)

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        return []

    def project(self, tx: Transaction, message: Message) -> None:
        if message.thread is None and message.kind != "note":
            return
        tx.conn.execute(
            insert(thread_messages).values(
                message_id=message.id, root=_root(tx, message), route=message.route, kind=message.kind,
                sequence=message.sequence, audience_id=message.audience_id,
            )
        )  # fmt: skip


def _root(tx: Transaction, message: Message) -> str:
    """A sender may name a message from the middle of an exchange: the exchange stays one."""
    if message.thread is None:
        return message.id
    t = thread_messages.c
    known = tx.conn.execute(select(t.root).where(t.message_id == message.thread)).scalar()
    return known or message.thread
