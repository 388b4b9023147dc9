"""``routehub rebuild``: make the boards anew from the journal, with no hub running."""

from typing import Annotated

import typer

from routehub.app import shipped_boards
from routehub.cli.progress import Bars
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.directory.snapshot import load
from routehub.journal.rebuild import fingerprints
from routehub.journal.rebuild import rebuild as project_again
from routehub.warning import stored
from routehub.warning.stored import again
from routehub_schemas.registry import Registry


def rebuild(
    compare: Annotated[
        bool, typer.Option(help="Change nothing; say which tables would differ. Exit status 1 if any does.")
    ] = False,
) -> None:
    """Empty the boards and fill them from the journal again, and early warning with them. Nothing is sent, nothing is
    audited twice."""
    db = Database(Settings().database_url)
    try:
        db.hold()
        with Bars() as bars, db.writer.connect() as conn, conn.begin() as transaction:
            directory = load(conn)
            boards = shipped_boards(lambda: directory)
            before = fingerprints(conn, boards)
            done = project_again(conn, boards, Registry.shipped(), bars.show)
            after = fingerprints(conn, boards)
            early_warning = again(conn, Registry.shipped(), directory, lambda n: bars.show("early warning", n, done))
            stored.clear(conn)
            stored.save(conn, early_warning, wall())
            if compare:
                transaction.rollback()
    finally:
        db.close()
    differing = sorted(name for name in after if before[name] != after[name])
    for name in differing:
        typer.echo(f"{name}: {before[name][0]} rows before, {after[name][0]} after")
    same = len(after) - len(differing)
    typer.echo(f"{done} messages; {same} of {len(after)} tables of the boards came out as they were.")
    if compare and differing:
        raise typer.Exit(1)
