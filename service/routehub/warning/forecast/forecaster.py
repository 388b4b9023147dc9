"""The forecast of every leg, day by day. Incremental: what it learned is its state, and the same days in the same order
always lead to the same state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from routehub.core import words
from routehub.core.words import number
from routehub.warning.forecast import experts
from routehub.warning.forecast.experts import Link, Look
from routehub.warning.forecast.interval import Interval, IntervalParameters
from routehub.warning.forecast.lags import LagParameters, learn_lag, pass_through
from routehub.warning.forecast.mixture import Mixture, MixtureParameters, combined, surprised
from routehub.warning.graph import RouteGraph
from routehub.warning.numbers import log, unlog
from routehub.warning.series import DailySeries

HEAVY = 0.10
"""Experts with at least this share of the weight are named in the arithmetic."""


@dataclass(frozen=True, slots=True)
class ForecastParameters:
    """horizons: days ahead; least_days: days that a series must have; depth, most_upstream: how far and how many
    series upstream are looked at; late: days for which a figure that comes late is still learned from."""

    horizons: int = 3
    least_days: int = 7
    depth: int = 3
    most_upstream: int = 6
    late: int = 7
    lags: LagParameters = field(default_factory=LagParameters)
    mixture: MixtureParameters = field(default_factory=MixtureParameters)
    interval: IntervalParameters = field(default_factory=IntervalParameters)


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many people a series will count on ``day``, said on ``made``.

    ``low`` to ``high``: the 80 % interval; ``last`` and ``week``: the naive forecasts; missing: inputs of ``made`` that
    were not there.
    """

    key: str
    made: date
    horizon: int
    centre: float
    low: float
    high: float
    said: Mapping[str, float]
    shares: Mapping[str, float]
    looks: Mapping[str, Look]
    links: tuple[Link, ...]
    missing: int

    @property
    def day(self) -> date:
        return self.made + timedelta(self.horizon)

    @property
    def last(self) -> float:
        return self.said[experts.LAST]

    @property
    def week(self) -> float:
        return self.said[experts.WEEK]

    @property
    def range_words(self) -> str:
        return f"{number(round(self.low))}–{number(round(self.high))}"

    def arithmetic(self) -> tuple[str, ...]:
        """The forecast in lines that can be followed by hand: who says what, and how much that counts."""
        heavy = [name for name, share in self.shares.items() if share >= HEAVY]
        lines = [
            f"{self.shares[name]:.0%} "
            + (self.looks[name].words() if name in self.looks else f"{name}: {number(round(self.said[name]))}")
            for name in sorted(heavy, key=lambda name: -self.shares[name])
        ]
        rest = 1 - sum(self.shares[name] for name in heavy)
        if rest > 0.005:
            lines.append(f"{rest:.0%} shared by {len(self.shares) - len(heavy)} others, each below {HEAVY:.0%}")
        lines.append(
            f"together (weighted mean of the logarithms): {number(round(self.centre))}, 80 % interval "
            f"{self.range_words} for {words.day(self.day)}"
        )
        if self.missing:
            lines.append(f"{self.missing} of the inputs missing: the interval is wider")
        return tuple(lines)


@dataclass
class _Awaited:
    """A forecast that waits for its day. said: logarithms, by expert."""

    horizon: int
    centre: float
    low: float
    high: float
    said: dict[str, float]


