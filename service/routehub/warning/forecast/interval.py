"""How wide a forecast must be: bounds that learn online to be missed as often as promised.

Online quantile tracking, the basis of adaptive conformal inference (Gibbs and Candès 2021; Angelopoulos, Candès and
Tibshirani 2023): each bound moves out by much when it is missed and in by a little when it holds, so that in the long
run one in ten lies above and one in ten below, whatever the series does.
"""

import math
from dataclasses import dataclass
from typing import Any, Self

from routehub.warning.numbers import log, unlog


@dataclass(frozen=True, slots=True)
class IntervalParameters:
    """coverage: the share that should lie inside; margin: aimed for beyond it, because bounds that begin too narrow are
    missed while they learn; first: half width on the log scale at the start (0.5: from 0.6 to
    1.6 times), more by ``per_day`` for each day ahead; step: how far a bound moves, as a share of itself;
    normal_quantile: of the scatter that small counts have by themselves; missing: factor on the width for each input
    that is missing, at most ``most_missing`` times; after_break: half width at least, on the day on which a forecast
    went wrong by a factor (0.8: from 0.45 to 2.2 times)."""

    coverage: float = 0.80
    margin: float = 0.01
    first: float = 0.50
    per_day: float = 0.10
    step: float = 0.40
    least: float = 0.03
    most: float = 3.0
    normal_quantile: float = 1.28
    missing: float = 1.15
    most_missing: int = 3
    after_break: float = 0.80


@dataclass
class Interval:
    """The bounds of one series and horizon, as distances from the centre on the log scale."""

    below: float
    above: float

    @classmethod
    def new(cls, horizon: int, p: IntervalParameters) -> Self:
        width = p.first + p.per_day * (horizon - 1)
        return cls(width, width)

    def around(self, centre: float, missing: int, p: IntervalParameters) -> tuple[float, float]:
        """Lower and upper bound; wider when inputs are missing."""
        wider = p.missing ** min(missing, p.most_missing)
        at = log(centre)
        # Small counts scatter by themselves (Poisson), whatever the forecast is worth.
        scatter = p.normal_quantile**2 / (centre + 1)
        below = math.sqrt(self.below**2 + scatter) * wider
        above = math.sqrt(self.above**2 + scatter) * wider
        return unlog(at - below), unlog(at + above)

    def learn(self, low: float, high: float, actual: float, p: IntervalParameters) -> None:
        """Move both bounds by how the day came out."""
        tail = max(0.0, 1 - p.coverage - p.margin) / 2
        # Whole people: a bound of 3.6 is not missed by 4.
        self.below = _moved(self.below, round(low) > actual, tail, p)
        self.above = _moved(self.above, round(high) < actual, tail, p)

    def widen(self, p: IntervalParameters) -> None:
        """What held no longer does: nobody knows how wide it must be now."""
        self.below = max(self.below, p.after_break)
        self.above = max(self.above, p.after_break)

    def to_json(self) -> list[float]:
        return [self.below, self.above]

    @classmethod
    def from_json(cls, state: list[Any]) -> Self:
        return cls(float(state[0]), float(state[1]))


def _moved(distance: float, missed: bool, tail: float, p: IntervalParameters) -> float:
    moved = distance * math.exp(p.step * ((1 - tail) if missed else -tail))
    return max(p.least, min(p.most, moved))
