"""Notes to named parties."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run

To = Annotated[list[str] | None, typer.Option("--to", help="A party that is to read it; may be repeated.", metavar="P")]


def register(app: typer.Typer) -> None:
    command(app, "note")(note)


def note(
    run: Run,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="One line.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note. No personal data.")],
    to: To = None,
    red: Annotated[bool, typer.Option("--red", help="TLP:RED: for those named, and nobody else.")] = False,
) -> None:
    """Write a note. Those whom you name read it, and nobody else."""
    if not to:
        raise Usage("Who is to read it? Add --to CODE.")
    data = {"to": [code.upper() for code in to], "subject": subject, "text": text}
    send(run, data, f"note: {subject}", tlp="RED" if red else None)


def send(run: Run, data: dict[str, Any], what: str, tlp: str | None = None) -> None:
    """Post a note, and tell its id."""
    call = calls.publish(run.hub.route_code, "note", run.stamped(data), tlp=tlp)
    post.given(run, post.post(run, call, what))
