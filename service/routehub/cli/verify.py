"""``routehub verify``: has anything in the journal, the feeds or the audit been changed or removed?"""

import json
from typing import Annotated

import typer

from routehub.cli.progress import Bars
from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.journal.verify import Fault
from routehub.journal.verify import verify as check

MOST_SHOWN = 50


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per fault, then a summary.")] = False,
) -> None:
    """Compute every chain again and compare. Exit status 1 when anything does not fit. A running hub may go on."""
    db = Database(Settings().database_url)
    found: list[Fault] = []
    try:
        with Bars(quiet=as_json) as bars:
            db.read_sync(lambda conn: found.extend(check(conn, bars.show)))
    finally:
        db.close()
    _tell(found, bars, as_json)
    if found:
        raise typer.Exit(1)


def _tell(found: list[Fault], bars: Bars, as_json: bool) -> None:
    if as_json:
        for fault in found:
            typer.echo(json.dumps({"where": fault.where, "fault": fault.what}))
        typer.echo(json.dumps({"faults": len(found), **bars.totals}))
        return
    for fault in found[:MOST_SHOWN]:
        typer.echo(f"{fault.where}: {fault.what}")
    if len(found) > MOST_SHOWN:
        typer.echo(f"… and {len(found) - MOST_SHOWN} more (--json lists all)")
    seen = ", ".join(f"{number} {part}" for part, number in bars.totals.items())
    typer.echo(f"{len(found)} faults in {seen}." if found else f"Nothing was changed or removed: {seen}.")
