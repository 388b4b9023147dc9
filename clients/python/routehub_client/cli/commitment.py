"""Commitments: make them, say how far they are, withdraw them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.plan import so_far, state
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, number
from routehub_schemas.numbers import NotANumber, read_count

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as CM-7F3K.")]


class Stage(StrEnum):
    PLEDGED = "pledged"
    CONFIRMED = "confirmed"
    UNDER_WAY = "under_way"
    IN_PLACE = "in_place"
    IN_USE = "in_use"


class Category(StrEnum):
    PLEDGE = "pledge"
    RECOMMENDATION = "recommendation"
    CONTINGENCY_PLAN = "contingency_plan"
    WINTER_PLAN = "winter_plan"
    NETWORK = "network"


Text = Annotated[str | None, typer.Option("--text", help="In words. No personal data.", metavar="TEXT")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why.", metavar="TEXT")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day for which it is true; else today.", metavar="DAY")]


def register(app: typer.Typer) -> None:
    command(app, "list")(list_commitments)
    command(app, "show")(show)
    command(app, "make")(make)
    command(app, "change")(change)
    command(app, "progress")(progress)
    command(app, "withdraw")(withdraw)


def list_commitments(
    run: Run,
    point: Annotated[str | None, typer.Option("--point", help="Of this point.", metavar="PLAN/N")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that your party owes.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their date.")] = False,
) -> None:
    """List commitments: what is reached, when they are due, and when they will be there at their present rate."""
    post.flush(run)
    party = run.party if mine or run.options.party else None
    found = run.hub.commitments(point=point, party=party, state="overdue" if overdue else None)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records(_record(item) for item in found)
    elif not found:
        run.say("No commitments.")
    else:
        head = ("ID", "OWED BY", "WHAT", "SO FAR", "DUE", "PROJECTED", "STATE")
        run.table(head, (_row(item, clock) for item in found))


def show(run: Run, id: Id) -> None:
    """Show one commitment: how it stands, the arithmetic of its projected date, and all that was said."""
    found = run.hub.commitment(id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
    elif run.options.plain:
        run.records([_record(found)])
    else:
        _page(run, found, clock)


def make(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is pledged, in one line.")],
    point: Annotated[list[str], typer.Option("--point", help="Plan and point.", metavar="PLAN/N")],
    target: Annotated[str | None, typer.Option("--target", help="How many.", metavar="N")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Of what: places, officers.", metavar="WORD")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="By when: a date, or words: end of November.", metavar="WHEN")
    ] = None,
    rate: Annotated[str | None, typer.Option("--rate", help="How fast: 150/day.", metavar="N/PER")] = None,
    parent: Annotated[str | None, typer.Option("--part-of", help="The commitment it is part of.", metavar="ID")] = None,
    owner: Annotated[
        list[str] | None, typer.Option("--owner", help="Who owes it; else your party.", metavar="CODE")
    ] = None,
    category: Annotated[Category, typer.Option("--category", help="What kind of commitment.")] = Category.PLEDGE,
    milestone: Annotated[
        list[str] | None, typer.Option("--milestone", help="A step on the way; may be repeated.", metavar="TITLE")
    ] = None,
    report: Annotated[
        str | None, typer.Option("--report", help="The report of a recommendation.", metavar="TITLE")
    ] = None,
    text: Text = None,
) -> None:
    """Make a commitment under a point of a plan."""
    data = {
        "title": title,
        "points": point,
        "category": category.value,
        "target": _count(target, "--target"),
        "unit": unit,
        "deadline": _deadline(by),
        "rate": _rate(rate),
        "parent": parent,
        "owners": [code.upper() for code in owner or []],
        "milestones": [{"title": one} for one in milestone or []],
        "report": report,
        "text": text,
    }
    _send(run, "commitment", data, f"commitment: {title}")


def change(
    run: Run,
    id: Id,
    title: Annotated[str | None, typer.Option("--title", help="In one line.", metavar="TEXT")] = None,
    target: Annotated[str | None, typer.Option("--target", help="How many.", metavar="N")] = None,
    by: Annotated[str | None, typer.Option("--by", help="By when: a date or words.", metavar="WHEN")] = None,
    rate: Annotated[str | None, typer.Option("--rate", help="How fast: 150/day.", metavar="N/PER")] = None,
    text: Text = None,
) -> None:
    """Change a commitment of yours. What you do not name stays; what was said before can still be read."""
    changed = {
        "title": title,
        "target": _count(target, "--target"),
        "deadline": _deadline(by),
        "rate": _rate(rate),
        "text": text,
    }
    changed = {name: value for name, value in changed.items() if value is not None}
    if not changed:
        raise Usage("What changed? Add --title, --target, --by, --rate or --text.")
    found = run.hub.commitment(id)
    said = run.hub.message(str(found.get("message") or found["id"]))
    kept = {name: value for name, value in said.data.items() if name not in {"audience", "thread", "updates"}}
    _send(run, "commitment", kept | changed | {"updates": found["id"], "tlp": said.tlp}, f"change of {id}")


def progress(
    run: Run,
    id: Id,
    stage: Annotated[Stage, typer.Argument(metavar="STAGE", help="pledged, confirmed, under_way, in_place or in_use.")],
    value: Annotated[str | None, typer.Argument(metavar="[N]", help="How many in all, not how many more.")] = None,
    as_of: AsOf = None,
    text: Text = None,
    reason: Reason = None,
    milestone: Annotated[
        list[str] | None, typer.Option("--milestone", help="One that is reached; may be repeated.", metavar="TITLE")
    ] = None,
    report: Annotated[str | None, typer.Option("--report", help="The report that says so.", metavar="TITLE")] = None,
) -> None:
    """Say how far a commitment is. It goes back, or beyond its target, only with --reason."""
    data = {
        "commitment": id,
        "stage": stage.value,
        "value": _count(value, "N"),
        "as_of": _day(run, as_of),
        "text": text,
        "reason": reason,
        "milestones": milestone,
        "report": report,
    }
    _send(run, "progress", data, f"progress of {id}")


def withdraw(
    run: Run,
    id: Id,
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")],
    as_of: AsOf = None,
) -> None:
    """Withdraw a commitment of yours. It ends; what was said stays."""
    data = {"commitment": id, "stage": "withdrawn", "as_of": _day(run, as_of), "reason": reason}
    _send(run, "progress", data, f"withdrawal of {id}")


def _send(run: Run, kind: str, data: Mapping[str, Any], what: str) -> None:
    body = {name: value for name, value in data.items() if value not in (None, [], {})}
    tlp = body.pop("tlp", None)
    posted = post.post(run, calls.publish(run.hub.route_code, kind, run.stamped(body), tlp=tlp), what)
    post.given(run, posted)


def _count(word: str | None, name: str) -> int | None:
    if word is None:
        return None
    try:
        return read_count(word)
    except NotANumber:
        raise Usage(f"{name} is a whole number such as 12150, not {word!r}.") from None


def _deadline(word: str | None) -> dict[str, str] | None:
    """A date as it is; anything else in words, which the hub reads as a day."""
    if word is None:
        return None
    try:
        return {"date": date.fromisoformat(word).isoformat()}
    except ValueError:
        return {"text": word}


def _rate(word: str | None) -> dict[str, Any] | None:
    if word is None:
        return None
    value, _, per = word.partition("/")
    if per not in {"day", "week", "month"}:
        raise Usage(f"A rate is written 150/day, 50/week or 900/month, not {word!r}.")
    return {"value": _count(value, "--rate"), "per": per}


def _day(run: Run, word: str | None) -> str:
    """Today by the hub's clock; that of an exercise may stand on another day."""
    if word is None:
        return run.clock(run.ask_me().get("now")).now.date().isoformat()
    try:
        return date.fromisoformat(word).isoformat()
    except ValueError:
        raise Usage(f"A day is written 2016-01-22, not {word!r}.") from None


