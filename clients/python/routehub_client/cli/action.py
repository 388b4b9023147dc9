"""What conferences gave somebody to do."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean
from routehub_client.errors import Unknown

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as A13.2.")]
Series = Annotated[str, typer.Option("--series", help="Of which series of conferences.", metavar="NAME")]
Text = Annotated[str | None, typer.Option("--text", help="A comment.", metavar="TEXT")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_actions)
    command(app, "done")(done)
    command(app, "more-time")(more_time)


def list_actions(
    run: Run,
    mine: Annotated[bool, typer.Option("--mine", help="Only what your party has still to do.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also what is done.")] = False,
) -> None:
    """List actions, what is due first."""
    post.flush(run)
    found = run.hub.actions()
    me = run.ask_me()
    own = me.get("party", {}).get("code")
    found = [one for one in found if all_ or one.get("state") != "done"]
    if mine:
        found = [one for one in found if any(o["party"] == own and o["state"] != "done" for o in one["owners"])]
    clock = run.clock(me.get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records((one["id"], one["series"], one["state"], one["due"], _owners(one), one["what"]) for one in found)
    elif not found:
        run.say("No actions.")
    else:
        run.table(("ID", "STATE", "DUE", "WHO", "WHAT"), [_row(one, clock) for one in found])


def _row(one: dict[str, Any], clock: Clock) -> tuple[str, ...]:
    return one["id"], clean(one["state"]), clock.day(one["due"]), _owners(one), clean(one["what"])


def _owners(one: dict[str, Any]) -> str:
    """`GR, UNHCR (done)`"""
    return ", ".join(f"{clean(o['party'])}{' (done)' if o['state'] == 'done' else ''}" for o in one["owners"])


def done(run: Run, id: Id, text: Text = None, series: Series = "weekly") -> None:
    """Report an action of your party done."""
    _act(run, id, series, "complete", text=text)


def more_time(
    run: Run, id: Id,
    until: Annotated[str, typer.Option("--until", help="The day until which you need.", metavar="YYYY-MM-DD")],
    text: Text = None, series: Series = "weekly",
) -> None:  # fmt: skip
    """Ask for more time for an action of your party."""
    _act(run, id, series, "more_time", new_time=f"{until}T20:00:00Z", text=text)


def _act(run: Run, id: str, series: str, act: str, **said: str | None) -> None:
    """The hub knows an action by the minutes that gave it."""
    wanted = id.upper()
    one = next((a for a in run.hub.actions() if (a["id"], a["series"]) == (wanted, series)), None)
    if one is None:
        raise Unknown(404, f"There is no action {wanted} of {series} that you can see.")
    data = {"to": one["minutes"], "act": act, "item": wanted, **{k: v for k, v in said.items() if v}}
    call = calls.publish(run.hub.route_code, "response", run.stamped(data))
    post.given(run, post.post(run, call, f"{act.replace('_', ' ')} {wanted}"))
