"""``routehub early-warning``: with which parameters a route's rules run."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from routehub.cli.backtest_files import read_json
from routehub.cli.offline import AsJson, offline
from routehub.core.canonical import dumps
from routehub.core.errors import Refused, Unknown
from routehub.directory.parameters import ParametersSet
from routehub.directory.principal import HUB_PARTY
from routehub.journal.batch import Batch
from routehub.warning import steering
from routehub.warning.parameters import Parameters

app = typer.Typer(no_args_is_help=True, help="Early warning: parameters of a route's rules.")


@app.callback()
def _a_group() -> None:
    """Early warning: parameters of a route's rules."""


@app.command("parameters")
def parameters(
    route: Annotated[str, typer.Argument(help="Code of the route.")],
    new: Annotated[
        Path | None, typer.Option("--set", help="JSON file: what differs from the defaults, all else is default.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Back to the defaults.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the parameters of a route's rules and how they were changed, or change them.

    A change is used from the next day that closes on; it is audited, and alerts that were raised stay as they are.
    """
    if new is not None and reset:
        raise Refused("Either --set or --reset.")
    said = {} if reset else None if new is None else _read(new)
    with offline() as hub:
        if route not in hub.directory().routes:
            raise Unknown(f"There is no route {route}. Known: {', '.join(sorted(hub.directory().routes)) or 'none'}.")
        if said is not None:
            changed = said

            def apply(tx: Batch) -> bool:
                return steering.set_parameters(tx, route, changed, HUB_PARTY, hub.operator(route).actor)

            if not hub.change(apply):
                typer.echo("These are its parameters already.", err=True)
        changes = hub.db.read_sync(steering.history, route)
    _show(route, changes, as_json)


def _read(path: Path) -> dict[str, Any]:
    said = read_json(path)
    Parameters.from_json(said)
    return dict(said)


def _show(route: str, changes: list[ParametersSet], as_json: bool) -> None:
    now = changes[0].said if changes else {}
    if as_json:
        history = [{"at": c.made_at, "by": c.made_by, "changed": c.said} for c in changes]
        body = {"route": route, "changed": now, "parameters": Parameters.from_json(now).to_json(), "history": history}
        typer.echo(json.dumps(json.loads(dumps(body)), indent=2, ensure_ascii=False))
        return
    typer.echo(f"{route}: " + ("the defaults, but for" if now else "the defaults (docs/early-warning.md)."))
    for name, value, usual in _differences(now, Parameters().to_json()):
        typer.echo(f"  {name} {value} (default {usual})")
    for change in changes:
        typer.echo(f"  {_at(change.made_at)} by {change.made_by}: {dumps(change.said) if change.said else 'defaults'}")


def _differences(said: Any, defaults: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    for name, value in sorted(said.items()):
        where = f"{path}.{name}" if path else name
        found += _differences(value, defaults[name], where) if isinstance(value, dict) else [
            (where, value, defaults[name])
        ]  # fmt: skip
    return found


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
