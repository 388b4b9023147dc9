"""``routehub verify``: has anything in the journal, the feeds or the audit been changed or removed?"""

import json
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from routehub.app import shipped_boards
from routehub.cli.progress import Bars
from routehub.core.db import Database, must_be_there
from routehub.core.errors import Refused
from routehub.core.settings import Settings
from routehub.directory.snapshot import load
from routehub.journal.compare import differing, scratch
from routehub.journal.verify import Fault
from routehub.journal.verify import verify as check
from routehub_schemas.checkpoint import PublicKey, notes
from routehub_schemas.registry import Registry

MOST_SHOWN = 50


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per fault, then a summary.")] = False,
    checkpoints: Annotated[
        list[Path] | None, typer.Option("--checkpoints", help="File of checkpoints that were kept elsewhere; again.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="KEY", help="Believe checkpoints of this key alone, again for more hubs'."),
    ] = None,
    boards: Annotated[
        bool,
        typer.Option("--boards", help="Make the boards anew in a copy, and name rows that differ. On PostgreSQL posts "
                     "wait meanwhile."),
    ] = False,
) -> None:  # fmt: skip
    """Compute every chain again, compare it with every signed checkpoint, and say from when on something is wrong.
    Exit status 1 when anything does not fit. A running hub may go on."""
    kept = [note for file in checkpoints or [] for note in _notes(file)]
    keys = [_key(text) for text in key or []]
    settings = Settings()
    must_be_there(settings.database_url)
    db = Database(settings.database_url)
    found: list[Fault] = []
    try:
        with Bars(quiet=as_json) as bars:
            db.read_sync(lambda conn: found.extend(check(conn, bars.show, kept, keys)))
            if boards:
                with scratch(db) as conn:
                    found.extend(_boards(conn, bars))
    finally:
        db.close()
    _tell(found, bars, as_json)
    if found:
        raise typer.Exit(1)


def _boards(conn: Connection, bars: Bars) -> list[Fault]:
    directory = load(conn)
    return list(differing(conn, shipped_boards(lambda: directory), Registry.shipped(), bars.show))


def _notes(file: Path) -> list[str]:
    try:
        return notes(file.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Refused(f"{file} cannot be read as checkpoints: {fault}") from None


def _key(text: str) -> PublicKey:
    try:
        return PublicKey.parse(text)
    except ValueError as fault:
        raise Refused(str(fault)) from None


def _tell(found: list[Fault], bars: Bars, as_json: bool) -> None:
    if as_json:
        for fault in found:
            good = {"good_until": fault.good} if fault.good else {}
            typer.echo(json.dumps({"where": fault.where, "fault": fault.what} | good))
        typer.echo(json.dumps({"faults": len(found), **bars.totals}))
        return
    for fault in found[:MOST_SHOWN]:
        typer.echo(f"{fault.where}: {fault.what}" + (f" (well up to {fault.good})" if fault.good else ""))
    if len(found) > MOST_SHOWN:
        typer.echo(f"… and {len(found) - MOST_SHOWN} more (--json lists all)")
    seen = ", ".join(f"{number} {part}" for part, number in bars.totals.items())
    typer.echo(f"{len(found)} faults in {seen}." if found else f"Nothing was changed or removed: {seen}.")
