"""The agenda of the weekly conference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, cast

import typer

from routehub_client import calls
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean, count, moment
from routehub_client.errors import Unknown


class Format(StrEnum):
    MD = "md"
    TXT = "txt"
    JSON = "json"
    HTML = "html"
    ICS = "ics"


class Outcome(StrEnum):
    NOTE = "note"
    DISCUSS = "discuss"
    DECIDE = "decide"


def register(app: typer.Typer) -> None:
    command(app, "show")(show)
    command(app, "propose")(propose)


def show(
    run: Run,
    number: Annotated[int | None, typer.Argument(metavar="[N]", help="The conference; else the next one.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TXT,
) -> None:
    """Show the agenda of a conference. Each item names the rule that put it there."""
    post.flush(run)
    if number is None:
        number = _next(run.hub.conferences(), run.clock(run.ask_me().get("now")).now)
    as_json = run.options.json or format is Format.JSON
    run.mark(data=format is Format.TXT)
    if as_json:
        run.json(run.hub.agenda(number))
    elif format is Format.MD:
        told = run.hub.agenda(number)
        run.bare("\n".join(_markdown(told, run.clock(_field(told, "compiled_at")))))
    else:
        form = cast(Literal["txt", "html", "ics"], format.value)
        run.bare(run.hub.agenda_as(number, form))


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
    posted = post.post(run, calls.publish(run.hub.route_code, "agenda_item", body), f"agenda proposal: {title}")
    post.given(run, posted)


def _next(found: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """The first conference that is still to come or running; else the last that was."""
    dated = [
        (start, int(item["number"]))
        for item in found
        if (start := moment(item.get("start"))) is not None
        and isinstance(item.get("number"), int)
        and item.get("state") != "cancelled"
    ]
    coming = [pair for pair in dated if pair[0] >= now]
    if coming:
        return min(coming)[1]
    if dated:
        return max(dated)[1]
    raise Unknown(404, "No conference is planned.")


def _field(told: Mapping[str, Any], name: str) -> Any:
    """A field of the agenda, whether it comes bare or in its envelope."""
    return told.get(name, (told.get("data") or {}).get(name))


def _markdown(told: Mapping[str, Any], clock: Clock) -> Iterator[str]:
    yield f"# Agenda of conference {clean(_field(told, 'conference'))}"
    yield ""
    edition = clean(_field(told, "edition") or 1)
    yield f"Compiled {clock.stamp(_field(told, 'compiled_at'))}, edition {edition}."
    for item in _field(told, "items") or []:
        points = ", ".join(clean(point).replace("/", " point ") for point in item.get("points") or [])
        yield ""
        yield f"## {clean(item.get('number'))}. {_escaped(item.get('title'))}"
        yield ""
        facts = [str(item.get("outcome") or "").capitalize(), count(item.get("minutes") or 0, "minute")]
        facts += [f"lead {clean(item['lead'])}"] if item.get("lead") else []
        facts += [points] if points else []
        why = _escaped(item.get("why"))
        yield f"{', '.join(word for word in facts if word)}. On the agenda because: {why}"
        lines = item.get("lines") or []
        if lines:
            yield ""
            yield from (f"- {_escaped(line)}" for line in lines)


def _escaped(text: object) -> str:
    """Text from others, without a meaning in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in clean(text))
