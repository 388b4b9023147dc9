"""Times as people type them: ``12h`` from now, or a day and time in the zone that is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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


def local(word: str, zone: str, *, second: bool = False) -> str:
    """A day and time in a named zone as an instant in UTC. second: of an hour that comes twice, the second one."""
    try:
        typed, place = datetime.fromisoformat(word), ZoneInfo(zone)
    except ValueError:
        raise Usage(f"{word!r} is not a day and time: write 2026-01-29T10:00.") from None
    except (LookupError, OSError):
        raise Usage(f"{zone!r} is not a zone of the IANA database, such as Europe/Brussels.") from None
    if typed.tzinfo is None:
        first, later = (typed.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first > later:
            raise Usage(f"{typed:%H:%M} does not exist in {zone} on {typed:%Y-%m-%d}: the clocks go forward.")
        if first != later and not second:
            words = f"{typed:%H:%M} comes twice in {zone} on {typed:%Y-%m-%d}."
            raise Usage(
                f"{words} Write the first with its offset, {first.astimezone(place).isoformat()}, or add --second."
            )
        typed = later if second else first
    return typed.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
