"""``routehub copy``: move a hub to another database."""

from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from routehub.cli.progress import Bars
from routehub.core.db import must_be_there
from routehub.core.errors import HubError
from routehub.keeping.moved import mark
from routehub.keeping.moving import move


def copy(
    source: Annotated[
        str, typer.Argument(help="Address of the hub's database: sqlite:////var/lib/routehub/routehub.db")
    ],
    target: Annotated[str, typer.Argument(help="Address of an empty one: postgresql://routehub@db/routehub")],
) -> None:
    """Move a hub from SQLite to PostgreSQL or back: every row, every chain, cursors and keys hold. All or nothing. No
    hub may run. Passwords come from ~/.pgpass (PGPASSFILE) or PGPASSWORD."""
    for address in (source, target):
        _check(address)
    must_be_there(source)
    with Bars() as bars:
        moved = move(source, target, bars.show)
    typer.echo(f"Moved {moved.rows} rows: {moved.content.words}. Every chain fits.")
    typer.echo("Set ROUTEHUB_DATABASE_URL to the new address and start the hub.")
    try:
        mark(source, target)
    except (HubError, DBAPIError):
        typer.echo("The old database cannot be marked as moved: see to it that no hub is started on it again.")
    else:
        typer.echo("The old database is marked as moved: no hub starts on it again.")


def _check(address: str) -> None:
    try:
        parts = make_url(address)
    except ArgumentError:
        raise HubError(f"“{address}” is no address of a database. Write sqlite:///FILE or postgresql://…") from None
    if parts.password or "password" in parts.query:
        raise HubError(
            "A password among the arguments can be read by everybody on this machine. Leave it out of the address, and "
            "put it into ~/.pgpass or PGPASSWORD."
        )
