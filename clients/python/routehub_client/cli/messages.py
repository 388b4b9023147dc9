"""Messages of one's own feed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from routehub_client.answers import Page
from routehub_client.cli import post, subscriptions
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean
from routehub_schemas import parse
from routehub_schemas.envelope import Envelope
from routehub_schemas.errors import Invalid
from routehub_schemas.registry import Registry


def register(app: typer.Typer) -> None:
    command(app, "messages")(messages)


def messages(
    run: Run,
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one whole.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="report, alert, note …", metavar="KIND")] = None,
    after: Annotated[str | None, typer.Option("--after", help="From this cursor on.", metavar="CURSOR")] = None,
    search: Annotated[
        str | None, typer.Option("--search", help='Words to look for: all of them, "a phrase", -without, begin*.')
    ] = None,
    before: Annotated[str | None, typer.Option("--before", help="With --search: go on here.", metavar="CURSOR")] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.", metavar="N", min=1)] = 100,
    deliveries: Annotated[
        bool, typer.Option("--deliveries", help="With ID, one of your own: who was reached, and by what.")
    ] = False,
) -> None:
    """List messages in the order in which they were accepted, show one, or look for words, the newest first."""
    post.flush(run)
    if deliveries:
        if id is None:
            raise Usage("Say which message: rh messages ID --deliveries")
        subscriptions.reached(run, id)
        return
    if id is not None:
        run.mark(data=False)
        run.json(told(run.hub.message(id)))
        return
    party = [run.options.party.upper()] if run.options.party else []
    if search is not None:
        if after is not None:
            raise Usage("A search is read on with --before; --after goes with the list.")
        found(run, run.hub.search(search, before=before, limit=limit, kind=kind or [], party=party), search)
        return
    if before is not None:
        raise Usage("--before goes with --search.")
    page = run.hub.page(after, limit=limit, kind=kind or [], party=party)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json([told(event) for event in page.messages])
    elif run.options.plain:
        run.records(record(run, event, clock) for event in page.messages)
    else:
        run.line(f"All times {clock.name}.")
        run.rows([row(run, event, clock) for event in page.messages])
        if page.more and page.next:
            run.say(f"There are more. Next: rh messages --after {page.next}")


def found(run: Run, page: Page, words: str) -> None:
    """What a search brought, each message with the place where it says the words."""
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json([told(event) for event in page.messages])
    elif run.options.plain:
        run.records((*record(run, event, clock), hit(event)) for event in page.messages)
    elif page.messages:
        run.line(f"All times {clock.name}.")
        run.rows([(*row(run, event, clock), hit(event)) for event in page.messages])
    else:
        run.line("Nothing found.")
    if page.more and page.next and not run.options.json:
        run.say(f"There are more. Next: rh messages --search {shlex.quote(words)} --before {page.next}")


def hit(event: Envelope) -> str:
    return clean((event.model_extra or {}).get("hit") or "")


def told(event: Envelope) -> dict[str, Any]:
    """The envelope as JSON, without members that are not there."""
    return event.model_dump(mode="json", exclude_none=True)


def summary(event: Envelope) -> str:
    """The message in one line, in the words of its kind; by its kind's name when that is not known here."""
    try:
        kind = Registry.shipped().by_type(event.type)
        told = dict(event.data)
        if event.exercise and told.get("status") == "Exercise":  # the line is marked already
            told["status"] = "Actual"
        text: str = kind.summary(parse.payload(kind, told), _names())
    except (Invalid, KeyError, TypeError, ValueError):
        text = event.subject or event.kind
    return clean(text)


def row(run: Run, event: Envelope, clock: Clock, *, alone: bool = False) -> tuple[str, ...]:
    """Time, severity, sender, words, id. `alone`: with the zone, for a line without a heading."""
    mark = run.row_mark({"exercise": event.exercise})
    return (
        clock.stamp(event.time) if alone else clock.time(event.time),
        clean(event.data.get("severity")).upper(),
        clean(event.sender or "hub"),
        f"{mark}{event.kind.replace('_', ' ')}: {summary(event)}",
        clean(event.shortid or event.id),
    )


def record(run: Run, event: Envelope, clock: Clock) -> tuple[object, ...]:
    mark = run.row_mark({"exercise": event.exercise}).strip()
    return (
        clock.iso(event.time),
        event.kind,
        event.sender or "hub",
        summary(event),
        event.shortid,
        event.id,
        event.cursor,
        mark,
    )


def _names() -> Mapping[str, str]:
    return {}
