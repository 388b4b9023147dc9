"""What waits on this device until the hub has it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from routehub_client import errors
from routehub_client.cli import faults, post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Exit, code
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean
from routehub_client.outbox import Item, Outcome, send

STATES = {"waiting": "waiting", "asks": "needs your decision", "sent": "sent"}


def register(app: typer.Typer) -> None:
    command(app, "list")(list_items)
    command(app, "send")(send_items)
    command(app, "drop")(drop)


def list_items(run: Run) -> None:
    """List what waits, what needs your decision, and what was sent in the last week."""
    items = run.outbox.items()
    clock = run.clock()
    if run.options.json:
        run.json([_told(item) for item in items])
    elif run.options.plain:
        run.records(
            (item.short, item.state, item.what, clock.iso(item.made_at), item.tries, _last(item)) for item in items
        )
    elif not items:
        run.say("The outbox is empty.")
    else:
        run.line(f"All times {clock.name}.")
        run.table(("ID", "STATE", "WHAT", "SAVED", "LAST ANSWER"), (_row(item, clock) for item in items))


def send_items(
    run: Run,
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Also this one, which needs a decision.")] = None,
    keep_unusual: Annotated[bool, typer.Option("--keep-unusual", help="Its unusual figures are right.")] = False,
) -> None:
    """Send what waits, oldest first. An item that was refused goes out again only when it is named."""
    run.mark(data=False)
    if id is not None:
        _again(run, run.outbox.find(id), keep_unusual)
    me = run.me.get("party", {}).get("code")
    outcomes = list(send(run.outbox, run.hub, run.outbox.open(run.hub.address.url, me)))
    for outcome in outcomes:
        _tell(run, outcome)
    if run.options.json:
        run.json([_told(run.outbox.find(outcome.item.id)) for outcome in outcomes])
    if not outcomes:
        run.say("The outbox is empty.")
    worst = _worst(outcomes)
    if worst is not Exit.DONE:
        raise typer.Exit(worst)


def drop(run: Run, id: Annotated[str, typer.Argument(metavar="ID", help="Such as 7F3K.")]) -> None:
    """Take an item out of the outbox. If it never reached the hub, it is gone."""
    item = run.outbox.find(id)
    if sys.stdin.isatty() and not run.options.no_input and item.state != "sent":
        typer.confirm(f"Drop {item.short}, {clean(item.what)}, for good?", abort=True, err=True)
    run.outbox.drop(item)
    run.line(item.short)
    run.say(f"Dropped: {clean(item.what)}.")


def _again(run: Run, item: Item, keep_unusual: bool) -> None:
    """A person has decided: the item waits again, with its unusual figures looked at or not."""
    if item.state == "asks" and item.told.get("unusual") and not keep_unusual:
        for line in item.told["unusual"]:
            run.fault(f"  {clean(line)}")
        run.fault(f"If this is right: rh outbox send {item.short} --keep-unusual")
        raise typer.Exit(Exit.UNUSUAL)
    if item.state == "asks":
        run.outbox.check_passed(item)


def _tell(run: Run, outcome: Outcome) -> None:
    """The id of what was sent goes to stdout; everything else beside it."""
    if outcome.state == "sent" and outcome.posted is not None:
        if not run.options.json:
            run.line(outcome.posted.handle or "")
        run.say(f"Sent: {outcome.item.short}, {clean(outcome.item.what)}.")
        return
    post.tell(run, outcome)
    for warning in outcome.unusual:
        run.fault(f"  {clean(warning.message)}")
    if isinstance(outcome.fault, errors.HubError):
        for problem in outcome.fault.problems:
            run.fault("  " + faults.line(problem))


def _worst(outcomes: list[Outcome]) -> Exit:
    """Refused before unusual before waiting: the first that asks a person decides."""
    for outcome in outcomes:
        if outcome.state == "asks":
            return Exit.UNUSUAL if outcome.unusual or outcome.item.told.get("unusual") else Exit.REFUSED
    for outcome in outcomes:
        if outcome.state == "waiting":
            return code(outcome.fault) if isinstance(outcome.fault, errors.SignInNeeded) else Exit.SAVED
    return Exit.DONE


def _row(item: Item, clock: Clock) -> tuple[str, ...]:
    return (item.short, STATES[item.state], clean(item.what), clock.time(item.made_at), _last(item))


def _last(item: Item) -> str:
    told = item.told
    if item.state == "sent":
        return clean(told.get("short_id") or told.get("id"))
    if told.get("unusual"):
        return clean("; ".join(told["unusual"]))
    problems = "; ".join(f"{one.get('pointer')}: {one.get('message')}" for one in told.get("problems") or [])
    return clean(told.get("reason") or " ".join(word for word in (told.get("title"), problems) if word))


def _told(item: Item) -> dict[str, Any]:
    """An item as JSON, without the body and headers of its request."""
    told = asdict(item)
    request = told.pop("request")
    return {**told, "method": request["method"], "path": request["path"]}
