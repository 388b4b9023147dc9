"""Who is excused from reporting."""

from __future__ import annotations

from typing import Annotated

import typer

from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean


def register(app: typer.Typer) -> None:
    command(app, "pauses")(pauses)


def pauses(
    run: Run,
    all: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
) -> None:
    """List the days for which parties are excused from reporting, and why.

    A party's office or a coordinator excuses a party on the hub's own pages.
    """
    found = run.hub.pauses(all=all)
    run.mark()
    names = ("party", "from", "until", "reason", "state", "made_by")
    rows = [tuple(clean(item.get(name)) for name in names) for item in found]
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    elif rows:
        run.table(("PARTY", "FROM", "UNTIL", "REASON", "STATE", "BY"), rows)
    else:
        run.line("No party is excused from reporting.")
