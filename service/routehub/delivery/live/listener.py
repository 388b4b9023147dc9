"""One open stream, bounded: a full one is cut and nobody waits for it (PROMISES 6)."""

import random
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from routehub.delivery.live.frame import Form
from routehub.delivery.live.round import Round
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal

ENDED, TOO_SLOW, CURSOR_GONE, RESTARTING = 4001, 4008, 4010, 1012


@dataclass(frozen=True)
class Ending:
    """Why a stream ends: a WebSocket close code and words; ``retry_ms`` spreads those who come back."""

    code: int
    reason: str
    retry_ms: int = 0


def ended() -> Ending:
    return Ending(ENDED, "the key was revoked, the session ended, or the person has no role here any more")


def too_slow() -> Ending:
    return Ending(TOO_SLOW, "reading too slowly; connect again with your last cursor")


def restarting() -> Ending:
    """The hub stops. Each listener is told another pause, so that they do not all come back in one second."""
    pause = random.randint(500, 5_000)
    return Ending(RESTARTING, f"the hub restarts; connect again in {pause} ms", pause)


class Transport(Protocol):
    """Where frames go: the transport of a socket (``asyncio.WriteTransport``), or whoever waits for one message."""

    def write(self, data: bytes) -> None: ...

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken yet, because the reader takes nothing in."""
        ...


class Outlet(Protocol):
    """A connection as its listener sees it. ``end`` tells the reader why and lets go; it never waits."""

    form: Form

    @property
    def transport(self) -> Transport: ...

    def end(self, ending: Ending) -> None: ...


class Listener:
    """What is known of one stream: used in the event loop only, and small, for there are thousands.

    at: feed number up to which the reader has, or does not want, everything; sent: the number last sent to it.
    """

    __slots__ = (
        "_backlog", "_last", "_most", "_narrowed", "_outlet", "_transport", "_written", "at", "ending", "form", "gone",
        "principal", "sent", "wanted",
    )  # fmt: skip

    def __init__(self, principal: Principal, wanted: Wanted, outlet: Outlet, most: tuple[int, int]) -> None:
        """most: events and bytes that may wait for the reader."""
        self.principal, self.wanted = principal, wanted
        self.at = self.sent = 0
        self.ending: Ending | None = None
        self.gone = False
        self.form: Form = outlet.form
        self._outlet, self._transport = outlet, outlet.transport
        self._narrowed = None if wanted.everything else wanted
        self._most = most
        self._written, self._last = 0, (0, 0)
        self._backlog: Backlog | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The feed that it listens to."""
        return self.principal.route, self.principal.party

    @property
    def over(self) -> bool:
        """The reader has left, or has been told why it ends."""
        return self.gone or self.ending is not None

    def take(self, round_: Round) -> None:
        """One write with all of a round that this reader wants."""
        if self.gone or self.ending is not None:
            return
        data, events, sent = round_.joined(self.form, self._narrowed, self.at, self.sent)
        self.at = max(self.at, round_.last)
        self.sent = sent or self.sent
        if events:
            self.write(data, events)

    def write(self, data: bytes, events: int) -> None:
        """Write, unless too much is waiting already: then the listener is cut.

        What comes together is never too much by itself: a burst is no fault of the reader's.
        """
        waiting = self._transport.get_write_buffer_size()
        if not waiting:
            self._backlog = None
        elif not self._may_wait(waiting, len(data), events):
            self.end(too_slow())
            return
        self._transport.write(data)
        self._written += len(data)
        self._last = (len(data), events)

    def _may_wait(self, waiting: int, size: int, events: int) -> bool:
        backlog = self._behind(waiting)
        most_events, most_bytes = self._most
        if backlog.events > most_events or waiting > most_bytes:
            return False
        backlog.add(self._written + size, size, events)
        return True

    def stalled(self, seconds: float) -> bool:
        """Whether something has been waiting so long and the reader has taken nothing of it."""
        waiting = self._transport.get_write_buffer_size() if not self.over else 0
        if not waiting:
            self._backlog = None
            return False
        return self._behind(waiting).still() > seconds

    def _behind(self, waiting: int) -> "Backlog":
        if self._backlog is None:
            self._backlog = Backlog(self._written, *self._last)
        self._backlog.settle(self._written - waiting)
        return self._backlog

    def end(self, ending: Ending) -> None:
        """Say why the stream ends, once. The reader comes back with its cursor."""
        if not self.over:
            self.ending = ending
            self._outlet.end(ending)


class Backlog:
    """What a reader who is behind has not taken yet: made when it falls behind, dropped when it has caught up."""

    def __init__(self, written: int, size: int, events: int) -> None:
        """written: bytes up to the end of the last write, which had so many bytes and events."""
        self._writes = deque([(written, size, events)])
        self._events = events
        self.events = 0.0
        self._taken, self._moved = 0, time.monotonic()

    def add(self, end: int, size: int, events: int) -> None:
        self._writes.append((end, size, events))
        self._events += events

    def settle(self, taken: int) -> None:
        """The reader has taken so many bytes: what ends before is no longer waiting, and of a write that it has taken
        in part its share still is."""
        if taken > self._taken:
            self._taken, self._moved = taken, time.monotonic()
        while self._writes and self._writes[0][0] <= taken:
            self._events -= self._writes.popleft()[2]
        self.events = float(self._events)
        if self._writes:
            end, size, events = self._writes[0]
            self.events -= events * (1 - (end - taken) / size) if size else 0

    def still(self) -> float:
        """Seconds since the reader last took something."""
        return time.monotonic() - self._moved
