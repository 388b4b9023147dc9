"""When content was erased, and why: for whoever could read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from routehub.journal.tables import erasures


@dataclass(frozen=True)
class Erased:
    """When content was erased (wall time), and why."""

    at: datetime
    reason: str

    @property
    def words(self) -> str:
        return f"The content of this message was erased on {self.at:%Y-%m-%d} (UTC): {self.reason.rstrip('.')}."


def reasons(conn: Connection, messages: Sequence[str]) -> dict[str, Erased]:
    """Those of messages, by id."""
    x = erasures.c
    rows = conn.execute(select(x.message_id, x.at, x.reason).where(x.message_id.in_(messages)))
    return {row.message_id: Erased(row.at, row.reason) for row in rows}
