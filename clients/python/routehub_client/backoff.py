"""How long to wait before the next try."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Backoff:
    """Growing waits with full jitter, so that many clients do not come back at the same instant."""

    first: float = 0.5
    longest: float = 60.0
    chance: Callable[[], float] = random.random
    tries: int = 0

    def next(self) -> float:
        """Seconds until the next try: anywhere between a tenth of the bound and the bound."""
        bound = min(self.longest, self.first * 2.0 ** min(self.tries, 30))
        self.tries += 1
        return bound * (0.1 + 0.9 * self.chance())

    def reset(self) -> None:
        self.tries = 0
