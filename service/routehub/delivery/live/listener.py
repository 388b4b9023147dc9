"""One open stream, bounded: a full one is cut and nobody waits for it (PROMISES 6)."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass

from routehub.delivery.live.frame import Frame
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


class Listener:
    """What waits for one stream. Used in the event loop only.

    at: feed number up to which the reader has, or does not want, everything.
    """

    def __init__(self, principal: Principal, wanted: Wanted, *, most_events: int, most_bytes: int) -> None:
        self.principal, self.wanted = principal, wanted
        self.at = self._sent = 0
        self.ending: Ending | None = None
        self.over = asyncio.Event()
        self._most_events, self._most_bytes = most_events, most_bytes
        self._waiting: deque[Frame] = deque()
        self._bytes = 0
        self._some = asyncio.Event()

    @property
    def key(self) -> tuple[str, str]:
        """The feed that it listens to."""
        return self.principal.route, self.principal.party

    def begin(self, at: int) -> None:
        self.at = self._sent = at

    def number(self, frame: Frame) -> Frame:
        """The frame as this stream carries it; counts it as sent."""
        if frame.feed is None:
            return frame
        previous, self._sent = self._sent, frame.feed
        return frame if self.wanted.everything else frame.following(previous)

    def offer(self, frame: Frame) -> None:
        """Put a frame behind the others; a listener with too much waiting is cut instead."""
        if self.ending is not None:
            return
        if frame.feed is not None:
            if frame.feed <= self.at:
                return
            self.at = frame.feed
        frame = self.number(frame)
        self._bytes += frame.size
        if len(self._waiting) >= self._most_events or self._bytes > self._most_bytes:
            self.end(too_slow())
            return
        self._waiting.append(frame)
        self._some.set()

    def end(self, ending: Ending) -> None:
        """Say why the stream ends, once. What was waiting is dropped: the reader comes back with its cursor."""
        if self.ending is None:
            self.ending = ending
            self._waiting.clear()
            self._some.set()
            self.over.set()

    async def next(self) -> Frame | None:
        """The next frame; None when the stream ends."""
        while not self._waiting:
            if self.ending is not None:
                return None
            self._some.clear()
            await self._some.wait()
        frame = self._waiting.popleft()
        self._bytes -= frame.size
        return frame
