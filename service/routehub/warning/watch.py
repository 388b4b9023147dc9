"""The rules over a route, day by day: figures go in, findings and the steps of conditions come out.

Incremental: a figure costs a dictionary entry, a day the rules of its series. ``to_json`` is the whole state; the same
figures and days in the same order lead to the same state and the same steps.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from routehub.warning import capacity, closure, drop, full, growth, surge, two_counts
from routehub.warning.baseline import baseline
from routehub.warning.closure import Closed
from routehub.warning.conditions import Conditions, Step, Subject, step
from routehub.warning.fillings import outlooks, own_series
from routehub.warning.finding import Finding
from routehub.warning.forecast import Forecast, Forecaster
from routehub.warning.forecast import rule as forecast_rule
from routehub.warning.full import Outlook
from routehub.warning.graph import RouteGraph
from routehub.warning.numbers import known, mean
from routehub.warning.parameters import Parameters
from routehub.warning.rooms import Rooms
from routehub.warning.series import DailySeries

WEEK = 7


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and everything that could be looked at, found or not."""

    findings: tuple[Finding, ...]
    subjects: frozenset[Subject]
    forecasts: tuple[Forecast, ...] = ()
    outlooks: tuple[Outlook, ...] = ()


class Watch:
    """One route's series, what was learned from them, and the conditions that last."""

    def __init__(self, graph: RouteGraph, parameters: Parameters | None = None) -> None:
        self.graph = graph
        self.p = parameters or Parameters()
        self.series = {key: DailySeries(key) for key in graph.flows}
        self.rooms = Rooms()
        self.forecaster = Forecaster(graph, self.p.forecast)
        self.conditions = Conditions()
        self._borders = list(_borders(graph))

    def put(self, key: str, day: date, value: int | None, *, complete: bool = True, source: str = "") -> None:
        """A figure of a day."""
        self.series[key].put(day, value, complete=complete, source=source)

    def put_hour(
        self, key: str, day: date, hour: int, value: int | None, *, hours: int = 24, source: str = ""
    ) -> bool:  # fmt: skip
        """A figure of an hour; True once its day is complete and may be looked at."""
        return self.series[key].put_hour(day, hour, value, hours=hours, source=source)

    def look(self, day: date, keys: Iterable[str] | None = None) -> Looked:
        """The rules that need nothing but a series itself, for the series named or for all of them."""
        findings: list[Finding] = []
        subjects: set[Subject] = set()
        for key in self.graph.flows if keys is None else keys:
            series = self.series[key]
            if series.value(day) is None:
                continue
            subjects |= {(rule, key) for rule in (surge.RULE, drop.RULE, growth.RULE)}
            made = (
                surge.detect(series, day, self.p.surge),
                drop.detect(series, day, self.p.drop),
                growth.detect(series, day, self.p.growth),
            )
            findings += [self._on_legs(f, key) for f in made if f is not None]
        return Looked(tuple(findings), frozenset(subjects))

    def close(self, day: date) -> Looked:
        """A day's figures are in, as far as they come: all rules, and the forecast of the days after it. Days are
        closed in order, once each."""
        own = self.look(day)
        forecasts = self.forecaster.step(day, self.series)
        findings, subjects = list(own.findings), set(own.subjects)
        by_key: dict[str, list[Forecast]] = {}
        for forecast in forecasts:
            by_key.setdefault(forecast.key, []).append(forecast)
        for key, ahead in by_key.items():
            if self.series[key].value(day) is not None:
                subjects.add((forecast_rule.RULE, key))
            found = forecast_rule.detect(ahead, key, self.series, day, self.p.forecast_rule)
            findings += [self._on_legs(found, key)] if found else []
        closures, looked = self._closures(day, own)
        counts, compared = self._two_counts(day)
        seen = list(outlooks(self.rooms, self.graph, self.series, day, by_key))
        filling, full_or_not = self._capacity(seen)
        return Looked(
            (*findings, *closures, *counts, *filling), frozenset(subjects | looked | compared | full_or_not),
            tuple(forecasts), tuple(outlook for _, outlook in seen),
        )  # fmt: skip

    def step(self, day: date) -> tuple[Looked, list[Step]]:
        """Close a day and say what that means for the conditions."""
        looked = self.close(day)
        self.conditions, steps = step(self.conditions, day, looked.findings, looked.subjects, self.p.conditions)
        return looked, steps

    def _on_legs(self, finding: Finding, key: str) -> Finding:
        return finding.on_legs(*self.graph.legs_of(key)) if self.graph.flows[key].indicator == "arrivals" else finding

    def _closures(self, day: date, own: Looked) -> tuple[list[Finding], set[Subject]]:
        """A drop on a leg while people still reach the party before it: their way is gone, not they."""
        subjects = {(closure.RULE, key) for rule, key in own.subjects if rule == drop.RULE}
        dropped = [f for f in own.findings if f.rule == drop.RULE and f.legs]
        if not dropped:
            return [], subjects
        uses = {leg: use for key in self.graph.flows for leg, use in self._use(key, day)}
        shut = frozenset(leg for f in dropped if f.severity == "Severe" for leg in f.legs)
        findings = []
        for one in dropped:
            leg = max(one.legs, key=lambda leg: self._reaching(leg.partition("-")[0], day))
            usual = baseline(self.series[one.subject], day, self.p.drop.baseline)
            if usual is None or usual.sums or not self._still_reached(one.subject, day):
                continue
            closed = Closed(leg, day, usual.mean, usual.x, "drop", one.inputs, one.subject)
            found = closure.detect(closed, self.graph, uses, self.p.closure, shut=shut - {leg})
            findings += [found] if found else []
        return findings, subjects

    def _use(self, key: str, day: date) -> list[tuple[str, float]]:
        """People a day on each leg that a series counts, over the week before ``day``."""
        if self.graph.flows[key].indicator != "arrivals":
            return []
        told = known(self.series[key].window(day - timedelta(1), WEEK))
        legs = self.graph.legs_of(key)
        return [(leg, mean(told) / len(legs)) for leg in legs] if told else []

    def _reaching(self, party: str, day: date) -> float:
        told = [
            known(self.series[key].window(day, WEEK))
            for key, flow in self.graph.flows.items()
            if flow.party == party and flow.indicator == "arrivals"
        ]
        return max((mean(values) for values in told if values), default=0.0)

    def _still_reached(self, key: str, day: date) -> bool:
        """Whether one of the series directly upstream kept its usual level around the lag."""
        sources = [s for s in self.graph.sources[key] if s.key in self.series]
        for source in sources:
            upstream = self.series[source.key]
            now = known(upstream.window(day, source.lag + 2))
            usual = known(upstream.window(day - timedelta(source.lag + 2), self.p.drop.baseline.days))
            if not now or not usual or mean(usual) < self.p.closure.least:
                continue
            if mean(now) >= (1 - self.p.closure.share / 2) * mean(usual):
                return True
        return not sources

    def _capacity(self, seen: Iterable[tuple[str, Outlook]]) -> tuple[list[Finding], set[Subject]]:
        """How full each place is, and whether it will be soon."""
        findings: list[Finding] = []
        subjects: set[Subject] = set()
        for party, outlook in seen:
            now = outlook.now
            subjects.add((capacity.RULE, now.subject))
            if outlook.inflow and outlook.outflow is not None:
                subjects.add((full.RULE, now.subject))
            made = (
                capacity.detect(now, self.p.capacity),
                full.detect(outlook, self.p.full, own_series(self.graph, party, "arrivals")),
            )
            findings += [found.on_legs(*self.graph.legs_into(party)) for found in made if found is not None]
        return findings, subjects

    def _two_counts(self, day: date) -> tuple[list[Finding], set[Subject]]:
        findings, subjects = [], set()
        for leg, left, entered, lag in self._borders:
            if self.series[entered].value(day) is None or self.series[left].value(day - timedelta(lag)) is None:
                continue
            subjects.add((two_counts.RULE, leg))
            found = two_counts.detect(leg, self.series[left], self.series[entered], lag, day, self.p.two_counts)
            findings += [found] if found else []
        return findings, subjects

    def still_apart(self, leg: str, day: date) -> bool:
        """Whether the two counts of a border differ for a day by what is known of it now."""
        for other, left, entered, lag in self._borders:
            if other == leg:
                told = self.series[left].value(day - timedelta(lag)), self.series[entered].value(day)
                return (
                    told[0] is not None
                    and told[1] is not None
                    and two_counts.apart(told[0], told[1], self.p.two_counts)
                )
        return False

    def to_json(self) -> dict[str, Any]:
        """Everything but graph and parameters, which are the route's."""
        return {
            "series": [series.to_json() for series in self.series.values()],
            "rooms": self.rooms.to_json(),
            "forecaster": self.forecaster.to_json(),
            "conditions": self.conditions.to_json(),
        }

    @classmethod
    def from_json(cls, state: dict[str, Any], graph: RouteGraph, parameters: Parameters | None = None) -> Self:
        """A series that the route no longer has is forgotten; a new one begins empty."""
        watch = cls(graph, parameters)
        told = (DailySeries.from_json(series) for series in state["series"])
        watch.series |= {series.key: series for series in told if series.key in graph.flows}
        watch.rooms = Rooms.from_json(state["rooms"])
        watch.forecaster = Forecaster.from_json(state["forecaster"], graph, watch.p.forecast)
        watch.conditions = Conditions.from_json(state["conditions"])
        return watch


def _borders(graph: RouteGraph) -> Iterable[tuple[str, str, str, int]]:
    """Legs that both sides count: leg, departures, arrivals, lag."""
    ends: dict[tuple[str, str | None, str], list[str]] = {}
    for flow in graph.flows.values():
        if flow.place is None:
            ends.setdefault((flow.party, flow.counterpart, flow.indicator), []).append(flow.key)
    for (origin, destination), lag in graph.lags.items():
        for left in ends.get((origin, destination, "departures"), ()):
            for entered in ends.get((destination, origin, "arrivals"), ()):
                yield f"{origin}-{destination}", left, entered, lag
