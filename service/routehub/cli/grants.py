"""``routehub grants``: who may enter on behalf of whom."""

from typing import Annotated

import typer

from routehub.cli.offline import AsJson, OnRoute, checked, offline, show
from routehub.directory import grants
from routehub.directory.grants import Grant

app = typer.Typer(no_args_is_help=True, help="Who may enter on behalf of whom.")
Actor = Annotated[str, typer.Argument(help="Party that enters, for example FRONTEX.")]
Party = Annotated[str, typer.Argument(help="Party on whose behalf it enters.")]


@app.command("list")
def list_grants(route: OnRoute = "", as_json: AsJson = False) -> None:
    """List them for a route."""
    with offline() as hub:
        found = grants.visible(hub.directory(), hub.operator(route))
    show([{"actor": actor, "party": party} for actor, party in found], as_json, "Every party enters its own figures.")


@app.command("allow")
def allow(actor: Actor, party: Party, route: OnRoute = "") -> None:
    """Let ACTOR enter on behalf of PARTY; every such entry is audited."""
    with offline() as hub:
        given = checked(Grant, {"actor": hub.party(actor), "party": hub.party(party)})
        who = hub.operator(route)
        entered, owner = hub.change(lambda tx: grants.allow(tx, who, given))
    typer.echo(f"{entered} may enter on behalf of {owner} on {who.route}.")


@app.command("withdraw")
def withdraw(actor: Actor, party: Party, route: OnRoute = "") -> None:
    """Take it back."""
    with offline() as hub:
        who = hub.operator(route)
        hub.change(lambda tx: grants.withdraw(tx, who, actor, party))
    typer.echo(f"{actor} no longer enters on behalf of {party} on {who.route}.")
