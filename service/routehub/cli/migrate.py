"""``routehub migrate``: bring the database to the form that this version needs."""

import typer

from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.keeping.moved import must_not_be
from routehub.migrate import upgrade


def migrate() -> None:
    """Bring the database to the form that this version needs. Safe to run again."""
    db = Database(Settings().database_url)
    try:
        must_not_be(db)
        typer.echo(f"The database is at revision {upgrade(db)}.")
    finally:
        db.close()
