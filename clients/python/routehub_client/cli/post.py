"""Posting from the terminal: written to the outbox first, then sent, then told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import typer

from routehub_client import answers, errors
from routehub_client.cli.exits import Exit
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean
from routehub_client.outbox import Item, Outcome, send
from routehub_client.wire import Call

CHECKED = ("Text-Checked", "yes")
"""Said by somebody who was asked whether a text is about a person (docs/decisions/0085)."""


class Unusual(Exception):
    """Some figures are unusual and nobody has said that they are right; nothing was posted."""

    def __init__(self, warnings: tuple[answers.Caution, ...]) -> None:
        super().__init__()
        self.warnings = warnings


def post(run: Run, call: Call[answers.Posted], what: str, *, checked: bool = True) -> answers.Posted:
    """Sends a write. When it cannot be sent it stays in the outbox, and the command ends with 7.

    With `checked=False` the hub is first asked whether the figures are unusual; raises `Unusual` if so.
    """
    run.mark(data=False)
    if run.options.text_checked:
        call = replace(call, request=replace(call.request, headers=(*call.request.headers, CHECKED)))
    if run.options.dry_run:
        return _tried(run, call, checked)
    if run.options.no_outbox:
        return _direct(run, call, checked)
    me = run.known_me().get("party", {}).get("code")
    item = run.outbox.add(call.request, hub=run.hub.address.url, party=me, what=what, checked=checked)
    try:
        outcome = _own(run, item, send(run.outbox, run.hub, run.outbox.open(item.hub, me)))
    except KeyboardInterrupt:
        run.fault(f"Interrupted. {what} is in the outbox as {item.short}, and the hub may have it already.")
        run.fault(f"Next: rh outbox send, or: rh outbox drop {item.short}")
        raise typer.Exit(Exit.INTERRUPTED) from None
    return _settled(run, item, outcome)


def flush(run: Run) -> None:
    """Before anything else is asked of the hub: what waits is sent. Never fails the command."""
    if run.options.no_outbox or run.options.dry_run:
        return
    waiting = [item for item in run.outbox.open(run.hub.address.url, _sender(run)) if item.state == "waiting"]
    if waiting:
        for outcome in send(run.outbox, run.hub, waiting):
            tell(run, outcome)


def tell(run: Run, outcome: Outcome) -> None:
    """One line about an item that was saved earlier."""
    item = outcome.item
    if outcome.state == "sent" and outcome.posted is not None:
        run.say(f"Sent from the outbox: {item.short}, {item.what}, now {outcome.posted.handle}.")
    elif outcome.state == "waiting":
        run.say(
            f"Still in the outbox: {item.short}, {item.what}." + (f" {clean(outcome.fault)}" if outcome.fault else "")
        )
    else:
        run.fault(f"Needs your decision: {item.short}, {item.what}. See: rh outbox list")


def given(run: Run, posted: answers.Posted) -> None:
    """The answer to a write: its id first on stdout, everything else beside it."""
    if run.options.json:
        warnings = [members(item) for item in posted.warnings]
        run.json({**posted.event, "warnings": warnings, "web": posted.web})
    elif not run.options.dry_run:
        run.line(posted.handle or "")
    if run.options.dry_run:
        run.say("Checked. Nothing was stored.")
    elif not posted.fresh:
        run.say("The hub had this already; nothing changed.")
    for warning in posted.warnings:
        run.say(f"Note: {clean(warning.message)}")
    if posted.web and not run.options.json and not run.options.dry_run:
        run.say(clean(posted.web))


def members(warning: answers.Caution) -> dict[str, object]:
    return {"pointer": warning.pointer, "code": warning.code, "message": warning.message, **warning.more}


def _tried(run: Run, call: Call[answers.Posted], checked: bool) -> answers.Posted:
    """`--dry-run`: the same answer, and nothing stored."""
    tried = call.read(run.hub.ask(call.request.dry()))
    if tried.unusual() and not checked:
        raise Unusual(tried.unusual())
    return tried


def _direct(run: Run, call: Call[answers.Posted], checked: bool) -> answers.Posted:
    if not checked:
        tried = answers.posted(run.hub.ask(call.request.dry()))
        if tried.unusual():
            raise Unusual(tried.unusual())
    return call.read(run.hub.ask(call.request))


def _own(run: Run, item: Item, outcomes: Iterable[Outcome]) -> Outcome:
    """Tells what became of earlier items; gives back what became of this one."""
    mine = Outcome(item, "waiting")
    reason: errors.RoutehubError | None = None
    for outcome in outcomes:
        if outcome.item.id == item.id:
            mine = outcome
        elif outcome.state == "sent" or outcome.fault is not None:
            tell(run, outcome)
        reason = reason or (outcome.fault if outcome.state == "waiting" else None)
    return mine if mine.fault or mine.state != "waiting" else Outcome(item, "waiting", fault=reason)


def _settled(run: Run, item: Item, outcome: Outcome) -> answers.Posted:
    if outcome.state == "sent" and outcome.posted is not None:
        return outcome.posted
    if outcome.state == "asks":
        run.outbox.drop(item)
        if outcome.unusual:
            raise Unusual(outcome.unusual)
        raise outcome.fault or errors.RoutehubError("The hub refused it.")
    if isinstance(outcome.fault, errors.SignInNeeded):
        run.outbox.drop(item)
        raise outcome.fault
    _saved(run, item, outcome.fault)
    raise typer.Exit(Exit.SAVED)


def _saved(run: Run, item: Item, fault: errors.RoutehubError | None) -> None:
    run.bare(item.short if not run.options.json else f'{{"outbox": "{item.short}", "id": "{item.id}"}}')
    if fault is not None:
        run.fault(clean(fault))
        run.fault(f"Saved in outbox as {item.short}. It will be sent by the next rh command, or: rh outbox send")
    else:
        run.fault(f"Saved in outbox as {item.short}, behind one that needs your decision. Next: rh outbox list")


def _sender(run: Run) -> str | None:
    return run.known_me().get("party", {}).get("code")
