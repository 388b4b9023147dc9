"""How good it was: alerts against what happened, forecasts against the naive ones.

A false alarm is an alert with no event on its series or leg from three days before to two days after. An event is a
day-to-day change in the later, complete data beyond the rule's own practical bounds, in the direction of the alert, or
an entry of a given list of events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.warning.finding import Finding
from routehub.warning.forecast import Forecast
from routehub.warning.graph import RouteGraph
from routehub.warning.numbers import mean, median
from routehub.warning.parameters import Parameters
from routehub.warning.series import seven_day_sums

BEFORE, AFTER = 3, 2
WEEK = 7
Values = Mapping[str, Mapping[date, int]]
"""The later, complete data: by series and day; a day that is not there was not reported."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. on: series and legs where it shows; direction: +1, −1, or 0 for either."""

    name: str
    first: date
    last: date
    on: frozenset[str]
    direction: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """A day-to-day change that matters: by a share and a number of people, from a level of at least ``least``."""

    share: float
    people: float
    least: float = 0


def bounds_of(rule: str, direction: int, p: Parameters) -> Bounds:
    """The rule's own practical bounds; those of the surge where a rule has none. A forecast warns of a fall by the
    factor by which it warns of a rise: half as much again, or a third less."""
    if rule == "forecast":
        rise = p.forecast_rule.share
        return Bounds(
            rise if direction > 0 else rise / (1 + rise), p.forecast_rule.people,
            p.forecast_rule.least if direction < 0 else 0,
        )  # fmt: skip
    if rule in ("drop", "closure"):
        return Bounds(p.drop.share, 0, p.drop.mean)
    if rule == "growth":
        return Bounds(p.growth.share, p.growth.people)
    return Bounds(p.surge.share, p.surge.people)


def changed(before: int, after: int, direction: int, b: Bounds) -> bool:
    """Whether a day-to-day change goes beyond the bounds. Both ways it is measured against the day before."""
    up = after >= before * (1 + b.share) and after - before >= b.people
    down = before >= b.least and before - after >= max(b.people, b.share * before)
    return (direction >= 0 and up and after > before) or (direction <= 0 and down and after < before)


@dataclass(frozen=True, slots=True)
class Scored:
    """An alert and whether an event bore it out. lead: days from the alert to the next such event; negative when all of
    them came before it."""

    finding: Finding
    true: bool
    lead: int | None
    events: tuple[str, ...]


def score_alert(
    finding: Finding, values: Values, graph: RouteGraph, events: Sequence[Event], p: Parameters
) -> Scored:  # fmt: skip
    """Score one alert by the days around it. Days that the data do not hold yet bear nothing out."""
    bounds = bounds_of(finding.rule, finding.direction, p)
    places = {finding.subject, *finding.legs}
    series = {k for k in graph.flows if graph.near(k) & places} if finding.legs else {finding.subject}
    first, last = finding.day - timedelta(BEFORE), finding.day + timedelta(AFTER)
    when: list[date] = []
    event_on = _week_event_on if finding.sums else _event_on
    for key in sorted(series & set(values)):
        when += [day for day in _days(first, last) if event_on(values[key], day, finding.direction, bounds)]
    listed = [
        e
        for e in events
        if e.first <= last and e.last >= first and e.on & (places | series) and e.direction * finding.direction >= 0
    ]
    when += [max(e.first, first) for e in listed]
    ahead = [day for day in when if day >= finding.day]
    nearest = min(ahead) if ahead else max(when, default=None)
    lead = (nearest - finding.day).days if nearest else None
    return Scored(finding, bool(when), lead, tuple(e.name for e in listed))


def _event_on(days: Mapping[date, int], day: date, direction: int, b: Bounds) -> bool:
    before, now = days.get(day - timedelta(1)), days.get(day)
    return before is not None and now is not None and changed(before, now, direction, b)


def _week_event_on(days: Mapping[date, int], day: date, direction: int, b: Bounds) -> bool:
    """Of a series of few people a day: seven days against the seven before them, as the rule compared them."""
    before, now = (_week(days, last) for last in (day - timedelta(WEEK), day))
    return before is not None and now is not None and changed(before, now, direction, b)


def _week(days: Mapping[date, int], last: date) -> int | None:
    told = seven_day_sums([days.get(last - timedelta(back)) for back in range(WEEK)])[0]
    return None if told is None else round(told)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class DetectorScore:
    """One rule: alerts, how many were true, precision (None without alerts), median lead of the true ones in days."""

    rule: str
    alerts: int
    true: int
    precision: float | None
    median_lead: float | None

    @property
    def false(self) -> int:
        return self.alerts - self.true


def by_detector(scored: Iterable[Scored]) -> list[DetectorScore]:
    """Precision and lead time of each rule, by name."""
    rules: dict[str, list[Scored]] = {}
    for one in scored:
        rules.setdefault(one.finding.rule, []).append(one)
    return [
        DetectorScore(
            rule, len(alerts), sum(a.true for a in alerts), round(sum(a.true for a in alerts) / len(alerts), 3),
            median(leads) if (leads := [a.lead for a in alerts if a.lead is not None]) else None,
        )
        for rule, alerts in sorted(rules.items())
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """One series and horizon: mean absolute errors in people over ``days`` days.

    ratio: error ÷ that of the better naive forecast (None where that made none); covered of counted: how often the day
    lay inside the interval; width: of the interval, in people, on the mean.
    """

    key: str
    horizon: int
    days: int
    error: float
    last_value_error: float
    seven_day_mean_error: float
    covered: int
    counted: int
    width: float

    @property
    def better_naive(self) -> float:
        return min(self.last_value_error, self.seven_day_mean_error)

    @property
    def ratio(self) -> float | None:
        return self.error / self.better_naive if self.better_naive else None

    @property
    def coverage(self) -> float | None:
        return self.covered / self.counted if self.counted else None


def not_in_use(forecast: Forecast, actual: int) -> bool:
    """Nobody was expected and nobody came: that says nothing about an interval, for or against it."""
    return actual == 0 and forecast.centre < 0.5


def score_forecasts(forecasts: Iterable[Forecast], values: Values) -> list[ForecastScore]:
    """Errors and coverage of each series and horizon, over the days that have a figure."""
    groups: dict[tuple[str, int], list[tuple[Forecast, int]]] = {}
    for forecast in forecasts:
        actual = values.get(forecast.key, {}).get(forecast.day)
        if actual is not None:
            groups.setdefault((forecast.key, forecast.horizon), []).append((forecast, actual))
    return [
        ForecastScore(
            key, horizon, len(pairs),
            mean([abs(f.centre - y) for f, y in pairs]),
            mean([abs(f.last - y) for f, y in pairs]),
            mean([abs(f.week - y) for f, y in pairs]),
            sum(1 for f, y in pairs if not not_in_use(f, y) and round(f.low) <= y <= round(f.high)),
            sum(1 for f, y in pairs if not not_in_use(f, y)),
            mean([f.high - f.low for f, _ in pairs]),
        )
        for (key, horizon), pairs in groups.items()
    ]  # fmt: skip