def _due(item: Mapping[str, Any], clock: Clock) -> str:
    deadline = item.get("deadline") or {}
    words = f'"{clean(deadline.get("text"))}"' if deadline.get("text") else ""
    return " ".join(part for part in (clock.day(deadline.get("date")), words) if part)


def _row(item: Mapping[str, Any], clock: Clock) -> tuple[str, ...]:
    return (
        clean(item.get("short_id")),
        " ".join(clean(code) for code in item.get("owners") or []),
        clean(item.get("title")),
        so_far(item),
        _due(item, clock),
        _projected(item, clock),
        state(item.get("state"), item.get("reported_at"), clock),
    )


def _projected(item: Mapping[str, Any], clock: Clock) -> str:
    """When it will be there; a date that no figure bears out yet says what it rests on."""
    found = item.get("projection") or {}
    day = clock.day(found.get("date")) if item.get("state") != "done" else ""
    return f"{day}, at the declared rate" if day and found.get("basis") == "declared" else day


def _record(item: Mapping[str, Any]) -> tuple[str, ...]:
    reached, deadline = item.get("reached") or {}, item.get("deadline") or {}
    told = (item.get("target"), item.get("unit"), reached.get("value"), reached.get("day"), deadline.get("date"))
    names = ("short_id", "title", "state")
    owners = ",".join(clean(code) for code in item.get("owners") or [])
    return (*(clean(item.get(name)) for name in names), owners, *(clean(value) for value in told))


def _page(run: Run, item: Mapping[str, Any], clock: Clock) -> None:
    owners = ", ".join(clean(code) for code in item.get("owners") or [])
    run.line(f"{clean(item.get('title'))}  {clean(item.get('short_id'))}")
    standing = state(item.get("state"), item.get("reported_at"), clock)
    run.line(f"{owners}; {' '.join(clean(code) for code in item.get('points') or [])}; {standing}")
    if item.get("target") is not None:
        run.line(so_far(item))
    if _due(item, clock):
        run.line(f"Due {_due(item, clock)}")
    run.line(clean((item.get("projection") or {}).get("words")))
    for words in (item.get("parts") or {}).get("words") or []:
        run.line(clean(words))
    for step in reversed(item.get("progress") or []):
        value = f" {number(step['value'])}" if step.get("value") is not None else ""
        more = "; ".join(clean(step.get(name)) for name in ("text", "reason", "report") if step.get(name))
        head = f"  {clock.day(step.get('as_of'))}  {clean(step.get('stage')).replace('_', ' ')}{value}"
        run.line(f"{head}  {clean(step.get('party'))}{': ' + more if more else ''}")
