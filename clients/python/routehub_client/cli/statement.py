"""Statements: joint texts that parties sign, and outcomes of meetings."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as S-7F3K.")]
Text = Annotated[str | None, typer.Option("--text", help="A comment.", metavar="TEXT")]
ANSWERS = {"signed": "signed", "declined": "declined", "waiting": "not signed"}


def register(app: typer.Typer) -> None:
    command(app, "draft")(draft)
    command(app, "list")(list_statements)
    command(app, "show")(show)
    command(app, "sign")(sign)
    command(app, "decline")(decline)
    command(app, "withdraw")(withdraw)


def draft(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is about, in one line.")],
    file: Annotated[typer.FileText, typer.Argument(metavar="FILE", help="The text, word for word; - reads stdin.")],
    sign: Annotated[
        list[str] | None, typer.Option("--sign", help="A party that is to sign; may be repeated.", metavar="P")
    ] = None,
    to: Annotated[list[str] | None, typer.Option("--to", help="Who reads it, if not all parties.", metavar="P")] = None,
    meeting: Annotated[str | None, typer.Option("--meeting", help="The meeting that it comes from.")] = None,
    day: Annotated[str | None, typer.Option("--day", help="The day of the meeting.", metavar="YYYY-MM-DD")] = None,
    outcome: Annotated[bool, typer.Option("--outcome", help="The outcome of the meeting, not a joint text.")] = False,
    replaces: Annotated[str | None, typer.Option("--replaces", help="The version before.", metavar="ID")] = None,
) -> None:
    """Send a text to be signed. It cannot be edited; a new version is a statement of its own that replaces it.

    Your party, if named by --sign, signs by sending it.
    """
    data: dict[str, Any] = {
        "type": "meeting_outcome" if outcome else "joint_text",
        "title": title,
        "text": file.read().strip(),
        "signatories": [code.upper() for code in sign or []],
        "audience": [code.upper() for code in to] if to else None,
        "meeting": {"name": meeting, "day": day} if meeting or day else None,
        "replaces": replaces,
    }
    body = {name: value for name, value in data.items() if value is not None}
    call = calls.publish(run.hub.route_code, "statement", run.stamped(body))
    post.given(run, post.post(run, call, f"statement: {title}"))


def list_statements(
    run: Run,
    state: Annotated[
        str | None, typer.Option("--state", help="open, declined, in_force, reported, replaced or withdrawn.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that your party has yet to sign.")] = False,
) -> None:
    """List statements, the newest first."""
    post.flush(run)
    found = run.hub.statements(state=state, party=run.options.party)
    me = run.ask_me()
    own = me.get("party", {}).get("code")
    if mine:
        found = [one for one in found if one.get("state") in ("open", "declined") and own in _waiting(one)]
    clock = run.clock(me.get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(
            (one["short_id"], one["party"], one["state"], one["title"], clock.iso(one["issued_at"])) for one in found
        )
    elif not found:
        run.say("No statements.")
    else:
        run.line(f"All times {clock.name}.")
        rows = [
            (clock.time(one["issued_at"]), clean(one["party"]), clean(one["title"]), standing(one), one["short_id"])
            for one in found
        ]
        run.table(("SENT", "PARTY", "TITLE", "STATE", "ID"), rows)


def standing(one: dict[str, Any]) -> str:
    """Where it stands, in words: `open for signature: 2 of 5 signed`."""
    signed = f"{one['signed']} of {one['signatories']} signed"
    declined = " ".join(s["party"] for s in one["signatures"] if s["state"] == "declined")
    return {
        "open": f"open for signature: {signed}",
        "declined": f"declined by {declined}: {signed}",
        "in_force": "in force: all signed",
        "reported": "outcome of a meeting",
        "replaced": f"replaced by {one.get('replaced_by')}",
    }.get(clean(one.get("state")), clean(one.get("state")))


def show(run: Run, id: Id) -> None:
    """Show a statement: its text, and who has signed it when."""
    one = run.hub.statement(id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(one)
    elif run.options.plain:
        run.records((s["party"], s["state"], clock.iso(s["at"]), s["by"]) for s in one["signatures"])
    else:
        _page(run, one, clock)


def _page(run: Run, one: dict[str, Any], clock: Clock) -> None:
    run.line(f"{clean(one['title'])}  {one['short_id']}")
    run.line(f"{standing(one)}. Sent by {clean(one['party'])}, {clock.stamp(one['issued_at'])}.")
    if one.get("meeting"):
        run.line(f"{clean(one['meeting']['name'])}, {clock.day(one['meeting']['day'])}")
    run.line("")
    for line in str(one["text"]).splitlines():
        run.line(clean(line))
    if one["signatures"]:
        run.line("")
        rows = [
            (clean(s["party"]), ANSWERS[s["state"]], clock.stamp(s["at"]), clean(s["by"]), clean(s["text"]))
            for s in one["signatures"]
        ]
        run.table(("PARTY", "", "WHEN", "WHO", ""), rows)


def sign(run: Run, id: Id, text: Text = None) -> None:
    """Sign for your party. It binds the party; in force, no signature is taken back."""
    _act(run, id, "sign", text)


def decline(
    run: Run, id: Id, reason: Annotated[str, typer.Option("--reason", help="Why; all readers see it.", metavar="TEXT")]
) -> None:
    """Say that your party does not sign, and why. It may still sign later."""
    _act(run, id, "decline", reason)


def withdraw(run: Run, id: Id, text: Text = None) -> None:
    """Withdraw a statement of yours that is not in force."""
    _act(run, id, "withdraw", text)


def _act(run: Run, id: str, act: str, text: str | None) -> None:
    data = {"to": id, "act": act} | ({"text": text} if text else {})
    call = calls.publish(run.hub.route_code, "response", run.stamped(data))
    post.given(run, post.post(run, call, f"{act} {id}"))


def _waiting(one: dict[str, Any]) -> list[str]:
    return [s["party"] for s in one["signatures"] if s["state"] == "waiting"]
