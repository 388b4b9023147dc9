"""Times as people type them: ``12h`` from now, or a day and time in the zone that is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.errors import Busy, NoConnection


def until(run: Run, word: str) -> str:
    """A time of the hub in UTC; the clock of an exercise may stand on another day."""
    clock = run.clock(run.known_me().get("now"))
    if word.rstrip("h").isdigit():
        end = _now(run) + timedelta(hours=int(word.rstrip("h")))
    else:
        try:
            end = datetime.fromisoformat(word)
        except ValueError:
            raise Usage(f"{word!r} is not a time: write 12h or 2026-01-22T06:00.") from None
        end = end if end.tzinfo else end.replace(tzinfo=clock.zone)
    return end.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _now(run: Run) -> datetime:
    """The hub's time, or this machine's when the hub cannot be asked."""
    try:
        return run.clock(run.ask_me().get("now")).now
    except (NoConnection, Busy):
        return datetime.now(UTC)
