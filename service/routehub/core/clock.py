"""Two clocks. Hub time stamps messages and decides what is due; an exercise hub may move it (DECISIONS 2).
Wall time governs what protects the hub: sessions, keys, sign-in links, retries. It never moves."""

import sys
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


def wall() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Anything that tells hub time as an aware datetime in UTC. ``movable``: whether somebody may set it."""

    @property
    def movable(self) -> bool: ...

    def now(self) -> datetime: ...


class LiveClock:
    """Hub time is wall time; it cannot be moved."""

    movable = False
    offset = timedelta(0)

    def now(self) -> datetime:
        return wall()


OWN = sys.maxsize
"""More often than any clock in a database was set."""


class MovableClock:
    """Hub time of an exercise hub: wall time plus an offset that is kept in the database."""

    movable = True

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._set = (0, offset)
        self._taking = Lock()

    @property
    def offset(self) -> timedelta:
        return self._set[1]

    def now(self) -> datetime:
        return wall() + self._set[1]

    def set(self, moment: datetime) -> timedelta:
        """Make ``now()`` tell ``moment`` and go on from there, whatever the database says; answers the new offset. For
        a clock of one's own: that of a hub is moved in the database."""
        with self._taking:
            self._set = (OWN, moment - wall())
        return self.offset

    def take(self, times: int, offset: timedelta) -> None:
        """Go by this offset, unless it was read before a later one was set. ``times``: how often the clock had been
        set then; a reader that was on its way meanwhile must not set it back."""
        with self._taking:
            self._set = max(self._set, (times, offset))
