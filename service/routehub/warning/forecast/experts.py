"""One forecast each: the last value, the mean of seven days, and lag models over one and several series upstream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from routehub.core import words
from routehub.core.words import number
from routehub.warning.forecast.lags import Lag
from routehub.warning.numbers import known, mean, median

LAST, WEEK, SINCE, SEVERAL = "last value", "seven-day mean", "mean since the break", "several upstream"
DAYS_BACK = 7
At = Callable[[str, int], tuple[float, bool] | None]
"""A series' value on a day (an ordinal), and whether that is itself a forecast; None when there is neither."""


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of the way from one series upstream: lag and pass-through."""

    source: str
    lag: Lag
    ratio: float
    ratios: int

    @property
    def name(self) -> str:
        return f"lag {self.source}"

    @property
    def smooth_name(self) -> str:
        return f"lag {self.source}, 3 days"

    @property
    def lag_words(self) -> str:
        learned = f"learned, r = {self.lag.correlation:.2f}" if self.lag.correlation is not None else "configured"
        return f"{self.lag.days} day{'' if self.lag.days == 1 else 's'} ({learned})"


@dataclass(frozen=True, slots=True)
class Look:
    """What a lag model saw: ``value`` people upstream on ``day``, or as the mean of ``days`` around it."""

    link: Link
    day: int
    value: float
    ahead: bool
    days: int

    @property
    def people(self) -> float:
        return self.link.ratio * self.value

    def words(self) -> str:
        """How the expert came to its forecast."""
        source, day = self.link.source, words.day(date.fromordinal(self.day))
        seen = f"{source} {day}" if self.days == 1 else f"mean of {source} on {self.days} days around {day}"
        return (
            f"{seen}{' (forecast)' if self.ahead else ''}: {number(round(self.value))} × pass-through "
            f"{self.link.ratio:.2f} (median of {self.link.ratios} days) = {number(round(self.people))}; "
            f"lag {self.link.lag_words}"
        )


def own(recent: Sequence[int | None], since: int) -> dict[str, float]:
    """The experts that look at the series alone. recent: the newest days, oldest first; ``since``: how many of them
    lie after the last break. Empty when nothing is known of the last week."""
    week = recent[-DAYS_BACK:]
    told = known(week)
    if not told:
        return {}
    said = {LAST: told[-1], WEEK: mean(told)}
    after = known(week[-since:]) if since < DAYS_BACK else []
    return said | ({SINCE: mean(after)} if after else {})


def upstream(links: Sequence[Link], day: int, at: At) -> dict[str, Look]:
    """The lag models: one for each link, and one for each with the mean of three days around the lag. ``day``: the day
    that is forecast. An upstream day that has not come yet is taken from its own forecast."""
    looks: dict[str, Look] = {}
    for link in links:
        then = day - link.lag.days
        found = at(link.source, then)
        if found is None:
            continue
        looks[link.name] = Look(link, then, found[0], found[1], 1)
        around = [x for x in (at(link.source, then - 1), found, at(link.source, then + 1)) if x is not None]
        if len(around) >= 2:
            looks[link.smooth_name] = Look(link, then, mean([x for x, _ in around]), found[1], len(around))
    return looks


def several(looks: Sequence[Look]) -> dict[str, float]:
    """The median of the lag models that look at one day each; nothing where there is only one."""
    single = [look.people for look in looks if look.days == 1]
    return {SEVERAL: median(single)} if len(single) >= 2 else {}
