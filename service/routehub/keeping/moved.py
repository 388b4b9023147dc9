"""The mark on a database whose hub was moved away: whoever starts one on it again would make two hubs of one."""

from sqlalchemy import Connection, inspect

from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError

_NAME = "moved"


def mark(url: str, target: str) -> None:
    """Say in a database where its hub is now. target: the address, without a password."""
    db = Database(url, read_threads=1)
    try:
        with db.write() as conn:
            state.write(conn, _NAME, f"to {target}, {wall():%Y-%m-%d %H:%M} UTC")
    finally:
        db.close()


def clear(conn: Connection) -> None:
    """The hub goes on here after all."""
    if state.read(conn, _NAME, ""):
        state.write(conn, _NAME, "")


def must_not_be(db: Database) -> None:
    """Errors: HubError for a database whose hub was moved. One that is new is not."""
    with db.writer.connect() as conn:
        there = state.read(conn, _NAME, "") if inspect(conn).has_table(state.hub_state.name) else ""
    if there:
        raise HubError(
            f"The hub of this database was moved ({there}). Set ROUTEHUB_DATABASE_URL to that address. To go on here "
            "all the same, without anything that was posted there since: routehub new-epoch"
        )
