"""How many days people need from one series to the next, and how many of them come on."""

from collections.abc import Sequence
from dataclasses import dataclass

from routehub.warning.numbers import correlation, median


@dataclass(frozen=True, slots=True)
class LagParameters:
    """Lag = argmax over 0..longest of the correlation of log(1 + x) over ``days`` days; the configured lag until
    ``learn_after`` days exist, or while the best correlation is below ``least_correlation``.

    Pass-through = median ratio at that lag over ``ratio_days``, from days with at least ``least_upstream`` people
    upstream. Where more than ``most`` times as many come as were counted upstream, or fewer than ``least``, the one
    does not feed the other.
    """

    longest: int = 7
    days: int = 35
    learn_after: int = 21
    least_pairs: int = 14
    least_correlation: float = 0.2
    ratio_days: int = 14
    least_ratios: int = 4
    least_upstream: int = 20
    least: float = 0.01
    most: float = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """days; ``correlation`` None: configured, not learned."""

    days: int
    correlation: float | None = None


Logs = Sequence[float | None]


def learn_lag(here: Logs, upstream: Logs, configured: int, known: int, p: LagParameters) -> Lag:
    """``here`` and ``upstream``: log(1 + x) of the newest days, the same days in both, oldest first."""
    if known < p.learn_after:
        return Lag(configured)
    best = Lag(configured)
    best_r = p.least_correlation
    first = max(0, len(here) - p.days)
    for lag in range(p.longest + 1):
        r = _correlation(here, upstream, max(first, lag), lag, p.least_pairs)
        if r is not None and r > best_r + 1e-9:
            best, best_r = Lag(lag, r), r
    return best


def _correlation(here: Logs, upstream: Logs, first: int, lag: int, least: int) -> float | None:
    """Of the newest days of one with those of the other ``lag`` days earlier, where both are known."""
    ys = here[first:]
    xs = upstream[first - lag : len(upstream) - lag]
    if None in ys or None in xs:
        both = [(x, y) for x, y in zip(xs, ys, strict=True) if x is not None and y is not None]
        xs, ys = [x for x, _ in both], [y for _, y in both]
    return correlation(xs, ys) if len(xs) >= least else None  # type: ignore[arg-type]  # no None is left


def pass_through(
    here: Sequence[int | None], upstream: Sequence[int | None], lag: int, p: LagParameters
) -> tuple[float, int] | None:
    """The median of here ÷ upstream ``lag`` days earlier, and from how many days; None when too few say something."""
    size = len(here)
    first = max(lag, size - p.ratio_days)
    ratios = [
        y / x
        for y, x in zip(here[first:], upstream[first - lag : size - lag], strict=True)
        if y is not None and x is not None and x >= p.least_upstream
    ]
    if len(ratios) < p.least_ratios or not p.least <= (middle := median(ratios)) <= p.most:
        return None
    return middle, len(ratios)
