"""A hub moved from one database to another, SQLite to PostgreSQL or back: every row, every number, every chain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, literal, select, text, tuple_
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from routehub import tables
from routehub.core.db import Database
from routehub.core.db_faults import as_hub_error
from routehub.core.errors import Damaged, HubError
from routehub.journal import follow
from routehub.journal.rows import Rows
from routehub.journal.search import index
from routehub.journal.verify import Progress
from routehub.keeping.alone import alone
from routehub.keeping.content import Content, content, differing, must_verify, unhurried
from routehub.keeping.moved import must_not_be
from routehub.migrate import current, is_current, newest, upgrade
from routehub_schemas.registry import Registry

ROWS = 2_000
"""Rows of one statement."""
MESSAGES = 200
"""Messages whose words are written together."""


@dataclass(frozen=True)
class Moved:
    content: Content
    rows: int


def move(source_url: str, target_url: str, progress: Progress) -> Moved:
    """Copy all that a database holds into an empty one, in one transaction that ends with verifying every chain there.
    The epoch stays: cursors, keys and sessions hold in the new place. The words of the search are made anew, as each
    database keeps them in its own way.

    Errors: HubError when a hub runs on either, the target holds something, or anything does not fit; the target is
    as empty as before then, and the same command may be given again.
    """
    source, target = Database(source_url, read_threads=1), Database(target_url, read_threads=1)
    try:
        if source.url == target.url:
            raise HubError("Both addresses name the same database.")
        for db in (source, target):
            alone(db)
        must_not_be(source)
        if not is_current(source):
            raise HubError(
                "The source does not have the form that this version needs. Run routehub migrate on it first."
            )
        _must_be_empty(target)
        upgrade(target)
        with source.reader.begin() as here, target.writer.begin() as there:
            unhurried(here)
            unhurried(there)
            rows = _copy(here, there, progress)
            must_verify(there, progress)
            wanted, found = content(here), content(there)
            if faults := differing(wanted, found):
                raise HubError(f"What arrived is not what was sent: {'; '.join(faults)}.")
        return Moved(found, rows)
    except DBAPIError as fault:
        raise _broken_off(fault) from fault
    finally:
        source.close()
        target.close()


def _broken_off(fault: DBAPIError) -> HubError:
    """A connection that was cut, a full disk: nothing has arrived, as it comes in one transaction."""
    if isinstance(known := as_hub_error(fault), Damaged):
        return known
    words = str(fault.orig).strip().partition("\n")[0].rstrip(".")
    return HubError(
        f"The copying was broken off ({words}). Nothing has arrived, and the source is as it was. Mend it and give the "
        "same command again; after a cut network the server needs up to a minute to let go of what was begun."
    )


def _must_be_empty(db: Database) -> None:
    with db.writer.connect() as conn:
        there = set(inspect(conn).get_table_names()) & set(SQLModel.metadata.tables)
        used = "journal_head" in there and (follow.head(conn) or _any(conn, "party"))
        if used or (there and current(conn) != newest()):
            raise HubError("The target already holds a hub. Name an empty database.")


def _any(conn: Connection, name: str) -> bool:
    return conn.execute(select(text("1")).select_from(SQLModel.metadata.tables[name]).limit(1)).first() is not None


def _copy(here: Connection, there: Connection, progress: Progress) -> int:
    assert tables.ALL  # every table is known
    total = 0
    for table in SQLModel.metadata.sorted_tables:
        if table not in index.TABLES:
            there.execute(delete(table))  # the counters of a new database
    for table in SQLModel.metadata.sorted_tables:
        if table in index.TABLES:
            continue
        of = int(here.execute(select(func.count()).select_from(table)).scalar_one())
        done = 0
        for rows in _pages(here, table):
            there.execute(insert(table), rows)
            done += len(rows)
            progress(table.name, done, of)
        total += done
        _count_on(there, table)
    return total + _words(here, there, progress)


def _pages(conn: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """All rows in the order of the key, some at a time: no cursor stays open between two pages."""
    key = list(table.primary_key.columns)
    query = select(table).order_by(*key).limit(ROWS)
    rows = conn.execute(query).mappings().all()
    while rows:
        yield [dict(row) for row in rows]
        last = [rows[-1][column.name] for column in key]
        rows = conn.execute(query.where(_after(key, last))).mappings().all()


def _after(key: Sequence[Any], last: Sequence[Any]) -> Any:
    if len(key) == 1:
        return key[0] > last[0]
    return tuple_(*key) > tuple_(*(_bound(column, value) for column, value in zip(key, last, strict=True)))


def _bound(column: Any, value: Any) -> Any:
    return literal(value, column.type)


def _count_on(conn: Connection, table: Table) -> None:
    """PostgreSQL counts by itself where SQLite takes the next number: it has to go on behind what came in."""
    column = table.autoincrement_column
    if conn.dialect.name != "postgresql" or column is None or column.autoincrement is False:
        return
    sequence = conn.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
    ).scalar()
    if sequence:
        conn.execute(
            select(
                func.setval(
                    text(":sequence").bindparams(sequence=sequence), func.coalesce(func.max(column), 0) + 1, False
                )
            )
        )


def _words(here: Connection, there: Connection, progress: Progress) -> int:
    """Make the words of the search anew from the messages."""
    registry = Registry.shipped()
    tx = Rows(there)
    total = follow.head(here)
    done = 0
    for message in follow.everything(here, registry):
        index.add(tx, registry[message.kind], message)
        done += 1
        if done % MESSAGES == 0:
            tx.write()
            progress("words", done, total)
    tx.write()
    progress("words", done, total)
    return done
