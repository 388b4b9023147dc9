"""What one party is sent in one round: everything that came since its last one, joined into one write per listener.

Joining is what carries a burst: a write to a socket costs the same for one frame as for fifty.
"""

from collections.abc import Callable
from typing import NamedTuple

from routehub.delivery.live.frame import Form, Frame
from routehub.delivery.wanted import Traits, Wanted

Item = tuple[Frame, Callable[[], Traits] | None]
"""A frame, and what a filter asks of it; None where that is settled: frames about the stream itself, and replays."""


class Joined(NamedTuple):
    """Bytes for one write: how many events they hold, and the feed number last sent when they are."""

    data: bytes
    events: int
    sent: int


class Round:
    """Frames of one party in feed order. What listeners have in common is prepared once for all of them."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        numbers = [frame.feed for frame, _ in items if frame.feed is not None]
        self.first, self.last = (numbers[0], numbers[-1]) if numbers else (0, 0)
        self._prepared: dict[tuple[Form, Wanted | None, int, int], Joined] = {}

    def joined(self, form: Form, wanted: Wanted | None, at: int, sent: int) -> Joined:
        """For a listener that has everything up to feed number ``at``.

        wanted: None for everything. sent: the number last sent to it, which a filtered stream names.
        """
        at = at if at >= self.first else 0
        sent = sent if wanted is not None else 0
        found = self._prepared.get((form, wanted, at, sent))
        if found is None:
            found = self._prepared[form, wanted, at, sent] = self._join(form, wanted, at, sent)
        return found

    def _join(self, form: Form, wanted: Wanted | None, at: int, sent: int) -> Joined:
        parts: list[bytes] = []
        for frame, traits in self._items:
            if frame.feed is None:
                parts.append(frame.prepared(form))
            elif traits is None or (frame.feed > at and (wanted is None or wanted.matches(traits()))):
                parts.append((frame if wanted is None else frame.following(sent)).prepared(form))
                sent = frame.feed
        return Joined(b"".join(parts), len(parts), sent)
