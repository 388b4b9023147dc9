"""The database: one write connection, a few readers, the same code on SQLite and PostgreSQL.

Reads run in threads, so that the event loop never waits for a disk; all writes go through the journal's
writer (docs/decisions/0001). SQLite: WAL, ``synchronous=FULL``, explicit ``BEGIN IMMEDIATE``.
"""

import asyncio
import contextlib
import contextvars
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Insert,
    Integer,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

from routehub.core.errors import Busy, Damaged, Full, HubError, Malformed
from routehub.core.observe import log
from routehub.core.pulse import UNSURE, Pulse

P = ParamSpec("P")
T = TypeVar("T")

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


def normal_url(url: str) -> str:
    """``postgresql://`` means psycopg 3; everything else is taken as it is."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


# Both engines hide parameters: a fault's text goes into the log, and parameters are bodies and secrets.


def _sqlite_engine(url: str, pool_size: int, *, writer: bool) -> Engine:
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=0, hide_parameters=True, connect_args={"check_same_thread": False}
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own way loses updates
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=10000")
        if writer:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA cache_size=-16000")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


# A frozen replica must not block the others (PROMISES 2): its locks end with these, and sooner than the others give up
# waiting for them, so that a hub that freezes in the middle of a commit delays the others and fails nobody.
# Compiling a query to machine code takes a second where the query takes five milliseconds, and
# parallel workers take longer to start than to work: every query here reads few rows, by an index, from memory or a
# solid-state disk, which the usual price of a random page does not think of.
_POSTGRES_OPTIONS = (
    "-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1 "
    "-c lock_timeout=8s -c statement_timeout=60s -c timezone=UTC -c idle_in_transaction_session_timeout="
)
_IDLE_WRITER, _IDLE_READER = "4s", "10s"


FROZEN_SECONDS = 6
"""So long a session may leave the middle of a batch without its next statement. A hub sends these at once."""
_END_FROZEN = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND usename = current_user AND application_name = 'routehub' AND pid <> pg_backend_pid() "
    "AND backend_xid IS NOT NULL AND state = 'active' AND wait_event = 'ClientRead' "
    "AND query_start < clock_timestamp() - make_interval(secs => :seconds)"
)


def is_held_up(error: Exception) -> bool:
    """Whether a statement gave up waiting for what another session holds (PostgreSQL 15, appendix A: 55P03)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") == "55P03"


def _postgres_engine(url: str, pool_size: int, *, writer: bool) -> Engine:
    connect_args = {
        "options": _POSTGRES_OPTIONS + (_IDLE_WRITER if writer else _IDLE_READER),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 8000,
        "connect_timeout": 5,
        "application_name": "routehub",
    }
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        connect_args=connect_args,
        pool_pre_ping=writer,
        hide_parameters=True,
    )
    if not writer:
        # A reader sees one moment through all its queries, as on SQLite.
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


OWN_THREADS = 2


