"""How messages come together as an exchange: a note begins one, and every answer belongs to that of what it answers."""

from collections.abc import Iterable

from sqlalchemy import Table, bindparam, select

from routehub.boards.threads.tables import thread_messages
from routehub.core.statements import Query
from routehub.journal.message import Caution, Message, Transaction

_ROOT = Query(select(thread_messages.c.root).where(thread_messages.c.message_id == bindparam("named")))


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
        row = {
            "message_id": message.id, "root": _root(tx, message), "route": message.route, "kind": message.kind,
            "sequence": message.sequence, "audience_id": message.audience_id,
        }  # fmt: skip
        tx.collect(thread_messages, (row,), by=("message_id",))


def _root(tx: Transaction, message: Message) -> str:
    """A sender may name a message from the middle of an exchange: the exchange stays one."""
    if message.thread is None:
        return message.id
    waiting = tx.collected(thread_messages, message.thread)
    if waiting:
        return str(waiting[0]["root"])
    known = tx.read(_ROOT, {"named": message.thread})
    return str(known[0][0]) if known else message.thread
