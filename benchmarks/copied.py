"""The same rows on PostgreSQL: every table of a SQLite database copied as it is."""

import sqlite3
from collections.abc import Callable, Iterator

import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from routehub.core.columns import SearchWords
from routehub.core.db import Database
from routehub.migrate import upgrade

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def copy(file: str, url: str, tell: Callable[[str], None] = lambda name: None) -> None:
    """Fill an empty PostgreSQL database from a hub's SQLite file, which nothing writes to meanwhile."""
    db = Database(url)
    upgrade(db)
    db.close()
    source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as target:
        target.execute("SET timezone = 'UTC'")
        target.execute("SET session_replication_role = replica")  # rows come table by table, not in the order of keys
        target.execute("DROP INDEX ix_message_text_words")
        there = {name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in SQLModel.metadata.sorted_tables:
            if table.name in there:
                tell(table.name)
                _table(source, target, table)
        tell("message_text_words")
        target.execute("SET maintenance_work_mem = '512MB'")
        target.execute("CREATE INDEX ix_message_text_words ON message_text USING gin (words)")
        target.execute("VACUUM ANALYZE")
    source.close()


def _table(source: sqlite3.Connection, target: psycopg.Connection, table: Table) -> None:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    name = sql.Identifier(table.name)
    target.execute(sql.SQL("TRUNCATE {} CASCADE").format(name))
    with target.cursor() as cursor, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, names)) as into:
        for row in _rows(source, table):
            into.write_row(row)


def _rows(source: sqlite3.Connection, table: Table) -> Iterator[tuple[object, ...]]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    found = source.execute(f'SELECT {columns} FROM "{table.name}"')
    words = [at for at, column in enumerate(table.columns) if isinstance(column.type, SearchWords)]
    if not words:
        yield from found
        return
    (at,), form = words, SearchWords()
    for row in found:
        yield (*row[:at], form.process_bind_param(row[at], _DIALECT), *row[at + 1 :])
