"""The arithmetic that the rules share. Plain floats; None where there is too little to say anything."""

import math
from collections.abc import Iterable, Sequence
from operator import mul

ROUNDINGS = (1000, 500, 100, 50)
"""Units to which counts were really rounded; Serbia's of October 2015 mostly to 50."""


def known(values: Iterable[float | None]) -> list[float]:
    return [v for v in values if v is not None]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def deviation(values: Sequence[float], centre: float) -> float:
    """Sample standard deviation."""
    return math.sqrt(sum((v - centre) ** 2 for v in values) / (len(values) - 1)) if len(values) > 1 else 0.0


def median(values: Iterable[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def log(value: float) -> float:
    """log(1 + x): zero has one too."""
    return math.log1p(value)


def unlog(value: float) -> float:
    return max(0.0, math.expm1(value))


def rounded_to(values: Iterable[float | None]) -> int:
    """The unit to which a series is rounded: the largest of 1000, 500, 100, 50 that divides all of at least four
    values; 1 when there is none."""
    told = [int(v) for v in known(values) if v > 0]
    if len(told) < 4:
        return 1
    return next((unit for unit in ROUNDINGS if all(v % unit == 0 for v in told)), 1)


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's; None when one of them does not vary."""
    n = len(xs)
    sum_x, sum_y = sum(xs), sum(ys)
    # On the scale of logarithms these differences of sums lose nothing that matters.
    spread_x = sum(map(mul, xs, xs)) - sum_x * sum_x / n
    spread_y = sum(map(mul, ys, ys)) - sum_y * sum_y / n
    if spread_x <= 1e-6 or spread_y <= 1e-6:
        return None
    together: float = sum(map(mul, xs, ys)) - sum_x * sum_y / n
    return together / math.sqrt(spread_x * spread_y)


OUTLYING = 3.0
SPREAD_OF_MEDIAN = 1.4826
"""Makes the median absolute deviation comparable with a standard deviation (of a normal distribution)."""


def without_outliers(values: list[float], floor: float = 0.05, most: float = 0.25) -> list[float]:
    """The values less than three robust deviations from their median; all of them when more than a quarter lie further
    out, because then they are no exceptions."""
    centre = median(values)
    spread = max(floor, SPREAD_OF_MEDIAN * median([abs(v - centre) for v in values]))
    kept = [v for v in values if abs(v - centre) <= OUTLYING * spread]
    return kept if len(kept) >= (1 - most) * len(values) else values
