"""The agenda of the weekly conference."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, cast

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import moment
from routehub_client.errors import Unknown


class Format(StrEnum):
    MD = "md"
    TXT = "txt"
    JSON = "json"
    HTML = "html"
    ICS = "ics"
    PDF = "pdf"


class Outcome(StrEnum):
    NOTE = "note"
    DISCUSS = "discuss"
    DECIDE = "decide"


def register(app: typer.Typer) -> None:
    command(app, "show")(show)
    command(app, "annex")(annex)
    command(app, "propose")(propose)


def show(
    run: Run,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="The conference; else the next one.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TXT,
) -> None:
    """Show the agenda of a conference. Each item names the rule that put it there."""
    post.flush(run)
    number = _number(run, number)
    as_json = run.options.json or format is Format.JSON
    run.mark(data=format is Format.TXT)
    if as_json:
        run.json(run.hub.agenda(number))
    elif format is Format.PDF:
        if sys.stdout.isatty():
            raise Usage(f"A PDF is not for a terminal: rh agenda show {number} --format pdf > agenda-{number}.pdf")
        sys.stdout.buffer.write(run.hub.agenda_pdf(number))
    else:
        form = cast(Literal["txt", "md", "html", "ics"], format.value)
        run.bare(run.hub.agenda_as(number, form))


def annex(
    run: Run,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="The conference; else the next one.")] = None,
) -> None:
    """Show what your party may read of what is to be discussed, and not everyone in the call."""
    post.flush(run)
    number = _number(run, number)
    run.mark()
    if run.options.json:
        run.json(run.hub.annex(number))
    else:
        run.bare(run.hub.annex_text(number))


def propose(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="One line.")],
    text: Annotated[str | None, typer.Option("--text", help="Why, and what you ask for.", metavar="TEXT")] = None,
    outcome: Annotated[Outcome, typer.Option("--outcome", help="What the conference should do.")] = Outcome.DISCUSS,
    minutes: Annotated[int, typer.Option("--minutes", help="How long it takes.", min=1, max=60)] = 5,
    conference: Annotated[
        int | None, typer.Option("--conference", help="Which one; else the next.", metavar="N", min=1)
    ] = None,
    point: Annotated[list[str] | None, typer.Option("--point", help="Plan and point.", metavar="PLAN/N")] = None,
) -> None:
    """Propose an item for a conference. The chair accepts or declines it."""
    data: dict[str, Any] = {
        "title": title,
        "text": text,
        "outcome": outcome.value,
        "minutes": minutes,
        "conference": conference,
        "points": point or None,
    }
    body = {name: value for name, value in data.items() if value is not None}
    call = calls.publish(run.hub.route_code, "agenda_item", run.stamped(body))
    posted = post.post(run, call, f"agenda proposal: {title}")
    post.given(run, posted)


def _number(run: Run, number: int | None) -> int:
    if number is not None:
        return number
    return _next(run.hub.conferences(), run.clock(run.ask_me().get("now")).now)


def _next(found: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """The first conference that is still to come or running; else the last that was."""
    dated = [
        (start, int(item["number"]))
        for item in found
        if (start := moment(item.get("start"))) is not None
        and isinstance(item.get("number"), int)
        and item.get("state") != "cancelled"
        and item.get("series", "weekly") == "weekly"
    ]
    held = {item.get("number") for item in found if item.get("held") and item.get("series", "weekly") == "weekly"}
    coming = [pair for pair in dated if pair[0] >= now and pair[1] not in held]
    if coming:
        return min(coming)[1]
    if dated:
        return max(dated)[1]
    raise Unknown(404, "No conference is planned.")
