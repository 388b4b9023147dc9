"""The database: one write connection, a few readers, the same code on SQLite and PostgreSQL.

Reads run in threads, so that the event loop never waits for a disk; all writes go through the journal's
writer (docs/decisions/0001). SQLite: WAL, ``synchronous=FULL``, explicit ``BEGIN IMMEDIATE``.
"""

import asyncio
import contextlib
import contextvars
import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from routehub.core.db_faults import DAMAGED, as_hub_error
from routehub.core.engines import normal_url, postgres_engine, sqlite_engine
from routehub.core.errors import Damaged, HubError
from routehub.core.observe import log
from routehub.core.pulse import Pulse

P = ParamSpec("P")
T = TypeVar("T")

FROZEN_SECONDS = 6
"""So long a session may leave a transaction without its next statement. A hub sends these at once."""
_END_FROZEN = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND usename = current_user AND application_name = 'routehub' AND pid <> pg_backend_pid() "
    "AND backend_xid IS NOT NULL AND wait_event = 'ClientRead' "
    "AND state IN ('active', 'idle in transaction', 'idle in transaction (aborted)') "
    "AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)

OWN_THREADS = 2


class Database:
    """The hub's database. ``read`` for the event loop, ``read_sync`` for threads and commands."""

    def __init__(self, url: str, read_threads: int = 4) -> None:
        self.url = normal_url(url)
        self.dialect = "sqlite" if self.url.startswith("sqlite") else "postgresql"
        if self.dialect == "sqlite":
            self._path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make = sqlite_engine if self.dialect == "sqlite" else postgres_engine
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
        engine = postgres_engine(self.url, 1, writer=False)
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
        """End the sessions of hubs that froze, or were cut off, while they sent a batch, and what they hold holds up
        all others (PROMISES 2). Between its statements PostgreSQL takes such a session for active; where it has got
        anything since the end of the batch before that is no statement, the clock of its idle time-out is off. Their
        hub, should it wake, is answered as after any lost connection. Returns how many."""
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