class Database:
    """The hub's database. ``read`` for the event loop, ``read_sync`` for threads and commands."""

    def __init__(self, url: str, read_threads: int = 4) -> None:
        self.url = normal_url(url)
        self.dialect = "sqlite" if self.url.startswith("sqlite") else "postgresql"
        if self.dialect == "sqlite":
            self._path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make = _sqlite_engine if self.dialect == "sqlite" else _postgres_engine
        self.writer = make(self.url, 1, writer=True)
        self.reader = make(self.url, read_threads, writer=False)
        self.own_reader = make(self.url, OWN_THREADS, writer=False)
        self._threads = ThreadPoolExecutor(read_threads, thread_name_prefix="read")
        self._own_threads = ThreadPoolExecutor(OWN_THREADS, thread_name_prefix="own")
        self._lock_fd: int | None = None
        self.pulse = Pulse()
        self._damaged = False

    def _path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///")).resolve()

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(connection, …)`` in a reading thread, in one read transaction. For requests. The thread says things
        in the language of the caller."""
        self.pulse.check()
        task = contextvars.copy_context()
        return await self.pulse.result(
            self._threads.submit(task.run, self._in, self.reader, lambda connection: fn(connection, *args, **kwargs))
        )

    async def read_own(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for the hub's own followers, on threads and connections of their own: a few slow requests must
        not hold up live delivery, notification or the end of a revoked key's streams."""
        loop, task = asyncio.get_running_loop(), contextvars.copy_context()
        return await loop.run_in_executor(
            self._own_threads, lambda: task.run(self._in, self.own_reader, lambda c: fn(c, *args, **kwargs))
        )

    def read_sync(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for threads and commands."""
        return self._in(self.reader, lambda connection: fn(connection, *args, **kwargs))

    def _in(self, engine: Engine, fn: Callable[[Connection], T]) -> T:
        try:
            return _in(engine, fn)
        except Damaged:
            self.found_damaged()
            raise

    def found_damaged(self) -> None:
        """Some part of the hub met damage: from now on nothing is accepted, until the hub is started again. What would
        be written to the sound parts could not be kept when a backup takes the database's place."""
        if not self._damaged:
            self._damaged = True
            log("hub").critical("the database is damaged: nothing is accepted any more", what_to_do=DAMAGED)

    def must_be_sound(self) -> None:
        """Errors: Damaged, once damage was met."""
        if self._damaged:
            raise Damaged(DAMAGED)

    async def watch(self) -> None:
        """Ask for ever whether the database answers; a file answers always."""
        if self.dialect == "sqlite":
            return
        engine = _postgres_engine(self.url, 1, writer=False)
        thread = ThreadPoolExecutor(1, thread_name_prefix="pulse")
        try:
            await self.pulse.watch(lambda: thread.submit(_in, engine, _anything))
        finally:
            thread.submit(engine.dispose)  # behind a question that is under way: its connection would stay open
            thread.shutdown(wait=False)

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction. For the writer, migrations and offline commands only."""
        with self.writer.begin() as connection:
            yield connection

    def end_frozen_writers(self) -> int:
        """End the sessions of hubs that froze between the statements of one batch: for PostgreSQL these wait neither
        idle nor for a statement, so that none of its time-outs ends them, and what they hold holds up all others
        (PROMISES 2). Their hub, should it wake, is answered as after any lost connection. Returns how many."""
        with self.reader.connect() as connection:
            ended = len(connection.execute(_END_FROZEN, {"seconds": FROZEN_SECONDS}).all())
        if ended:
            log("hub").warning("ended sessions of hubs that have frozen while they wrote", sessions=ended)
        return ended

    def hold(self) -> None:
        """Take the SQLite file for this hub alone; a second hub on it refuses to start (PROMISES A8)."""
        if self.dialect != "sqlite" or self._lock_fd is not None:
            return
        lock = self._path().with_name(self._path().name + ".lock")
        fd = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise HubError(
                f"Another hub runs on {self._path()}. Stop it first, or give this one a database of its own "
                "(ROUTEHUB_DATABASE_URL). Several hubs on one database need PostgreSQL."
            ) from None
        self._lock_fd = fd

    def durability(self) -> list[str]:
        """What keeps the database from being durable, in words; empty when accepted means on disk."""
        with self.writer.begin() as connection:
            if self.dialect == "sqlite":
                mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
                sync = connection.exec_driver_sql("PRAGMA synchronous").scalar()
                faults = [] if mode == "wal" else [f"journal_mode is {mode}, not wal"]
                return faults if sync == 2 else [*faults, f"synchronous is {sync}, not 2 (FULL)"]
            faults = []
            for name, good in (("fsync", {"on"}), ("full_page_writes", {"on"})):
                value = connection.execute(text(f"SHOW {name}")).scalar()
                if value not in good:
                    faults.append(f"{name} is {value}")
            commit = connection.execute(text("SHOW synchronous_commit")).scalar()
            if commit not in {"on", "remote_apply", "local", "remote_write"}:
                faults.append(f"synchronous_commit is {commit}")
            return faults

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._own_threads.shutdown(wait=True)
        self.reader.dispose()
        self.own_reader.dispose()
        self.writer.dispose()
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None


def must_be_there(url: str) -> None:
    """Errors: HubError for a SQLite file that is not there; to open it would make an empty one."""
    name = url.partition("?")[0].removeprefix("sqlite:///")
    if url.startswith("sqlite:///") and not Path(name).is_file():
        raise HubError(
            f"There is no database at {Path(name).resolve()}. ROUTEHUB_DATABASE_URL names the hub's database (the "
            "sample's: sqlite:///var/demo/routehub.db). A new hub's is made by: routehub migrate"
        )


def _anything(connection: Connection) -> object:
    return connection.execute(text("SELECT 1")).scalar()


def _in(engine: Engine, fn: Callable[[Connection], T]) -> T:
    """Read in one transaction; what the database fails with becomes one of the hub's errors. Once more on another
    connection where one was lost: after a restart of the database those that were kept are all dead, and each would
    fail a reader."""
    try:
        try:
            with engine.begin() as connection:
                return fn(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with engine.begin() as connection:
            return fn(connection)
    except (DBAPIError, PoolTimeout) as error:
        raise as_hub_error(error) from error


DAMAGED = (
    "The hub's database is damaged. Nothing was stored. The operator has to stop the hub and restore the newest "
    "backup: docs/backup.md."
)
DAMAGED_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
DAMAGED_STATES = ("XX001", "XX002")
"""PostgreSQL 15, appendix A: data corrupted, index corrupted."""


def _is_damage(fault: BaseException | None) -> bool:
    """By its number and never by its words: these may repeat what somebody sent, and damage stops the whole hub."""
    code = getattr(fault, "sqlite_errorcode", None) or 0  # an extended one has the primary one in its last byte
    return code & 0xFF in DAMAGED_CODES or getattr(fault, "sqlstate", "") in DAMAGED_STATES


def as_hub_error(error: DBAPIError | PoolTimeout) -> HubError:
    """What a database fault means for the sender: no room (507), not now or not before it is restored (503), or
    something that no text of this database can hold, such as a null character in an address (400). Nothing was stored.
    """
    if isinstance(error, PoolTimeout):
        return Busy("The hub's database cannot be reached right now. Nothing was stored; send the same again.")
    if isinstance(error, DataError):
        return Malformed("Something in the address or the headers cannot be stored or compared.")
    words = str(error.orig).lower()
    if "disk is full" in words or "no space left" in words or getattr(error.orig, "sqlstate", "") == "53100":
        return Full("The hub's disk is full. Nothing was stored; reading still works. The operator has to make room.")
    if _is_damage(error.orig):
        return Damaged(DAMAGED)
    if error.connection_invalidated:  # it may have been lost between the commit and its answer
        return Busy(UNSURE)
    return Busy("The hub's database cannot be reached right now. Nothing was stored; send the same again.")
