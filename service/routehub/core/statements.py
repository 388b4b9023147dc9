"""Statements of the accepting transaction, prepared once and run by the database's driver (docs/decisions/0018).

SQLAlchemy builds and converts anew at every execution, which costs several times what SQLite then takes. For the few
statements that every message needs this file asks SQLAlchemy once for the text and the conversions (a UTCDateTime is
stored in the same way by either road) and hands the driver text and values. Faults come as SQLAlchemy's own.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Select, Table, bindparam
from sqlalchemy.exc import DBAPIError

SIZES = (256, 64, 16, 4, 1)
"""Rows or values in one statement: few different texts, so that the driver keeps all of them prepared."""

Convert = Callable[[Any], Any] | None
Some = Callable[[tuple[BindParameter[Any], ...]], Select[Any]]


class Query:
    """A SELECT of which only the values change. ``rows`` answers plain tuples.

    build: the SELECT; where it has an ``IN``, it takes the list's parameters: they are made for as many values as
    there are, rounded up, and the last value is repeated.
    """

    def __init__(self, build: Select[Any] | Some) -> None:
        self._build = build
        self._prepared: dict[tuple[str, int], _Prepared] = {}

    def rows(self, conn: Connection, values: Mapping[str, Any], some: Sequence[Any] | None = None) -> list[Any]:
        if some is None:
            return self._of(conn.dialect, 0).run(conn, values, ())
        found: list[Any] = []
        for at in range(0, len(some), SIZES[0]):
            part = some[at : at + SIZES[0]]
            size = next(size for size in reversed(SIZES) if size >= len(part))
            found += self._of(conn.dialect, size).run(conn, values, (*part, *[part[-1]] * (size - len(part))))
        return found

    def _of(self, dialect: Dialect, size: int) -> "_Prepared":
        prepared = self._prepared.get((dialect.name, size))
        if prepared is None:
            build = self._build
            select = build if isinstance(build, Select) else build(tuple(bindparam(f"some_{n}") for n in range(size)))
            prepared = self._prepared[(dialect.name, size)] = _Prepared(select, dialect, size)
        return prepared


class _Prepared:
    """One text for one database, with what its values and its columns have to be converted by."""

    def __init__(self, select: Select[Any], dialect: Dialect, size: int) -> None:
        compiled: Any = select.compile(dialect=_positional(dialect))
        self._text = str(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
        at = {f"some_{n}": n for n in range(size)}
        self._values: list[tuple[str, Any, int | None, Convert]] = [
            (name, fixed.get(name), at.get(name), binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
        ]
        self._fixed = frozenset(fixed)
        out = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in select.selected_columns]
        self._out = [(n, convert) for n, convert in enumerate(out) if convert is not None]

    def run(self, conn: Connection, values: Mapping[str, Any], some: Sequence[Any]) -> list[Any]:
        sent = []
        for name, fixed, at, convert in self._values:
            value = some[at] if at is not None else fixed if name in self._fixed else values[name]
            sent.append(value if convert is None else convert(value))
        rows = _fetch(conn, self._text, sent)
        if not self._out or not rows:
            return rows
        found = []
        for row in rows:
            made = list(row)
            for n, convert in self._out:
                made[n] = convert(made[n])
            found.append(made)
        return found


def write_rows(conn: Connection, table: Table, keys: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each with a value for every column. With ``keys``: replace the row of the same keys, and of two
    such rows the later one counts (a statement of PostgreSQL may not meet a row twice)."""
    if keys and len(rows) > 1:
        key = itemgetter(*keys)
        rows = list({key(row): row for row in rows}.values())
    take, converts, texts = _insert(conn.dialect, table, keys)
    done: list[tuple[int, Callable[[Any], Any], dict[Any, Any]]] = [
        (n, convert, {}) for n, convert in converts
    ]  # a message's rows share their times
    at = 0
    while at < len(rows):
        size = next(size for size in SIZES if size <= len(rows) - at)
        values: list[Any] = []
        for row in rows[at : at + size]:
            one = list(take(row))
            for n, convert, made in done:
                value = one[n]
                found = made.get(value)
                if found is None:
                    found = made[value] = convert(value)
                one[n] = found
            values += one
        conn.exec_driver_sql(texts[size], tuple(values))
        at += size


Converts = tuple[tuple[int, Callable[[Any], Any]], ...]


@lru_cache(maxsize=256)
def _insert(
    dialect: Dialect, table: Table, keys: tuple[str, ...]
) -> tuple[Callable[[Mapping[str, Any]], tuple[Any, ...]], Converts, dict[int, str]]:
    """How a row's values are taken out and converted, and the statement for each number of rows."""
    names = dialect.identifier_preparer
    columns = list(table.c)
    mark = "?" if dialect.name == "sqlite" else "%s"
    into = f"{names.format_table(table)} ({', '.join(names.format_column(c) for c in columns)})"
    head = f"INSERT INTO {into} VALUES "  # noqa: S608 - names of our own tables
    row = f"({', '.join([mark] * len(columns))})"
    tail = ""
    if keys:
        changing = [names.format_column(c) for c in columns if c.name not in keys]
        what = f"UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in changing)}" if changing else "NOTHING"
        tail = f" ON CONFLICT ({', '.join(names.format_column(table.c[key]) for key in keys)}) DO {what}"
    processors = [c.type.dialect_impl(dialect).bind_processor(dialect) for c in columns]
    return (
        _values_of([c.name for c in columns]),
        tuple((n, convert) for n, convert in enumerate(processors) if convert is not None),
        {size: head + ", ".join([row] * size) + tail for size in SIZES},
    )


def _values_of(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) == 1:
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


def _fetch(conn: Connection, text: str, values: list[Any]) -> list[Any]:
    """Read at the driver's own cursor; ``exec_driver_sql`` would cost three times the reading."""
    driver: Any = conn.dialect.loaded_dbapi
    cursor = conn.connection.cursor()
    try:
        cursor.execute(text, values)
        return list(cursor.fetchall())
    except driver.Error as fault:
        raise DBAPIError.instance(
            text, None, fault, driver.Error, hide_parameters=True, dialect=conn.dialect
        ) from fault
    finally:
        cursor.close()


@lru_cache(maxsize=4)
def _positional(dialect: Dialect) -> Dialect:
    """The same database with values by position, which both drivers take."""
    style: Any = "qmark" if dialect.name == "sqlite" else "format"
    same: Any = type(dialect)
    made: Dialect = same(paramstyle=style)
    return made
