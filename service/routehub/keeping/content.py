"""What a database of the hub holds, in a few figures that tell whether another one holds the same."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection, func, inspect, select, table, text
from sqlmodel import SQLModel

from routehub.core import state
from routehub.core.canonical import digest, dumps
from routehub.core.errors import HubError
from routehub.journal import follow
from routehub.journal.heads import heads
from routehub.journal.verify import Progress, verify
from routehub.migrate import current

MOST_SHOWN = 5


class Content(BaseModel):
    """The heads and the number of rows of each table, seen in one read transaction.

    revision: the form of the database; feeds: how many parties' feeds have begun; feeds_digest: over all their heads.
    """

    revision: str
    epoch: int
    deployment: str
    sequence: int
    chain: str
    audit: int
    audit_chain: str
    feeds: int
    feeds_digest: str
    newest_at: AwareDatetime | None
    rows: dict[str, int]

    @property
    def words(self) -> str:
        newest = f", the last of {self.newest_at:%Y-%m-%d %H:%M:%S} UTC" if self.newest_at else ""
        return f"{self.sequence} messages in {self.feeds} feeds{newest}; {self.audit} rows of audit"


def content(conn: Connection) -> Content:
    """Read by names that every form of the database has, so that one of an earlier version can be described too.

    Errors: HubError where there is no journal.
    """
    revision = current(conn)
    head = heads(conn) if revision else None
    if revision is None or head is None:
        raise HubError("There is no hub in this database yet. Run: routehub migrate")
    newest: datetime | None = follow.newest_at(conn)
    return Content(
        revision=revision, epoch=state.epoch(conn), deployment=state.read(conn, "deployment", ""),
        sequence=head.sequence, chain=head.chain, audit=head.audit, audit_chain=head.audit_chain,
        feeds=len(head.feeds), feeds_digest=digest(dumps(head.feeds)), newest_at=newest, rows=_rows(conn),
    )  # fmt: skip


def _rows(conn: Connection) -> dict[str, int]:
    there = sorted(set(inspect(conn).get_table_names()) & set(SQLModel.metadata.tables))
    return {name: int(conn.execute(select(func.count()).select_from(table(name))).scalar_one()) for name in there}


def differing(here: Content, there: Content) -> list[str]:
    """What two contents say differently, in words; empty when one is a whole copy of the other."""
    found = [name for name in Content.model_fields if name != "rows" and getattr(here, name) != getattr(there, name)]
    tables = sorted(here.rows.keys() | there.rows.keys())
    return found + [
        f"{name}: {here.rows.get(name, 0)} rows and {there.rows.get(name, 0)}"
        for name in tables
        if here.rows.get(name) != there.rows.get(name)
    ]


def must_verify(conn: Connection, progress: Progress) -> None:
    """Compute every chain again. Errors: HubError with the first faults when anything does not fit."""
    found = [f"{fault.where} {fault.what}" for fault in verify(conn, progress)]
    if found:
        more = f" … and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
        raise HubError(f"The chains do not fit: {'; '.join(found[:MOST_SHOWN])}{more}")


def unhurried(conn: Connection) -> None:
    """Without the time-outs that keep a frozen hub from holding up others: this transaction may take long."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SET LOCAL application_name = 'routehub at length'"))  # no hub takes it for one that froze
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            conn.execute(text(f"SET LOCAL {name} = 0"))
        # The server gives up on a caller whose network is gone after a minute, and not after its usual two hours: until
        # then what was begun would stand in the way of the next try.
        for name, value in (("tcp_keepalives_idle", 30), ("tcp_keepalives_interval", 10), ("tcp_keepalives_count", 3)):
            conn.execute(text(f"SET LOCAL {name} = {value}"))
