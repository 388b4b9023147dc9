"""Who to call."""

from __future__ import annotations

from typing import Annotated

import typer

from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean


def register(app: typer.Typer) -> None:
    command(app, "people")(people)


def people(
    run: Run,
    on_duty: Annotated[bool, typer.Option("--on-duty", help="Only who is on duty now.")] = False,
) -> None:
    """List the contact points of the route and how to reach them."""
    asked = run.hub.people(run.options.party)
    found = [item for item in asked if item.get("on_duty") or not on_duty]
    run.mark()
    rows = [
        (
            clean(item.get("party")),
            clean(item.get("name")),
            clean(item.get("function") or ", ".join(item.get("roles") or []).replace("_", " ")),
            "on duty" if item.get("on_duty") else "",
            clean(item.get("phone")),
            clean(item.get("email")),
        )
        for item in found
    ]
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    else:
        run.table(("PARTY", "NAME", "FUNCTION", "", "PHONE", "E-MAIL"), rows)
