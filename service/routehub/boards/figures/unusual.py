"""When a figure is unusual (UX 3.1). A warning and never a refusal: one deliberate act keeps it."""

from collections.abc import Sequence

LEAST_PEOPLE = 50
LEAST_SHARE = 0.2
RANGES = 1.5


def bound(yesterday: int, week: Sequence[int]) -> float:
    """How far from yesterday's a value may lie without being asked about."""
    spread = max(week) - min(week) if week else 0
    return max(LEAST_SHARE * yesterday, LEAST_PEOPLE, RANGES * spread)


def unusual(value: int, yesterday: int | None, week: Sequence[int]) -> str | None:
    """Words when ``value`` differs from yesterday by more than the largest of 20 %, 50 people and 1.5 times the
    range of the last seven days; None when it is usual or there is nothing to compare with."""
    if yesterday is None or abs(value - yesterday) <= bound(yesterday, week):
        return None
    share = f" ({(value - yesterday) / yesterday:+.0%})" if yesterday else ""
    usual = f", usual {min(week)} to {max(week)}" if week else ""
    return f"{value}, yesterday {yesterday}{share}{usual}"
