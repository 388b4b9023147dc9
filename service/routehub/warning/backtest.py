"""A series of the past played day by day, never using the future: what would have been said, and how good it was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.warning.conditions import Opened, Updated
from routehub.warning.finding import Finding, Level
from routehub.warning.forecast import Forecast
from routehub.warning.graph import RouteGraph
from routehub.warning.parameters import Parameters
from routehub.warning.scoring import (
    DetectorScore,
    Event,
    ForecastScore,
    Scored,
    by_detector,
    score_alert,
    score_forecasts,
)
from routehub.warning.watch import Watch

LOOK_BACK = 7
"""Alerts up to so many days before an event are looked at for its lead."""


@dataclass(frozen=True)
class Table:
    """Days by series. None: not reported."""

    days: Mapping[date, Mapping[str, int | None]]

    @property
    def first(self) -> date:
        return min(self.days)

    @property
    def last(self) -> date:
        return max(self.days)

    def values(self) -> dict[str, dict[date, int]]:
        found: dict[str, dict[date, int]] = {}
        for day, row in self.days.items():
            for key, value in row.items():
                if value is not None:
                    found.setdefault(key, {})[day] = value
        return found


@dataclass(frozen=True)
class Alarm:
    """The day on which a condition was told at a level for the first time."""

    finding: Finding
    opened: bool


@dataclass(frozen=True)
class Played:
    """Everything that was said, in the order in which it was said."""

    alarms: tuple[Alarm, ...]
    forecasts: tuple[Forecast, ...]

    def at(self, level: Level) -> list[Finding]:
        return [a.finding for a in self.alarms if a.finding.level == level]


@dataclass(frozen=True)
class Lead:
    """The first alert on an event: days before its beginning, 0 on that day, negative after it. None: no alert."""

    event: Event
    days: int | None
    finding: Finding | None
    alerts: int


@dataclass(frozen=True)
class Result:
    """What a back-test says. series_days: days with a figure, over all series, after the warm-up."""

    played: Played
    scored: tuple[Scored, ...]
    watches: tuple[Scored, ...]
    detectors: tuple[DetectorScore, ...]
    leads: tuple[Lead, ...]
    forecasts: tuple[ForecastScore, ...]
    series_days: int

    @property
    def false_alarms(self) -> int:
        return sum(not s.true for s in self.scored)

    @property
    def per_hundred(self) -> float | None:
        """False alarms per 100 series-days."""
        return 100 * self.false_alarms / self.series_days if self.series_days else None

    @property
    def covered(self) -> tuple[int, int]:
        """Over all legs and horizons: how many days lay inside the interval, of how many."""
        return sum(f.covered for f in self.forecasts), sum(f.counted for f in self.forecasts)


def play(table: Table, graph: RouteGraph, p: Parameters) -> Played:
    """Each day from the first to the last: its figures go in, the day is closed, what is said is noted."""
    watch = Watch(graph, p)
    alarms: list[Alarm] = []
    forecasts: list[Forecast] = []
    for number in range((table.last - table.first).days + 1):
        day = table.first + timedelta(number)
        for key, value in table.days.get(day, {}).items():
            if value is not None:
                watch.put(key, day, value, source=f"{key} {day.isoformat()}")
        looked, steps = watch.step(day)
        forecasts += looked.forecasts
        for step in steps:
            if isinstance(step, Opened):
                alarms.append(Alarm(step.finding, opened=True))
            elif isinstance(step, Updated) and step.raised:
                alarms.append(Alarm(step.finding, opened=False))
    return Played(tuple(alarms), tuple(forecasts))


def backtest(table: Table, graph: RouteGraph, p: Parameters, events: Sequence[Event] = ()) -> Result:
    """Play the table and score what was said against the days that came after."""
    played = play(table, graph, p)
    values = table.values()
    warm = table.first + timedelta(p.surge.baseline.warm_up)
    alerts = _once(played.at(Level.ALERT))
    scored = [score_alert(f, values, graph, events, p) for f in alerts]
    watches = [score_alert(f, values, graph, events, p) for f in _once(played.at(Level.WATCH))]
    return Result(
        played,
        tuple(scored),
        tuple(watches),
        tuple(by_detector(scored)),
        tuple(_lead(event, alerts, graph) for event in events),
        tuple(score_forecasts((f for f in played.forecasts if f.made >= warm), values)),
        sum(1 for days in values.values() for day in days if day >= warm),
    )


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """An alert whose severity rises is told again, and counts once."""
    last: dict[tuple[str, str, int], date] = {}
    kept = []
    for finding in findings:
        subject = (finding.rule, finding.subject, finding.direction)
        if subject not in last or (finding.day - last[subject]).days > 2:
            kept.append(finding)
        last[subject] = finding.day
    return kept


def _lead(event: Event, alerts: Sequence[Finding], graph: RouteGraph) -> Lead:
    """The first alert on the event's series or legs, from a week before its beginning to its end, that points the way
    the event went."""
    near = [
        f
        for f in alerts
        if event.first - timedelta(LOOK_BACK) <= f.day <= event.last
        and event.on & {f.subject, *f.legs, *f.series[:1]}
        and event.direction * f.direction >= 0
    ]
    first = min(near, key=lambda f: f.day, default=None)
    return Lead(event, (event.first - first.day).days if first else None, first, len(near))
