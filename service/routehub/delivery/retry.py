"""When to try again. The schedule is that of Standard Webhooks (standardwebhooks.com, "Deliverability"), denser at
first for alerts. A next try is a row with a time, never a sleep: it outlives the process."""

import random
from datetime import datetime, timedelta

_HOURS = tuple(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))
ORDINARY: tuple[int, ...] = (5, 300, 1800, *_HOURS)
ALERT: tuple[int, ...] = (5, 15, 30, 60, 120, 300, 900, 1800, 3600, *_HOURS)
LONGEST_WAIT = timedelta(days=1)
GIVE_UP = timedelta(days=5)
"""A subscription that has failed for so long is disabled, and its owner told by e-mail."""


def next_try(attempts: int, *, urgent: bool, at: datetime, retry_after: float | None = None) -> datetime | None:
    """The time of the next try after ``attempts`` failed ones; None when all have been made.

    retry_after: seconds the receiver asked for; never less, and at most a day. Up to a tenth is added by chance, so
    that what failed together does not come back together.
    """
    schedule = ALERT if urgent else ORDINARY
    if attempts > len(schedule):
        return None
    pause = schedule[attempts - 1] * random.uniform(1.0, 1.1)
    return at + min(timedelta(seconds=max(pause, retry_after or 0.0)), LONGEST_WAIT * 1.1)
