"""The minutes of conferences."""

from __future__ import annotations

from typing import Annotated

import typer

from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.run import Run


def register(app: typer.Typer) -> None:
    command(app, "show")(show)


def show(
    run: Run,
    number: Annotated[int, typer.Argument(metavar="N", help="The conference.", min=1)],
    series: Annotated[str, typer.Option("--series", help="Of which series.", metavar="NAME")] = "weekly",
) -> None:
    """Show the minutes of a conference: who was there, what was said and concluded, who does what by when."""
    post.flush(run)
    if run.options.json:
        run.mark()
        run.json(run.hub.minutes(number, series))
    else:
        text = run.hub.minutes_text(number, series)
        run.mark()
        run.bare(text)
