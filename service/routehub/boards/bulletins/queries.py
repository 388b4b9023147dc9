"""Reading the bulletins board through the reader's audiences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from routehub.boards.bulletins.tables import bulletin_records
from routehub.directory.visibility import clause


@dataclass(frozen=True)
class BulletinRef:
    """A bulletin, and where what it says is. ``reported`` of ``expected`` parties had reported."""

    message_id: str
    local_date: date
    compiled_at: datetime
    reported: int
    expected: int
    changes: int


def bulletins(
    conn: Connection, audiences: Iterable[int], route: str, *, day: date | None = None, limit: int = 100
) -> list[BulletinRef]:
    """The bulletins of a route, the newest first; of one morning or of all."""
    b = bulletin_records.c
    query = select(bulletin_records).where(b.route == route, clause(b.audience_id, audiences))
    if day is not None:
        query = query.where(b.local_date == day)
    names = ("message_id", "local_date", "compiled_at", "reported", "expected", "changes")
    rows = conn.execute(query.order_by(b.local_date.desc(), b.sequence.desc()).limit(limit)).mappings()
    return [BulletinRef(**{name: row[name] for name in names}) for row in rows]
