"""Following what comes in, as it comes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from routehub_client.cli import messages, post
from routehub_client.cli.command import command
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock, clean
from routehub_client.course import Notice
from routehub_client.errors import HubError, NoConnection
from routehub_schemas.envelope import Envelope


class What(StrEnum):
    ALERTS = "alerts"
    FIGURES = "figures"
    ALL = "all"


LONGEST_SHORT_ID = 12
"""What is longer is the id of a message, which nobody reads out."""
KINDS = {What.ALERTS: ["alert", "response"], What.FIGURES: ["report"], What.ALL: []}


def register(app: typer.Typer) -> None:
    command(app, "watch")(watch)


def watch(
    run: Run,
    what: Annotated[What, typer.Argument(metavar="[alerts|figures|all]")] = What.ALL,
    after: Annotated[
        str | None, typer.Option("--after", help="First catch up from this cursor.", metavar="CURSOR")
    ] = None,
    many: Annotated[int | None, typer.Option("--count", help="End after so many.", metavar="N", min=1)] = None,
) -> None:
    """Follow the hub: one line for each message; with --json, lines of JSON. Ctrl-C ends it.

    A broken line is opened again from the last message, so that none is missed and none comes twice.
    """
    post.flush(run)
    clock = run.clock(run.me.get("now"))
    run.mark(data=False)
    speaker = _Speaker(run)
    party = [run.options.party.upper()] if run.options.party else []
    events = run.hub.stream(after, resync="head", report=speaker.hear, kind=KINDS[what], party=party)
    for seen, event in enumerate(events, 1):
        _print(run, event, clock)
        if seen == many:
            break


class _Speaker:
    """Says what happens to the line: once when it breaks, once when it stands again."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._down = True

    def hear(self, notice: Notice) -> None:
        if notice.what == "connected":
            if self._down:
                self._run.say(f"Connected. Following from {notice.cursor or 'now'}.")
            self._down = False
        elif notice.what == "waiting":
            (self._run.detail if self._down else self._run.say)(notice.text)
            self._down = True
        elif notice.what in {"gap", "resync"}:
            self._run.fault(notice.text)
        else:
            self._run.detail(f"{notice.text} Head {notice.cursor}.")


def _print(run: Run, event: Envelope, clock: Clock) -> None:
    if run.options.json:
        run.json_line(messages.told(event))
    elif run.options.plain:
        run.records([messages.record(event, clock)])
    else:
        row = messages.row(_answered(run, event), clock, alone=True)
        run.line("  ".join(word for word in row if clean(word)))


def _answered(run: Run, event: Envelope) -> Envelope:
    """A response with the short id of what it answers, where the hub tells it; else as it is."""
    if event.kind == "response" and len(str(event.data.get("to"))) > LONGEST_SHORT_ID:
        try:
            short = run.hub.message(str(event.data["to"])).shortid
        except (HubError, NoConnection):
            short = None
        if short:
            return event.model_copy(update={"data": {**event.data, "to": short}})
    return event
