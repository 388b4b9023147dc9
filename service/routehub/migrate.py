"""Bringing a database to the newest form, and starting the counters of a new one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from routehub.core import state
from routehub.core.db import Database
from routehub.core.db_faults import as_hub_error
from routehub.core.errors import HubError
from routehub.journal import start
from routehub.journal.search import index

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


def compared(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether a table or index of a database is compared with the tables' classes."""
    return not index.laid(name)


SERVES_FROM = "serves_from"
"""The fact of the hub that names the oldest form whose programs may run on this one, as its migration says it."""


def upgrade(db: Database) -> str | None:
    """Apply what is missing; answers the revision now in force. Safe to run again and before every start.

    SQLite changes a table by copying it: foreign keys are off meanwhile and checked afterwards, for with them on
    the copy would delete what refers to it. A later form that has room for this version is left as it is: a program
    that is started again during an upgrade finds it. Errors: HubError for one that has none.
    """
    with db.writer.connect() as connection:
        if (here := current(connection)) is not None and here not in forms():
            if fits(connection):
                return here
            raise HubError(
                f"The database has the form {here}, of a later version than this program, which knows {newest()}. "
                "Install that version."
            )
        connection.rollback()
        if db.dialect == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            bring(connection)
            if db.dialect == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration left broken references: {broken[:3]}")
        if db.dialect == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
        return current(connection)


def bring(connection: Connection) -> None:
    """The same inside the caller's transaction, for PostgreSQL, where changes of form are part of one."""
    command.upgrade(config(connection), "head")
    start.counters(connection)
    index.lay(connection)
    head = ScriptDirectory.from_config(config()).get_revision("head")
    state.write(connection, SERVES_FROM, getattr(head.module, "serves_from", None) or head.revision)


def forms() -> set[str]:
    """The forms of the database that this version knows."""
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def fits(connection: Connection) -> bool:
    """Whether this version may run on a database: it has the newest form, or a later one that has room for programs of
    this one's. Forms are numbered in order (docs/upgrading.md)."""
    here, own = current(connection), newest()
    if here is None or own is None or here == own:
        return here == own
    return here not in forms() and state.read(connection, SERVES_FROM, here) <= own


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()


def is_current(db: Database) -> bool:
    """Whether the database has a form that this version can work with. Errors: 503 when it cannot be reached."""
    try:
        with db.writer.connect() as connection:
            return fits(connection)
    except DBAPIError as fault:
        raise as_hub_error(fault) from fault
