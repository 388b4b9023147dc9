"""What the tables are made of that SQLite and PostgreSQL keep in different ways: columns, lists as parameters, and
inserts that replace."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Connection, DateTime, Dialect, Insert, Integer, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

# Index and constraint names that are the same in a fresh and in an upgraded database.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


@lru_cache(maxsize=8192)
def _utc(stored: str | None) -> datetime | None:
    """A time as SQLite keeps it: text without a zone. Many rows share theirs."""
    return None if stored is None else datetime.fromisoformat(stored + "+00:00")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite forgets zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; give it a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        if dialect.name == "sqlite":
            return _utc
        return super().result_processor(dialect, coltype)


class SearchWords(TypeDecorator[str]):
    """Folded words in their order, parted by blanks. PostgreSQL keeps them as a ``tsvector`` that is made here word by
    word: its own parser would part them otherwise than SQLite does, and both have to find the same."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        places: dict[str, list[str]] = {}
        for at, word in enumerate(value.split(" "), 1):
            places.setdefault(word, []).append(str(min(at, LAST_PLACE)))
        return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


LAST_PLACE = 16_383
"""The last place in a text that a ``tsvector`` knows."""


class Numbers(TypeDecorator[list[int]]):
    """A list of numbers as one parameter, for ``among``: an array, or JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.ARRAY(Integer) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> Any:
        given = value or []
        return given if dialect.name == "postgresql" else f"[{','.join(map(str, given))}]"


class among(FunctionElement[bool]):  # noqa: N801 - a function of SQL
    """Whether a number is in a list that is given as one parameter: a statement of thousands of parameters would be
    written and parsed anew each time."""

    type = Boolean()
    inherit_cache = True


@compiles(among, "sqlite")
def _among_sqlite(element: "among", compiler: Any, **more: Any) -> str:
    # The sum keeps SQLite from going through an index once for each number of the list.
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} + 0 IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - parts of a statement


@compiles(among, "postgresql")
def _among_postgresql(element: "among", compiler: Any, **more: Any) -> str:
    column, numbers = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY ({numbers})"


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a SQLModel class; queries are written against it."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


@lru_cache(maxsize=256)
def _upsert(dialect: str, table: Table, keys: tuple[str, ...]) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    changing = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    if not changing:
        return statement.on_conflict_do_nothing(index_elements=list(keys))
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changing)


def upsert(conn: Connection, table: Table, *keys: str) -> Insert:
    """An insert that replaces the row with the same ``keys``; built once per table, rows are given on execution."""
    return _upsert(conn.dialect.name, table, keys)
