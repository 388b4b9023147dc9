"""Rows that wait for their transaction's end, so that many messages are written by a few statements.

Boards and the journal put rows here instead of executing inserts. They lie in the order of the tables' references;
a part of the transaction that is refused takes its rows back without the database having seen them. Whoever needs SQL
gets it through ``conn``: what waits is written before, so that everybody reads what was put in earlier.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.sql.ddl import sort_tables
from sqlmodel import SQLModel

from routehub.core.statements import Query, write_rows

Row = Mapping[str, Any]


@cache
def _rank(table: Table) -> int:
    """Tables that others refer to first."""
    order = sort_tables(list(SQLModel.metadata.tables.values()))
    return order.index(table) if table in order else len(order)


@dataclass
class Mark:
    """Where a part of the transaction began: how many rows of each table were there, and whether the database has a
    savepoint for it."""

    counts: dict[Table, int]
    savepoint: str | None = None


@dataclass
class _Waiting:
    """The rows of one table. ``written`` of all that were ever put in are in the database already."""

    keys: tuple[str, ...]
    by: tuple[str, ...]
    written: int = 0
    rows: list[Row] = field(default_factory=list)
    index: dict[Any, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key: Callable[[Row], Any] | None = itemgetter(*self.by) if self.by else None

    @property
    def count(self) -> int:
        return self.written + len(self.rows)

    def put(self, rows: Sequence[Row]) -> None:
        self.rows += rows
        if self._key is not None:
            for row in rows:
                self.index.setdefault(self._key(row), []).append(row)

    def take_back(self, count: int) -> None:
        """Forget all rows but the first ``count``."""
        kept = max(0, count - self.written)
        if self._key is not None:
            for row in reversed(self.rows[kept:]):
                self.index[self._key(row)].pop()
        del self.rows[kept:]
        self.written = min(self.written, count)

    def write(self, conn: Connection, table: Table, count: int) -> None:
        """Write the rows up to the first ``count`` of all."""
        due = count - self.written
        if due <= 0:
            return
        rows = self.rows[:due]
        if self._key is not None:
            for row in rows:
                self.index[self._key(row)].pop(0)
        del self.rows[:due]
        self.written = count
        write_rows(conn, table, self.keys, rows)


class Rows:
    """All rows of one transaction that wait, and the savepoints of the parts that have come to need one.

    A savepoint is set only when a part touches the database (``conn``): most messages never do.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._waiting: dict[Table, _Waiting] = {}
        self._open: list[Mark] = []

    @property
    def conn(self) -> Connection:
        """The connection for SQL of one's own: everything put in so far is written, and can be undone."""
        for depth, mark in enumerate(self._open):
            if mark.savepoint is None:
                self._write(mark.counts)
                mark.savepoint = f"part_{depth}"
                self._conn.exec_driver_sql(f"SAVEPOINT {mark.savepoint}")
        self._write()
        return self._conn

    def read(self, query: Query, values: Mapping[str, Any], some: Sequence[Any] | None = None) -> list[Any]:
        """What the database has, without the rows that wait: ``collected`` tells those."""
        return query.rows(self._conn, values, some)

    def collect(
        self, table: Table, rows: Sequence[Row], *, keys: tuple[str, ...] = (), by: tuple[str, ...] = ()
    ) -> None:
        """Put rows in. ``keys``: they replace the rows with the same; ``by``: the columns by which ``collected``
        finds them. Both are the same for all rows of a table."""
        waiting = self._waiting.get(table)
        if waiting is None:
            waiting = self._waiting[table] = _Waiting(keys, by)
        waiting.put(rows)

    def collected(self, table: Table, value: Any) -> Sequence[Row]:
        """The rows of a table that wait, in their order, with this value in the column ``by`` (a tuple of values
        where there are several)."""
        waiting = self._waiting.get(table)
        return waiting.index.get(value, ()) if waiting is not None else ()

    def write(self) -> None:
        """Write everything; before the commit."""
        self._write()

    def _write(self, counts: Mapping[Table, int] | None = None) -> None:
        for table in sorted(self._waiting, key=_rank):
            waiting = self._waiting[table]
            waiting.write(self._conn, table, waiting.count if counts is None else counts.get(table, 0))

    # --- parts ---

    def begin(self) -> Mark:
        """Begin a part that can be undone by itself. Parts lie within each other."""
        mark = Mark({table: waiting.count for table, waiting in self._waiting.items()})
        self._open.append(mark)
        return mark

    def keep(self, mark: Mark) -> None:
        self._close(mark)
        if mark.savepoint is not None:
            self._conn.exec_driver_sql(f"RELEASE SAVEPOINT {mark.savepoint}")

    def undo(self, mark: Mark) -> None:
        self._close(mark)
        if mark.savepoint is not None:
            self._conn.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {mark.savepoint}")
            self._conn.exec_driver_sql(f"RELEASE SAVEPOINT {mark.savepoint}")
        for table, waiting in self._waiting.items():
            waiting.take_back(mark.counts.get(table, 0))

    def _close(self, mark: Mark) -> None:
        closed = self._open.pop()
        assert closed is mark, "parts end in the order in which they lie within each other"
