"""One forecast each: the last value, the mean of seven days, and lag models over one and several series upstream."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.core import words
from routehub.core.words import number
from routehub.warning.forecast.lags import Lag
from routehub.warning.numbers import known, mean, median

LAST, WEEK, SINCE, SEVERAL = "last value", "seven-day mean", "mean since the break", "several upstream"
DAYS_BACK = 7
At = Callable[[str, date], tuple[float, bool] | None]
"""A series' value on a day, and whether that is itself a forecast; None when there is neither."""


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of the way from one series upstream: lag and pass-through."""

    source: str
    lag: Lag
    ratio: float
    ratios: int

    @property
    def lag_words(self) -> str:
        learned = f"learned, r = {self.lag.correlation:.2f}" if self.lag.correlation is not None else "configured"
        return f"{self.lag.days} day{'' if self.lag.days == 1 else 's'} ({learned})"


@dataclass(frozen=True, slots=True)
class Said:
    """What the experts say, and for those that look upstream how they came to it."""

    values: Mapping[str, float]
    because: Mapping[str, str]


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


def upstream(links: Sequence[Link], day: date, at: At) -> Said:
    """The lag models: one for each link, one for each with the mean of three days around the lag, their median.
    ``day``: the day that is forecast. An upstream day that has not come yet is taken from its own forecast."""
    values: dict[str, float] = {}
    because: dict[str, str] = {}
    single: list[float] = []
    for link in links:
        then = day - timedelta(link.lag.days)
        found = at(link.source, then)
        if found is None:
            continue
        value, ahead = found
        single.append(link.ratio * value)
        values[f"lag {link.source}"] = single[-1]
        because[f"lag {link.source}"] = (
            f"{link.source} {words.day(then)}{' (forecast)' if ahead else ''}: {number(round(value))} × "
            f"pass-through {link.ratio:.2f} (median of {link.ratios}) = {number(round(single[-1]))}; "
            f"lag {link.lag_words}"
        )
        around = [x for x in (at(link.source, then + timedelta(off)) for off in (-1, 0, 1)) if x is not None]
        if len(around) >= 2:
            smooth = mean([x for x, _ in around])
            values[f"lag {link.source}, 3 days"] = link.ratio * smooth
            because[f"lag {link.source}, 3 days"] = (
                f"mean of {link.source} on {len(around)} days around {words.day(then)}: {number(round(smooth))} × "
                f"pass-through {link.ratio:.2f} = {number(round(link.ratio * smooth))}"
            )
    if len(single) >= 2:
        values[SEVERAL] = median(single)
        because[SEVERAL] = f"median of {len(single)} lag models: {number(round(values[SEVERAL]))}"
    return Said(values, because)
