"""Connections to SQLite and PostgreSQL, and how each is told to keep what it is given: every engine of a running hub is
made here. Both hide parameters: a fault's text goes into the log, and parameters are bodies and secrets."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event


def normal_url(url: str) -> str:
    """``postgresql://`` means psycopg 3; everything else is taken as it is."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def sqlite_engine(url: str, pool_size: int, *, writer: bool) -> Engine:
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


def postgres_engine(url: str, pool_size: int, *, writer: bool) -> Engine:
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
