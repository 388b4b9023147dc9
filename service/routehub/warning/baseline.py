"""What is usual for a series on a day: fourteen days, two days away from it (the reference period of EARS C2:
Hutwagner et al. 2003, "The bioterrorism preparedness and response Early Aberration Reporting System")."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.core.words import MINUS, number
from routehub.warning.numbers import deviation, known, log, mean, rounded_to, without_outliers
from routehub.warning.series import DailySeries, seven_day_sums

WEEK = 7


@dataclass(frozen=True, slots=True)
class BaselineParameters:
    """days, guard: length of the reference period and its distance from the day; at_least: days of it that must be
    known; warm_up: days that a series must have before anything is said about it; small: below this many a day sums
    of seven days are compared; jump: a day of at least this many is looked at by itself all the same."""

    days: int = 14
    guard: int = 2
    at_least: int = 10
    warm_up: int = 14
    small: float = 10
    jump: int = 100


@dataclass(frozen=True, slots=True)
class Baseline:
    """A day's value ``x`` beside what was usual. ``sums``: all of them are sums of seven days. ``log_*``: the same of
    log(1 + x), without days that were themselves far out."""

    x: float
    mean: float
    spread: float
    log_mean: float
    log_spread: float
    days: int
    sums: bool

    @property
    def z(self) -> float:
        return (self.x - self.mean) / self.spread

    @property
    def log_z(self) -> float:
        return (log(self.x) - self.log_mean) / self.log_spread

    def z_words(self) -> str:
        """How far out, in units of the usual scatter."""
        apart = f"({number(round(self.x))} − {number(round(self.mean))}) ÷ {number(round(self.spread))}"
        return f"z = {apart} = {self.z:.1f} times the usual scatter"

    def log_z_words(self) -> str:
        """The same on the log scale, without days that were themselves far out."""
        apart = f"({log(self.x):.2f} − {self.log_mean:.2f}) ÷ {self.log_spread:.2f} = {self.log_z:.1f}"
        return f"z on the scale of log(1 + x), without days far out: {apart}".replace("-", MINUS)

    def beyond(self, share: float, people: float) -> bool:
        """Whether x lies above the mean by a share and a number of people: what matters in practice."""
        return self.x >= self.mean * (1 + share) and self.x >= self.mean + people

    @property
    def unused(self) -> bool:
        """Whether nobody had come: zeros that mean "route not in use"."""
        return self.mean < 1

    def words(self) -> tuple[str, str]:
        """The two numbers and where they come from."""
        if self.sums:
            return (
                f"few people a day, so sums of 7 days are compared; the 7 days to this one: {number(round(self.x))}",
                f"usual (mean of {self.days} such sums before, none with a day of these 7): {number(round(self.mean))}",
            )
        return (
            f"this day: {number(round(self.x))}",
            f"usual (mean of {self.days} days before): {number(round(self.mean))}",
        )


def baseline(series: DailySeries, day: date, p: BaselineParameters) -> Baseline | None:
    """None when the day is missing or incomplete, in warm-up, or when too little of the period is known."""
    x = series.value(day)
    if x is None or series.known(day - timedelta(1)) < p.warm_up:
        return None
    before = known(series.window(day - timedelta(p.guard + 1), p.days))
    if len(before) < p.at_least:
        return None
    if mean(before) < p.small and x < p.jump:
        return _of_sums(series, day, p)
    return _baseline(x, before, rounded_to([x, *before]), sums=False)


def _of_sums(series: DailySeries, day: date, p: BaselineParameters) -> Baseline | None:
    """Sums of seven days; the reference sums share no day with the newest one."""
    sums = seven_day_sums(series.window(day, p.days + 2 * WEEK - 1))
    newest, before = sums[-1], known(sums[: p.days])
    if newest is None or len(before) < p.at_least:
        return None
    return _baseline(newest, before, 1, sums=True)


def _baseline(x: float, before: list[float], unit: int, *, sums: bool) -> Baseline:
    centre = mean(before)
    # Counts scatter at least as Poisson does, and a rounded count hides half of its unit.
    spread = max(deviation(before, centre), math.sqrt(max(1.0, centre)), unit / 2)
    # Days of an earlier trough must not hide the next one (docs/decisions/0031).
    logs = without_outliers([log(v) for v in before])
    log_centre = mean(logs)
    log_floor = max(1 / math.sqrt(max(1.0, centre)), unit / 2 / max(unit, centre))
    return Baseline(x, centre, spread, log_centre, max(deviation(logs, log_centre), log_floor, 0.05), len(before), sums)


def usual_for_weekday(series: DailySeries, day: date, share: float, direction: int) -> bool:
    """Whether the same weekday was as extreme in both weeks before, within a share: a rhythm and not an event."""
    x = series.value(day)
    same = [series.value(day - timedelta(WEEK * weeks)) for weeks in (1, 2)]
    if x is None or None in same:
        return False
    if direction > 0:
        return all(v is not None and v > 0 and v * (1 + share) > x for v in same)
    return all(v is not None and v < x * (1 + share) for v in same)
