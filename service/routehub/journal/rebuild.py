"""Boards made anew from the journal, in bounded memory and without emitting anything (DECISIONS 2)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.sql.ddl import sort_tables

from routehub.core import state
from routehub.core.canonical import digest, dumps
from routehub.core.clock import wall
from routehub.journal import follow
from routehub.journal.known import Known
from routehub.journal.message import Board
from routehub.journal.rows import Rows
from routehub.journal.search import index
from routehub.journal.tables import entries, journal_head
from routehub_schemas.registry import Registry

Progress = Callable[[str, int, int], None]


TOGETHER = 200
"""Messages whose rows are written together."""


class Replaying(Rows):
    """The transaction of a rebuild: the time is that of the message, and what was audited then is not audited
    again."""

    def __init__(self, conn: Connection) -> None:
        super().__init__(conn)
        self.now = self.wall = wall()
        self.known = Known()

    def learn(self, fact: Callable[[], None]) -> None:
        """One transaction does it all: what is known now stays known."""
        fact()

    def audit(self, act: str, route: str, party: str, actor: str, detail: dict[str, Any]) -> None:
        return

    def directory_changed(self) -> None:
        return


def rebuild(
    conn: Connection, boards: Sequence[Board], registry: Registry,
    progress: Progress = lambda part, done, of: None, *, words: bool = True,
) -> int:  # fmt: skip
    """Empty the boards and project every message again, inside the caller's transaction; answers how many.

    words: what messages are found by is made anew as well."""
    conn.execute(select(journal_head).with_for_update())  # no hub accepts meanwhile, on PostgreSQL either
    for table in reversed(tables_of(boards) if words else sort_tables([t for board in boards for t in board.tables])):
        conn.execute(delete(table))
    total = int(conn.execute(select(func.count()).select_from(entries).where(entries.c.body.is_not(None))).scalar_one())
    tx = Replaying(conn)
    done = 0
    for message in follow.everything(conn, registry):
        tx.now = message.accepted_at
        for board in boards:
            if message.kind in board.kinds:
                board.project(tx, message)
        if words:
            index.add(tx, registry[message.kind], message)
        done += 1
        if done % TOGETHER == 0:
            tx.write()
        if done % 1000 == 0:
            progress("messages", done, total)
    tx.write()
    state.boards_made_anew(conn)
    progress("messages", done, total)
    return done


def tables_of(boards: Sequence[Board]) -> list[Table]:
    """The boards' tables and those of the search, those that others refer to first."""
    found: list[Table] = sort_tables([*(table for board in boards for table in board.tables), *index.TABLES])
    return found


def fingerprints(conn: Connection, boards: Sequence[Board]) -> dict[str, tuple[int, str]]:
    """Rows and content hash of each table of the boards, to compare before and after."""
    return {table.name: _fingerprint(conn, table) for table in tables_of(boards)}


def _fingerprint(conn: Connection, table: Table) -> tuple[int, str]:
    found, rows = "", 0
    for row in _rows(conn, table):
        found = digest(found + dumps(row))
        rows += 1
    return rows, found


def _rows(conn: Connection, table: Table) -> Iterator[list[Any]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=1000)
    for row in conn.execute(query):
        yield list(row)
