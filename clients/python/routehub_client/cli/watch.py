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
TITLES = ("headline", "title", "subject")
"""Where messages of different kinds say what they are about."""
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
        run.records([messages.record(run, event, clock)])
    else:
        row = messages.row(run, event, clock, alone=True)
        run.line("  ".join(word for word in _answered(run, event, row) if clean(word)))


def _answered(run: Run, event: Envelope, row: tuple[str, ...]) -> tuple[str, ...]:
    """A response with the short id and the title of what it answers, where the hub tells them; else as it is."""
    asked = str(event.data.get("to") or "")
    if event.kind != "response" or not asked:
        return row
    try:
        found = run.hub.message(asked)
    except (HubError, NoConnection):
        return row
    named = found.shortid or (asked if len(asked) <= LONGEST_SHORT_ID else f"the {found.kind} of {found.sender}")
    title = next((clean(found.data[name]) for name in TITLES if found.data.get(name)), "")
    words = f"{named} “{title}”" if title else named
    return tuple(cell.replace(asked, words, 1) if "response: " in cell else cell for cell in row)
