"""Times as people write them on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from routehub_client.cli.exits import Usage
from routehub_client.cli.run import Run
from routehub_client.cli.words import Clock
from routehub_client.errors import Busy, NoConnection


def instant(run: Run, word: str, option: str) -> str:
    """A time of the route's zone, or so many hours (`12h`) or days (`2d`) from the hub's now, in UTC."""
    clock = _clock(run)
    unit, many = word[-1:], word[:-1]
    if unit in ("h", "d") and many.isdigit():
        return _utc(clock.now + timedelta(hours=int(many) * (24 if unit == "d" else 1)))
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise Usage(f"{option} {word!r} is not a time: write 2016-02-19T00:00, 12h or 2d.") from None
    return _utc(found if found.tzinfo else found.replace(tzinfo=clock.zone))


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clock(run: Run) -> Clock:
    """The hub's time, which an exercise may have moved, in the route's zone; without a connection this machine's time,
    in the zone that is remembered."""
    try:
        return run.clock(run.ask_me().get("now"))
    except (NoConnection, Busy):
        return run.clock()
