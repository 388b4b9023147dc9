"""A forecast that is worth a warning: in the coming days many more, or many fewer, people than in the last week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from routehub.core import words
from routehub.core.words import number, signed_percent
from routehub.warning.finding import Finding, Level, score
from routehub.warning.forecast.forecaster import HEAVY, Forecast
from routehub.warning.numbers import log
from routehub.warning.series import DailySeries

RULE = "forecast"
WEEK = 7
MOST_INPUTS = 500
"""Hourly figures are many; an alert names at most 1,000 messages."""


@dataclass(frozen=True, slots=True)
class ForecastRuleParameters:
    """share, people: what the forecast must lie above the last week's mean, or the mean above the forecast; sure: the
    same for the interval's nearer bound, which makes it an ALERT when it is at most ``alert_ahead`` days ahead;
    least: a fall matters from this mean on; warm_up: days that the series must have."""

    share: float = 0.50
    people: int = 20
    sure: float = 0.10
    alert_ahead: int = 2
    least: float = 20
    warm_up: int = 14


def detect(
    forecasts: Sequence[Forecast], key: str, series: Mapping[str, DailySeries], day: date, p: ForecastRuleParameters
) -> Finding | None:
    """The warning that the forecasts of series ``key``, made on ``day``, give: the nearest day on which many more or
    fewer come. series: all of the route, for what the forecast rests on."""
    if series[key].value(day) is None or series[key].known(day) < p.warm_up:
        return None
    for forecast in sorted(forecasts, key=lambda f: f.horizon):
        direction = _direction(forecast, p)
        if direction:
            return replace(_finding(forecast, direction, p), inputs=_inputs(forecast, series))
    return None


def _direction(f: Forecast, p: ForecastRuleParameters) -> int:
    if f.centre >= f.week * (1 + p.share) and f.centre >= f.week + p.people:
        return 1
    if f.week >= p.least and f.centre * (1 + p.share) <= f.week and f.centre <= f.week - p.people:
        return -1
    return 0


def _inputs(f: Forecast, series: Mapping[str, DailySeries]) -> tuple[str, ...]:
    """Where the forecast comes from: the week of the series itself, and what its heavier experts look at upstream."""
    told = [*series[f.key].sources(f.made, WEEK)]
    for link in f.links:
        if f.shares.get(f"lag {link.source}", 0) + f.shares.get(f"lag {link.source}, 3 days", 0) >= HEAVY:
            told += series[link.source].sources(f.made, link.lag.days + 2 * WEEK)
    return tuple(dict.fromkeys(told))[:MOST_INPUTS]


def _finding(f: Forecast, direction: int, p: ForecastRuleParameters) -> Finding:
    more = direction > 0
    sure = f.low >= f.week * (1 + p.sure) if more else f.high * (1 + p.sure) <= f.week
    change = signed_percent(round(f.centre), round(f.week)) if f.week >= 1 else "from nobody"
    sure = sure and f.horizon <= p.alert_ahead
    return Finding(
        rule=RULE,
        level=Level.ALERT if sure else Level.WATCH,
        subject=f.key,
        day=f.made,
        score=score(log(f.centre) - log(f.week)),
        severity="Moderate" if sure else "Minor",
        urgency="Expected" if f.horizon <= 1 else "Future",
        certainty="Likely" if sure else "Possible",
        category="surge" if more else "crossing_changed",
        headline=f"{f.key}: {f.range_words} people expected {words.day(f.day)}, {change} on the last week",
        arithmetic=(*f.arithmetic(), f"mean of the last seven days: {number(round(f.week))}; change: {change}"),
        expects=f"forecasts for the coming days that are neither {p.share:.0%} above the last week's mean nor a third "
        "below it",
        series=(f.key, *(link.source for link in f.links)),
        direction=1 if more else -1,
    )
