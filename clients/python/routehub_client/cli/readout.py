"""Readouts of conferences: drafted from the minutes, checked by the parties named, published, corrected."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean
from routehub_client.errors import Unknown

Number = Annotated[int, typer.Argument(metavar="N", help="The number of the conference.", min=1)]
Id = Annotated[str, typer.Argument(metavar="ID", help="Of the check, such as RC-7F3K.")]
STATES = {"running": "in check", "accepted": "accepted", "change_asked": "a change is asked for"}


def register(app: typer.Typer) -> None:
    command(app, "list")(list_readouts)
    command(app, "show")(show)
    command(app, "draft")(draft)
    command(app, "check")(check)
    command(app, "publish")(publish)
    command(app, "erratum")(erratum)
    command(app, "checks")(checks)
    command(app, "accept")(accept)
    command(app, "change")(change)


def list_readouts(run: Run) -> None:
    """List what was published, the newest conference first."""
    found = run.hub.readouts()
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records((one["conference"], one["day"], one["text"]["title"], one["web"]) for one in found)
    elif not found:
        run.say("No readout is published yet.")
    else:
        clock = run.clock(run.ask_me().get("now"))
        rows = [
            (str(one["conference"]), clock.day(one["day"]), clean(one["text"]["title"]), _errata(one)) for one in found
        ]
        run.table(("N", "DAY", "TITLE", ""), rows)


def _errata(one: dict[str, Any]) -> str:
    many = len(one["errata"])
    return "" if not many else "1 erratum" if many == 1 else f"{many} errata"


def show(run: Run, number: Number) -> None:
    """Show a published readout with its errata."""
    if run.options.json:
        run.json(run.hub.readout(number))
        return
    text = run.hub.readout_text(number)
    run.mark(data=False)
    run.bare(text)


def draft(
    run: Run,
    number: Number,
    anew: Annotated[bool, typer.Option("--anew", help="From the minutes again; changes are lost.")] = False,
    save: Annotated[
        typer.FileText | None,
        typer.Option("--save", help="Keep this: what --json gave, changed; - reads stdin.", metavar="FILE"),
    ] = None,
) -> None:
    """Draft a readout from the minutes, or show the draft. For the chair.

    To change it: rh readout draft 13 --json > draft.json, edit it, rh readout draft 13 --save draft.json
    """
    run.mark(data=False)
    if save is not None:
        told = _read(save)
        found = run.hub.save_readout_draft(number, told["draft"], told.get("version"))
    elif anew:
        found = run.hub.make_readout_draft(number)
    else:
        try:
            found = run.hub.readout_draft(number)
        except Unknown:
            found = run.hub.make_readout_draft(number)
    if run.options.json:
        run.json(found)
    else:
        _page(run, found)


def _read(file: typer.FileText) -> dict[str, Any]:
    try:
        told = json.loads(file.read())
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("draft"), dict):
        raise Usage("The file is what `rh readout draft N --json` wrote: an object with draft and version.")
    return told


def _page(run: Run, found: dict[str, Any]) -> None:
    """The draft as text; what is not in the readout has a sign before it."""
    told = found["draft"]
    run.line(clean(told["title"]))
    run.line("")
    run.line(clean(told["opening"]))
    for section in told["sections"]:
        run.line("")
        run.line(clean(section["heading"]))
        for line in section["lines"]:
            source = f"  [{clean(line['source'])}]" if line.get("source") else ""
            run.line(f"  {'*' if line['taken'] else '- not taken:'} {clean(line['text'])}{source}")
    run.line("")
    run.line(clean(told["closing"]))
    if found["outdated"]:
        run.say("The minutes were corrected since. Next: rh readout draft N --anew")
    if found["published"]:
        run.say("It is published.")
    elif found["check"]:
        words = "of these words" if found["checked"] else "of other words"
        run.say(f"Last check: {found['check']}, {words}, until {run.clock().stamp(found['until'])}.")


def check(
    run: Run,
    number: Number,
    minutes: Annotated[int, typer.Option("--minutes", help="How long they have.", min=15, max=10_080)] = 120,
) -> None:
    """Send the draft to the parties named in it. Who asks for no change in that time has accepted it."""
    call = calls.send_readout(run.hub.route_code, number, minutes)
    post.given(run, post.post(run, call, f"check of readout {number}"))
    run.say("To say nothing until then is to accept it.")


def publish(
    run: Run,
    number: Number,
    reason: Annotated[
        str | None,
        typer.Option("--reason", help="Why without a check that has ended; everybody reads it.", metavar="TEXT"),
    ] = None,
) -> None:
    """Publish the readout, for everybody. It cannot be taken back, only corrected."""
    call = calls.publish_readout(run.hub.route_code, number, reason)
    post.given(run, post.post(run, call, f"readout {number}"))


def erratum(
    run: Run,
    number: Number,
    wrong: Annotated[str, typer.Option("--wrong", help="The words as they stand in it.", metavar="TEXT")],
    right: Annotated[str, typer.Option("--right", help="The right words.", metavar="TEXT")],
    where: Annotated[str | None, typer.Option("--where", help="The section; else it is found.", metavar="TEXT")] = None,
) -> None:
    """Correct a published readout by a numbered erratum that everybody sees."""
    call = calls.correct_readout(run.hub.route_code, number, wrong, right, where)
    post.given(run, post.post(run, call, f"erratum to readout {number}"))


def checks(
    run: Run,
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One of them, with its text.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that wait for your party.")] = False,
) -> None:
    """List readouts in check, or show one with the answers of the parties named."""
    if id is not None:
        one = run.hub.readout_check(id)
        run.mark()
        if run.options.json:
            run.json(one)
        else:
            _check_page(run, one)
        return
    found = run.hub.readout_checks(mine=mine or None)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records((one["short_id"], one["conference"], one["state"], clock.iso(one["until"])) for one in found)
    elif not found:
        run.say("No readout is in check.")
    else:
        run.line(f"All times {clock.name}.")
        rows = [
            (one["short_id"], str(one["conference"]), clock.time(one["until"]), STATES[one["state"]]) for one in found
        ]
        run.table(("ID", "CONFERENCE", "UNTIL", "STATE"), rows)


def _check_page(run: Run, one: dict[str, Any]) -> None:
    clock = run.clock(run.ask_me().get("now"))
    run.line(f"{clean(one['text']['title'])}  {one['short_id']}")
    run.line(f"{STATES[one['state']].capitalize()}. Until {clock.stamp(one['until'])}. {clean(one['note'])}")
    for section in one["text"]["sections"]:
        run.line("")
        run.line(clean(section["heading"]))
        for line in section["lines"]:
            run.line(f"  * {clean(line['text'])}")
    run.line("")
    words = {"accepted": "accepted", "change_asked": "asks for a change", "silent": "no answer"}
    rows = [(clean(a["party"]), words[a["state"]], clock.stamp(a["at"]), clean(a["text"])) for a in one["answers"]]
    run.table(("PARTY", "", "WHEN", ""), rows)


def accept(run: Run, id: Id) -> None:
    """Accept the text for your party, before the time is over."""
    _act(run, id, {"act": "accept"})


def change(
    run: Run, id: Id, text: Annotated[str, typer.Option("--text", help="Which words, and how.", metavar="TEXT")]
) -> None:
    """Ask for a change of the text; all who read the check see it."""
    _act(run, id, {"act": "ask_change", "text": text})


def _act(run: Run, id: str, said: dict[str, str]) -> None:
    call = calls.publish(run.hub.route_code, "response", run.stamped({"to": id} | said))
    post.given(run, post.post(run, call, f"{said['act']} {id}"))
