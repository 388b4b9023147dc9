"""What the journal keeps for a time only: senders' own ids of messages, 30 days long (PROMISES 10)."""

from datetime import timedelta

from sqlalchemy import delete, select

from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.tables import idempotency_keys
from routehub.journal.writer import Writer

KEPT = timedelta(days=30)
AT_ONCE = 2_000
"""Keys in one transaction: nobody who posts meanwhile waits long."""


class Forgetting:
    """Called now and then. Hubs on one database may do it side by side."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def look(self) -> bool:
        """Remove what is over; says whether there may be more."""
        return await self._writer.submit(Change(_forget_keys))


def _forget_keys(tx: Batch) -> bool:
    k = idempotency_keys.c
    before = tx.wall - KEPT
    oldest = select(k.created_at).where(k.created_at < before).order_by(k.created_at)
    until = tx.conn.execute(oldest.offset(AT_ONCE).limit(1)).scalar()
    tx.conn.execute(delete(idempotency_keys).where(k.created_at < before, k.created_at <= (until or before)))
    return until is not None
