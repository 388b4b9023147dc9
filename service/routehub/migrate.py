"""Bringing a database to the newest form, and starting the counters of a new one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select

from routehub.core import state
from routehub.core.db import Database
from routehub.journal.chain import START
from routehub.journal.tables import journal_head

_HERE = Path(__file__).resolve().parent


def scripts() -> Path:
    """The folder of migrations: inside the wheel, or at the top of a checkout."""
    shipped = _HERE / "_migrations"
    return shipped if shipped.is_dir() else _HERE.parent.parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def upgrade(db: Database) -> str | None:
    """Apply what is missing; answers the revision now in force. Safe to run again and before every start.

    SQLite changes a table by copying it: foreign keys are off meanwhile and checked afterwards, for with them on
    the copy would delete what refers to it.
    """
    with db.writer.connect() as connection:
        if db.dialect == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            command.upgrade(config(connection), "head")
            _start_counters(connection)
            if db.dialect == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration left broken references: {broken[:3]}")
        if db.dialect == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
        return current(connection)


def _start_counters(connection: Connection) -> None:
    if connection.execute(select(journal_head.c.id)).first() is None:
        connection.execute(insert(journal_head).values(id=1, sequence=0, chain=START, audit=0, audit_chain=START))
        state.write(connection, "epoch", "1")
        state.write(connection, "directory_version", "1")


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()


def is_current(db: Database) -> bool:
    """Whether the database has the form that this version needs."""
    with db.writer.connect() as connection:
        return current(connection) == newest()
