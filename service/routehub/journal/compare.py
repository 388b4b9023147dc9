"""Boards against the journal: are they what the messages say? Worked out in a copy, of which nothing stays."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, Table
from sqlalchemy.engine.default import DefaultDialect

from routehub.core.db import Database
from routehub.journal.checkpoints.witness import Fault
from routehub.journal.message import Board
from routehub.journal.rebuild import Progress, rebuild, tables_of
from routehub_schemas.registry import Registry

MOST_ROWS = 20
"""Of one table that are named."""


@contextlib.contextmanager
def scratch(db: Database) -> Iterator[Connection]:
    """A connection on which boards can be made anew: of SQLite to a copy, so that a running hub goes on writing; of
    PostgreSQL in a transaction that is taken back, for which posts wait."""
    if db.dialect == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.db"
            db.read_sync(_copied, copy)
            with contextlib.closing(Database(f"sqlite:///{copy}")) as other, _undone(other) as conn:
                yield conn
        return
    with _undone(db) as conn:
        yield conn


def _copied(conn: Connection, file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as target:
        conn.connection.driver_connection.backup(target)  # type: ignore[union-attr]


@contextlib.contextmanager
def _undone(db: Database) -> Iterator[Connection]:
    with db.writer.connect() as conn, conn.begin() as transaction:
        yield conn
        transaction.rollback()


def differing(
    conn: Connection, boards: Sequence[Board], registry: Registry,
    progress: Progress = lambda part, done, of: None,
) -> Iterator[Fault]:  # fmt: skip
    """The rows that are not as the journal would make them, by their keys."""
    tables = tables_of(boards)
    for table in tables:
        now = _quoted(conn, table)
        conn.exec_driver_sql(f"CREATE TEMPORARY TABLE {_before(table)} AS SELECT * FROM {now}")  # noqa: S608
    rebuild(conn, boards, registry, progress)
    for table in tables:
        yield from _of(conn, table)


def _of(conn: Connection, table: Table) -> Iterator[Fault]:
    """Rows on one side only; a row that was changed is on both, under one key."""
    names = [column.name for column in table.primary_key.columns]
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{name}"' for name in names)
    now, before = _quoted(conn, table), _before(table)
    query = (
        f"SELECT {keys}, MAX(here), MAX(there) FROM ("  # noqa: S608 - names of our own tables
        f"SELECT {keys}, 1 AS here, 0 AS there"
        f" FROM (SELECT {columns} FROM {before} EXCEPT SELECT {columns} FROM {now}) a"
        f" UNION ALL SELECT {keys}, 0, 1 FROM (SELECT {columns} FROM {now} EXCEPT SELECT {columns} FROM {before}) b"
        f") c GROUP BY {keys} ORDER BY {keys}"
    )
    for shown, row in enumerate(conn.exec_driver_sql(query)):
        if shown == MOST_ROWS:
            yield Fault(f"board {table.name}", "has more rows that differ: routehub rebuild makes it anew")
            return
        key = " ".join(str(value) for value in row[: len(names)])
        what = {(1, 0): "is not said by any message", (0, 1): "is missing"}.get((row[-2], row[-1]), "was changed")
        yield Fault(f"board {table.name}, {key}", what)


def _before(table: Table) -> str:
    return f"before_{table.name}"


def _quoted(conn: Connection, table: Table) -> str:
    dialect: DefaultDialect = conn.dialect  # type: ignore[assignment]
    return dialect.identifier_preparer.format_table(table)
