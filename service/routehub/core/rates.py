"""Rate limits: a count for each key, session, party or address over a sliding minute or more.

They are kept in memory, so each hub of a cluster counts for itself: enough to stop a runaway program or a guesser.
Two counts per window slide, the last one weighted by how much of it still lies within (docs/decisions/0019 says why
this is not a library's).
"""

import time
from collections.abc import Callable

from routehub.core.errors import TooMany

MOST = 100_000
"""Counts kept before those whose time is over are cleared away."""


class Rates:
    """Counts what is taken, and refuses what is too much with the time to wait. In the event loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, str, int], tuple[int, int, int]] = {}  # window, count in it, count in the last

    def take(self, what: str, who: str, most: int, seconds: int, words: str = "") -> None:
        """Count one more of ``what`` for ``who``; 429 when there are ``most`` within ``seconds`` already."""
        if not self.allows(what, who, most, seconds):
            wait = self._wait(seconds)
            raise TooMany(words or f"Too many requests. Wait {wait} seconds, then go on.", retry_after=wait)

    def allows(self, what: str, who: str, most: int, seconds: int) -> bool:
        """Count one more, and say whether it is still within the limit, for limits that must not be seen."""
        window, into = divmod(self._clock(), seconds)
        at, now, last = self._counts.get((what, who, seconds), (int(window), 0, 0))
        if at != window:
            now, last = 0, now if at == window - 1 else 0
        if now + last * (1 - into / seconds) > most - 1:
            return False
        if len(self._counts) >= MOST:
            self._clear()
        self._counts[(what, who, seconds)] = (int(window), now + 1, last)
        return True

    def _wait(self, seconds: int) -> int:
        """Until the next window begins: then at the latest some of what was counted slides out."""
        return max(1, int(seconds - self._clock() % seconds) + 1)

    def _clear(self) -> None:
        now = self._clock()
        over = [key for key, (at, _, _) in self._counts.items() if at < now // key[2] - 1]
        for key in over:
            del self._counts[key]
