"""The counters of a new database."""

from sqlalchemy import Connection, insert, select

from routehub.core import state
from routehub.journal.chain import START
from routehub.journal.tables import journal_head


def counters(conn: Connection) -> None:
    """Start the journal's head, the epoch and the directory's version, and name the deployment, once."""
    if conn.execute(select(journal_head.c.id)).first() is None:
        conn.execute(insert(journal_head).values(id=1, sequence=0, chain=START, audit=0, audit_chain=START))
        state.write(conn, "epoch", "1")
        state.write(conn, "directory_version", "1")
    state.deployment(conn)
