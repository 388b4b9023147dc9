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
    found = run.hub.people(on_duty=on_duty or None)
    wanted = (run.options.party or "").upper()
    found = [item for item in found if not wanted or item.get("party") == wanted]
    run.mark()
    rows = [
        (
            clean(item.get("party")),
            clean(item.get("name")),
            ", ".join(clean(role).replace("_", " ") for role in item.get("roles") or [item.get("function") or ""]),
            clean(item.get("phone") or item.get("mobile")),
            clean(item.get("email")),
        )
        for item in found
    ]
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(rows)
    else:
        run.table(("PARTY", "NAME", "ROLE", "PHONE", "E-MAIL"), rows)
