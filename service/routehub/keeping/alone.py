"""Nobody else works on a database while it is put back or moved."""

from routehub.core.db import Database
from routehub.core.errors import HubError


def alone(db: Database) -> None:
    """Hold a SQLite file until the database is closed; on PostgreSQL look whether hubs are connected.

    Errors: HubError when there is one.
    """
    if db.dialect == "sqlite":
        db.hold()
        return
    from routehub.keeping import postgres

    with postgres.connect(db.url) as conn:
        if postgres.hubs(conn):
            raise HubError(
                "A hub or one of its commands is connected to the PostgreSQL database. Stop all of them first."
            )
