"""Rate limits: a count for each key, session, party or address over a sliding minute or more.

They are kept in memory, so each hub of a cluster counts for itself: enough to stop a runaway program or a guesser.
"""

import time

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from routehub.core.errors import TooMany


class Rates:
    """Counts what is taken, and refuses what is too much with the time to wait."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def take(self, what: str, who: str, most: int, seconds: int, words: str = "") -> None:
        """Count one more of ``what`` for ``who``; 429 when there are ``most`` within ``seconds`` already."""
        if not self.allows(what, who, most, seconds):
            wait = self._wait(what, who, most, seconds)
            raise TooMany(words or f"Too many requests. Wait {wait} seconds, then go on.", retry_after=wait)

    def allows(self, what: str, who: str, most: int, seconds: int) -> bool:
        """Count one more, and say whether it is still within the limit, for limits that must not be seen."""
        return self._limiter.hit(RateLimitItemPerSecond(most, seconds), what, who)

    def _wait(self, what: str, who: str, most: int, seconds: int) -> int:
        reset = self._limiter.get_window_stats(RateLimitItemPerSecond(most, seconds), what, who).reset_time
        return max(1, min(seconds, int(reset - time.time()) + 1))
