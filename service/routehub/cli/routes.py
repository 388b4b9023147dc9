"""``routehub routes``: install a route from its template, derive an exercise from a live one, say which plans it
monitors."""

from typing import Annotated

import typer

from routehub.cli.offline import AsJson, offline, show
from routehub.core.errors import Unknown
from routehub.directory import install as installing
from routehub.directory.install import MARKINGS
from routehub.directory.principal import HUB_PARTY
from routehub.journal.batch import Batch
from routehub_schemas import reference

app = typer.Typer(no_args_is_help=True, help="Routes: install, list, derive an exercise.")


@app.command("install")
def install(
    template: Annotated[str, typer.Argument(help=f"One of {', '.join(sorted(reference.ROUTES))}.")],
    code: Annotated[str, typer.Option(help="Code of the route; that of the template, if not named.")] = "",
    title: Annotated[str, typer.Option(help="Title of the route; that of the template, if not named.")] = "",
    marking: Annotated[str, typer.Option(help=f"{', '.join(MARKINGS)}: what is not live says so everywhere.")] = "live",
) -> None:
    """Install a route with its parties, legs and places from the reference data."""
    with offline() as hub:

        def apply(tx: Batch) -> str:
            made = installing.install_route(tx.conn, template, code=code or None, title=title or None, marking=marking)
            return _recorded(tx, made, {"template": template, "marking": marking}, hub.operator(made).actor)

        made = hub.change(apply)
    typer.echo(f"The route {made} is installed ({marking}).")


@app.command("exercise")
def exercise(
    route: Annotated[str, typer.Argument(help="The live route to derive from.")],
    code: Annotated[str, typer.Option(help="Code of the exercise; ROUTE-exercise, if not named.")] = "",
    title: Annotated[str, typer.Option(help="Title of the exercise.")] = "",
    marking: Annotated[str, typer.Option(help="exercise or sample.")] = "exercise",
) -> None:
    """Derive an exercise from a live route: its parties, legs, places, people's roles and grants, nothing else.

    Keys and messages do not cross: make keys for it with `routehub keys make --route`.
    """
    with offline() as hub:

        def apply(tx: Batch) -> str:
            made = installing.derive_route(tx.conn, route, code=code or None, title=title or None, marking=marking)
            return _recorded(tx, made, {"derived_from": route, "marking": marking}, hub.operator(made).actor)

        made = hub.change(apply)
    typer.echo(f"The {marking} {made} is derived from {route}.")


@app.command("plans")
def plans(
    route: Annotated[str, typer.Argument(help="The route.")],
    monitored: Annotated[
        list[str] | None, typer.Argument(help="The plans that it monitors from now on, the usual one first.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the plans that a route monitors, or set them. Commitments under other plans stay where they are."""
    with offline() as hub:

        def apply(tx: Batch) -> None:
            installing.set_plans(tx.conn, route, monitored or [])
            tx.audit("route-plans", route, HUB_PARTY, hub.operator(route).actor, {"plans": monitored})
            tx.directory_changed()

        if monitored:
            hub.change(apply)
        directory = hub.directory()
        if route not in directory.routes:
            raise Unknown(f"There is no route {route}.")
        found = [reference.plans()[plan] for plan in directory.routes[route].plans]
    rows = [
        {"plan": p.id, "title": p.title, "points": len(p.points), "declared": p.declared, "gap": p.gap} for p in found
    ]
    known = " ".join(reference.plans())
    show(rows, as_json, f"The route {route} monitors no plan. Next: routehub routes plans {route} PLAN …, of {known}")


@app.command("list")
def list_routes(as_json: AsJson = False) -> None:
    """List the routes of this hub."""
    with offline() as hub:
        rows = [
            {
                "code": view.code, "title": view.title, "zone": view.zone.key, "marking": view.marking,
                "parties": len({member.party for member in view.memberships}),
                "reporting": [m.party for m in view.memberships if m.reports], "legs": len(view.legs),
                "plans": list(view.plans),
            }
            for view in hub.directory().routes.values()
        ]  # fmt: skip
    show(rows, as_json, "There is no route yet: routehub routes install wbr")


def _recorded(tx: Batch, code: str, detail: dict[str, str], actor: str) -> str:
    tx.audit("route-installed", code, HUB_PARTY, actor, detail)
    tx.directory_changed()
    return code
