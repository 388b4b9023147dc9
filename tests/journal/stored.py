"""What lies in the tables of the journal, for tests that compare it with what was answered."""

from typing import Any

from sqlalchemy import Connection, Table, func, select

from routehub.core.db import Database
from routehub.journal.tables import audit_rows, entries, feed_heads, feed_rows, idempotency_keys, journal_head
from routehub.journal.verify import Fault, verify
from routehub.tables import ALL

WRITTEN = (entries, feed_rows, feed_heads, journal_head, idempotency_keys, audit_rows)


TABLES = {table.name: table for module in ALL for table in vars(module).values() if isinstance(table, Table)}
_COUNTS = select(*(select(func.count()).select_from(table).scalar_subquery().label(n) for n, table in TABLES.items()))


def counts(conn: Connection) -> dict[str, int]:
    """Rows of every table of the hub."""
    return dict(conn.execute(_COUNTS).mappings().one())


def everything(url: str) -> tuple[dict[str, int], list[Fault]]:
    """Rows by table and the faults of the journal, read through a connection of our own."""
    db = Database(url)
    try:
        return db.read_sync(counts), db.read_sync(lambda conn: list(verify(conn)))
    finally:
        db.close()


def faults(url: str) -> list[Fault]:
    return everything(url)[1]


def arrivals(value: int, **more: Any) -> dict[str, Any]:
    return {"indicator": "arrivals", "counterpart": "GR", "value": value, **more}
