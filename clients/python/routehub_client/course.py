"""Following the stream: every decision, without a socket.

A `Course` knows where the reader stands. It is fed with what happens on the wire (opened, frame,
lost, refused) and says what to do next. The two drivers in `stream` only carry it out.

Completeness: on an unfiltered stream feed numbers are consecutive; on a filtered one each event names
in `previous` the number that was sent before it, beginning with the one that was asked for. Heartbeats
carry the head of the feed, so that a loss at the very end shows as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from routehub_client import answers, errors
from routehub_client.backoff import Backoff
from routehub_schemas.envelope import Envelope

ENDED, TOO_SLOW, CURSOR_GONE, RESTARTING = 4001, 4008, 4010, 1012
SILENCE = 45.0
"""Seconds without any frame after which the line counts as dead: three heartbeats."""

What = Literal["connected", "heartbeat", "waiting", "gap", "resync"]


@dataclass(frozen=True)
class Notice:
    """Something about the stream itself, for a status line."""

    what: What
    text: str
    cursor: str | None = None
    seconds: float = 0.0


class Again(Exception):
    """This connection is of no more use; open another one from the cursor."""


@dataclass
class Course:
    """Where a reader stands in its feed."""

    cursor: str | None = None
    filtered: bool = False
    resync: Literal["raise", "head"] = "raise"
    """What to do when the hub no longer knows the cursor (a restored backup): raise `Gone`, or go on
    from the head after a notice."""
    report: Callable[[Notice], None] | None = None
    backoff: Backoff = field(default_factory=Backoff)
    _feed: int | None = None
    _sent: int | None = None
    _opening: bool = True
    _doubt: tuple[int, int] | None = None
    _behind: int | None = None

    def __post_init__(self) -> None:
        self._feed = number(self.cursor)

    def opened(self) -> None:
        """A new connection stands; its first frame is still to come."""
        self._opening = True
        self._sent = None
        self._behind = None

    def frame(self, text: str | bytes) -> Envelope | None:
        """The event in a frame, if it carries one that is new. Raises `Again` or `Gap`."""
        told = _read(text)
        if "specversion" in told:
            self._opening = False
            return self._event(answers.event(told))
        if self._opening and "recovered" in told:
            self._first(told)
        elif told.get("heartbeat"):
            self._beat(told)
        self._opening = False
        return None

    def lost(self, code: int | None = None, reason: str = "") -> float:
        """The connection ended. Seconds until the next try; raises when there is no point in one."""
        if code == ENDED:
            raise errors.SignInNeeded(401, "The sign-in ended or the key was withdrawn.")
        if code == CURSOR_GONE:
            return self.refused(errors.Gone(410, "The hub no longer knows this place in the feed."))
        if code == TOO_SLOW:
            self._tell("resync", "Reading was too slow, so the hub cut the line. Catching up.")
            return 0.0
        pause = self.backoff.next()
        why = "The hub is restarting" if code == RESTARTING else f"Not connected ({reason or 'the line broke'})"
        self._tell("waiting", f"{why}. Trying again in {pause:.0f} s.", pause)
        return pause

    def refused(self, fault: errors.HubError) -> float:
        """The hub answered the request for a stream with an error. Seconds until the next try, or raises."""
        if isinstance(fault, errors.Gone) and self.resync == "head" and self.cursor is not None:
            self._tell(
                "resync",
                "The hub was restored and no longer knows this place in the feed. Going on from now.",
            )
            self.cursor = self._feed = None
            return 0.0
        if isinstance(fault, errors.Busy):
            return max(self.lost(reason=fault.title.rstrip(".")), fault.retry_after or 0.0)
        raise fault

    def _first(self, told: Mapping[str, Any]) -> None:
        self.backoff.reset()
        head = told.get("head")
        if self.cursor is None and isinstance(head, str):
            self.cursor, self._feed = head, number(head)
        self._sent = self._feed
        if told.get("recovered") is False:
            self._tell("resync", "The hub could not bring back everything since this place in the feed.")
        self._tell("connected", "Connected.")

    def _event(self, event: Envelope) -> Envelope | None:
        if event.feed is None:
            return event
        if self._feed is not None and event.feed <= self._feed:
            return None
        self._check(event.feed, event.previous)
        self._feed = self._sent = event.feed
        self.cursor = event.cursor or self.cursor
        self._doubt = None
        return event

    def _check(self, feed: int, previous: int | None) -> None:
        if self.filtered:
            complete = self._sent is None or previous is None or previous == self._sent
            expected = (self._sent or 0) + 1
        else:
            complete = self._feed is None or feed == self._feed + 1
            expected = (self._feed or 0) + 1
        if not complete:
            self._missing(expected, feed)

    def _missing(self, expected: int, got: int) -> None:
        """The first time the journal is asked again from the cursor; the second time it is a gap."""
        if self._doubt == (expected, got):
            raise errors.Gap(expected, got, self.cursor)
        self._doubt = (expected, got)
        self._tell("gap", f"Feed number {expected} did not come. Reading again from there.")
        raise Again

    def _beat(self, told: Mapping[str, Any]) -> None:
        head = number(told.get("head"))
        self._tell("heartbeat", "Connected.")
        if self.filtered or head is None or self._feed is None:
            return
        if self._behind is not None and self._feed < self._behind:
            behind, self._behind = self._behind, None
            self._missing(self._feed + 1, behind)
        self._behind = head if head > self._feed else None

    def _tell(self, what: What, text: str, seconds: float = 0.0) -> None:
        if self.report is not None:
            self.report(Notice(what, text, self.cursor, seconds))


def number(cursor: object) -> int | None:
    """The feed number in `<epoch>.<feed>`."""
    if not isinstance(cursor, str):
        return None
    _, _, feed = cursor.rpartition(".")
    return int(feed) if feed.isascii() and feed.isdigit() else None


def _read(text: str | bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise Again from None
    if not isinstance(told, dict):
        raise Again
    return told