class Forecaster:
    """Forecasts for all series that have something upstream."""

    def __init__(self, graph: RouteGraph, parameters: ForecastParameters | None = None) -> None:
        self.graph = graph
        self.p = parameters or ForecastParameters()
        self._mixtures: dict[tuple[str, int], Mixture] = {}
        self._intervals: dict[tuple[str, int], Interval] = {}
        self._awaited: dict[tuple[date, str], list[_Awaited]] = {}
        self._breaks: dict[str, date] = {}
        self._upstream = {
            key: graph.ancestors(key, self.p.depth, self.p.most_upstream) for key in graph.order if graph.sources[key]
        }

    def step(self, day: date, series: Mapping[str, DailySeries]) -> list[Forecast]:
        """Learn from what came, up to ``day``, and forecast the days after it. Days are given in order, once each."""
        self._learn(day, series)
        size = self.p.lags.days + self.p.lags.longest
        values = {key: s.window(day, size) for key, s in series.items()}
        logs = {key: [None if v is None else log(v) for v in window] for key, window in values.items()}
        today = day.toordinal()
        ahead: dict[tuple[str, int], float] = {}

        def at(key: str, then: int) -> tuple[float, bool] | None:
            if then > today:
                return (ahead[key, then], True) if (key, then) in ahead else None
            window = values[key]
            value = window[then - today - 1] if then > today - size else None
            return None if value is None else (value, False)

        made = []
        for key in self._upstream:
            if key not in series or (known := series[key].known(day)) < self.p.least_days:
                continue
            since = (day - self._breaks[key]).days + 1 if key in self._breaks else size
            own = experts.own(values[key], since)
            if not own:
                continue
            links = tuple(self._links(key, known, values, logs))
            direct = [source.key for source in self.graph.sources[key] if source.key in values]
            missing = sum(values[k][-1] is None for k in (key, *direct))
            for horizon in range(1, self.p.horizons + 1):
                forecast = self._forecast(key, day, horizon, own, links, missing, at)
                ahead[key, today + horizon] = forecast.centre
                made.append(forecast)
        return made

    def _links(
        self, key: str, known: int, values: Mapping[str, list[int | None]], logs: Mapping[str, list[float | None]]
    ) -> Iterator[Link]:
        """Lag and pass-through from each series upstream that feeds this one."""
        for source in self._upstream[key]:
            if source.key in values:
                lag = learn_lag(logs[key], logs[source.key], source.lag, known, self.p.lags)
                ratio = pass_through(values[key], values[source.key], lag.days, self.p.lags)
                if ratio is not None:
                    yield Link(source.key, lag, *ratio)

    def _forecast(
        self, key: str, day: date, horizon: int, own: Mapping[str, float], links: tuple[Link, ...], missing: int,
        at: experts.At,
    ) -> Forecast:  # fmt: skip
        looks = experts.upstream(links, day.toordinal() + horizon, at)
        single = experts.several(list(looks.values()))
        said = {**own, **{name: look.people for name, look in looks.items()}, **single}
        logs = {name: log(value) for name, value in said.items()}
        shares = self._mixtures.setdefault((key, horizon), Mixture()).shares(said)
        centre = unlog(combined(shares, logs))
        interval = self._intervals.setdefault((key, horizon), Interval.new(horizon, self.p.interval))
        low, high = interval.around(centre, missing, self.p.interval)
        forecast = Forecast(key, day, horizon, centre, low, high, said, shares, looks, links, missing)
        self._awaited.setdefault((forecast.day, key), []).append(_Awaited(horizon, centre, low, high, logs))
        return forecast

    def _learn(self, day: date, series: Mapping[str, DailySeries]) -> None:
        for awaited_day, key in sorted(waiting for waiting in self._awaited if waiting[0] <= day):
            awaited = self._awaited[awaited_day, key]
            actual = series[key].value(awaited_day) if key in series else None
            if actual is not None:
                self._learn_one(key, awaited_day, awaited, actual)
            if actual is not None or (day - awaited_day).days >= self.p.late:
                del self._awaited[awaited_day, key]

    def _learn_one(self, key: str, day: date, awaited: list[_Awaited], actual: int) -> None:
        for one in awaited:
            self._mixtures[key, one.horizon].learn(one.said, log(one.centre), log(actual), self.p.mixture)
            self._intervals[key, one.horizon].learn(one.low, one.high, actual, self.p.interval)
        nearest = min(awaited, key=lambda one: one.horizon)
        if nearest.horizon == 1 and surprised(nearest.centre, actual, self.p.mixture):
            self._breaks[key] = day
            for horizon in range(1, self.p.horizons + 1):
                if (key, horizon) in self._mixtures:
                    self._mixtures[key, horizon].rely_on(experts.LAST, self.p.mixture.rely_on_last)
                    self._intervals[key, horizon].widen(self.p.interval)

    def to_json(self) -> dict[str, Any]:
        """All that was learned. ``from_json`` with the same graph and parameters goes on exactly alike."""
        return {
            "mixtures": [[k, h, m.to_json()] for (k, h), m in sorted(self._mixtures.items())],
            "intervals": [[k, h, i.to_json()] for (k, h), i in sorted(self._intervals.items())],
            "breaks": {key: day.isoformat() for key, day in sorted(self._breaks.items())},
            "awaited": [
                [day.isoformat(), key, [[a.horizon, a.centre, a.low, a.high, a.said] for a in awaited]]
                for (day, key), awaited in sorted(self._awaited.items())
            ],
        }

    @classmethod
    def from_json(cls, state: dict[str, Any], graph: RouteGraph, parameters: ForecastParameters | None = None) -> Self:
        made = cls(graph, parameters)
        made._mixtures = {(k, h): Mixture.from_json(m) for k, h, m in state["mixtures"]}
        made._intervals = {(k, h): Interval.from_json(i) for k, h, i in state["intervals"]}
        made._breaks = {key: date.fromisoformat(day) for key, day in state["breaks"].items()}
        made._awaited = {
            (date.fromisoformat(day), key): [_Awaited(*one) for one in awaited]
            for day, key, awaited in state["awaited"]
        }
        return made
