"""Exchanges: messages and their answers, read as one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from routehub_client import answers
from routehub_client.cli import post
from routehub_client.cli.command import command
from routehub_client.cli.exits import Usage
from routehub_client.cli.messages import record, row, summary
from routehub_client.cli.note import To, send
from routehub_client.cli.run import Run
from routehub_client.cli.words import clean
from routehub_schemas.envelope import Envelope

Id = Annotated[str, typer.Argument(metavar="ID", help="A message of it: its id, or a short id such as A-7F3K.")]
SUBJECT = 160


def register(app: typer.Typer) -> None:
    command(app, "list")(list_threads)
    command(app, "show")(show)
    command(app, "reply")(reply)


def list_threads(
    run: Run, limit: Annotated[int, typer.Option("--limit", help="How many at most.", metavar="N", min=1, max=200)] = 50
) -> None:
    """List exchanges with notes, those with the newest note first."""
    post.flush(run)
    found = run.hub.threads(limit)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json(found)
        return
    lines = [(item["thread"], answers.event(item["first"]), answers.event(item["last"])) for item in found]
    if run.options.plain:
        run.records((thread, _subject(first), clock.iso(last.time), last.sender) for thread, first, last in lines)
    elif not lines:
        run.say("No notes yet.")
    else:
        run.line(f"All times {clock.name}.")
        rows = [(clock.time(last.time), clean(last.sender), _subject(first), clean(id)) for id, first, last in lines]
        run.table(("LAST", "BY", "SUBJECT", "ID"), rows)


def show(run: Run, id: Id) -> None:
    """Show an exchange from its first message to its last, as far as you may read it."""
    events = _events(run, id)
    clock = run.clock(run.ask_me().get("now"))
    run.mark()
    if run.options.json:
        run.json([event.model_dump(mode="json", exclude_none=True) for event in events])
    elif run.options.plain:
        run.records(record(run, event, clock) for event in events)
    else:
        run.line(f"All times {clock.name}.")
        for event in events:
            run.line("  ".join(filter(None, row(run, event, clock))))
            for text in str(event.data.get("text") or "").splitlines():
                run.line(f"    {clean(text)}")


def reply(
    run: Run,
    id: Id,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The answer. No personal data.")],
    to: To = None,
    quote: Annotated[bool, typer.Option("--quote", help="Begin with the words that you answer.")] = False,
    subject: Annotated[str | None, typer.Option("--subject", help="One line.", metavar="TEXT")] = None,
) -> None:
    """Answer a message with a note: its sender reads it, with a note its other readers too, or those named by --to.

    Only who may read what you answer can read the answer.
    """
    event = run.hub.message(id)
    own = run.party
    named = event.data.get("to") if event.kind == "note" else None
    readers = to or [code for code in dict.fromkeys([event.sender, *(named or [])]) if code and code != own]
    if not readers:
        raise Usage("Who is to read it? Add --to CODE.")
    head = subject or _answering(event)
    words = str(event.data.get("text") or event.data.get("description") or summary(event))
    quoted = "".join(f"> {line}\n" for line in words.splitlines()) + "\n" if quote else ""
    data = {"to": [code.upper() for code in readers], "subject": head, "text": quoted + text, "references": [event.id]}
    send(run, data, f"answer to {id}")


def _answering(event: Envelope) -> str:
    line = _subject(event)
    return (line if line.startswith("Re: ") else f"Re: {line}")[:SUBJECT]


def _subject(event: Envelope) -> str:
    return clean(event.data.get("subject") or event.data.get("title") or summary(event))


def _events(run: Run, id: str) -> list[Envelope]:
    found: list[Any] = []
    after: str | None = None
    while True:
        page = run.hub.thread(id, after)
        found += page["messages"]
        after = page.get("next")
        if not after:
            return [answers.event(one) for one in found]
