"""``routehub routes``: install a route that ships, make another from a data file, derive an exercise from a live one,
say which plans it monitors."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from routehub.cli.offline import AsJson, offline, show
from routehub.core.errors import Refused, Unknown
from routehub.directory import install as installing
from routehub.directory.install import MARKINGS
from routehub.directory.principal import HUB_PARTY
from routehub.journal.batch import Batch
from routehub.warning.parameters import Parameters
from routehub_schemas import reference
from routehub_schemas.errors import Invalid
from routehub_schemas.reference import route_file

app = typer.Typer(no_args_is_help=True, help="Routes: install, make one of your own, list, derive an exercise.")


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


@app.command("template")
def template(
    code: Annotated[str, typer.Argument(help=f"One of {', '.join(sorted(reference.ROUTES))}.")],
) -> None:
    """Print the data file of a route that ships, to begin a route of your own with.

    routehub routes template wbr > my-route.json
    """
    if code not in reference.ROUTES:
        raise Unknown(f"There is no route template {code}. There are: {', '.join(sorted(reference.ROUTES))}.")
    typer.echo(json.dumps(reference.template(code), indent=2, ensure_ascii=False))


@app.command("new")
def new(
    source: Annotated[
        str, typer.Option("--from", help=f"A data file of yours, or one of {', '.join(sorted(reference.ROUTES))}.")
    ],
    code: Annotated[str, typer.Argument(help="Code of the route; that of the file, if not named.")] = "",
    title: Annotated[str, typer.Option(help="Title of the route; that of the file, if not named.")] = "",
    marking: Annotated[str, typer.Option(help=f"{', '.join(MARKINGS)}: what is not live says so everywhere.")] = "live",
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is wrong with the file; change nothing.")
    ] = False,
) -> None:
    """Make another route in this hub from its data file. Parties may be on several routes; nothing crosses.

    Nobody is on the new route until people are nominated and keys are made for it: see docs/routes.md.
    """
    with offline() as hub:
        given = _given(source, hub.directory().parties)
        members, legs = len({member.code for member in given.route.parties}), len(given.route.legs)
        said = f"{members} parties ({len(given.parties)} new), {legs} legs, {len(given.route.places)} places"
        if check:
            typer.echo(f"The file of the route {code or given.route.code} is in order: {said}.")
            return

        def apply(tx: Batch) -> str:
            made = installing.put_route(
                tx.conn, given.route, given.parties, code=code or None, title=title or None, marking=marking
            )
            detail = {"template": Path(source).name, "marking": marking, "new": " ".join(p.code for p in given.parties)}
            return _recorded(tx, made, detail, hub.operator(made).actor)

        made = hub.change(apply)
    typer.echo(f"The route {made} is made ({marking}): {said}.")


def _given(source: str, known: Iterable[str]) -> route_file.Given:
    """A template by its code, else a file. Errors: 404 without either, 422 with all that is wrong with the file."""
    if source in reference.ROUTES:
        return route_file.Given(reference.route(source), ())
    try:
        text = Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        templates = ", ".join(sorted(reference.ROUTES))
        raise Unknown(f"{source} is no file that can be read, and no template ({templates}): {error}") from None
    try:
        given = route_file.read(text, known)
    except Invalid as error:
        raise Refused(f"No route can be made of {source}:", error.problems) from None
    Parameters.from_json(given.route.early_warning)
    return given


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
