"""``routehub parties``: the parties of a route, and the names they have today."""

from datetime import date
from typing import Annotated

import typer

from routehub.cli.offline import AsJson, OnRoute, offline, show
from routehub.core.clock import wall
from routehub.core.errors import Unknown

app = typer.Typer(no_args_is_help=True, help="Parties of a route.")


@app.command("list")
def list_parties(
    route: OnRoute = "",
    on: Annotated[
        str, typer.Option(help="Day (YYYY-MM-DD) whose names and members are meant; today, if not named.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the parties on the route, in travel order."""
    with offline() as hub:
        directory = hub.directory()
        view = directory.routes.get(route or hub.settings.default_route)
        if view is None:
            raise Unknown(f"There is no route {route or hub.settings.default_route}.")
        try:
            day = date.fromisoformat(on) if on else wall().astimezone(view.zone).date()
        except ValueError:
            raise typer.BadParameter(f"{on} is not a day such as 2015-10-20.") from None
        rows = [
            {
                "code": member.party, "name": directory.name(member.party, day), "role": member.role,
                "aliases": sorted(alias for alias, code in directory.aliases.items() if code == member.party),
                "zone": member.zone.key, "reports": member.reports,
                "due": f"{member.due:%H:%M}" if member.reports else None,
            }
            for member in view.members(day)
        ]  # fmt: skip
    show(rows, as_json, "No party is on this route on that day.")
