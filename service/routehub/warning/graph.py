"""Which series feed which: the legs of a route laid over the series that there are figures for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


class LegLike(Protocol):
    """A leg of a route as the reference data or the directory give it."""

    @property
    def origin(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def lag_days(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Flow:
    """One series of people on their way: a party's arrivals (from a neighbour) or departures (to one).

    key: stands in headlines and arithmetic, so it should read well.
    """

    key: str
    party: str
    indicator: str
    place: str | None = None
    counterpart: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A series upstream of another, with the usual lag in days."""

    key: str
    lag: int


INSIDE_LAG = 1
"""Days between arriving somewhere and leaving it (islands to the mainland), where no leg says it."""


class RouteGraph:
    """Legs and flows of one route. Everything it answers is in a fixed order."""

    def __init__(self, legs: Iterable[LegLike], flows: Sequence[Flow]) -> None:
        self.lags: dict[tuple[str, str], int] = {(leg.origin, leg.destination): leg.lag_days for leg in legs}
        self.flows: Mapping[str, Flow] = {flow.key: flow for flow in flows}
        self._into: dict[str, list[str]] = {}
        self._out: dict[str, list[str]] = {}
        for origin, destination in self.lags:
            self._into.setdefault(destination, []).append(origin)
            self._out.setdefault(origin, []).append(destination)
        self._of: dict[str, list[Flow]] = {}
        for flow in flows:
            self._of.setdefault(flow.party, []).append(flow)

    @cached_property
    def sources(self) -> Mapping[str, tuple[Source, ...]]:
        """For each series the ones directly upstream of it; none for those by which people enter the route."""
        return {key: tuple(self._sources(flow)) for key, flow in self.flows.items()}

    def _sources(self, flow: Flow) -> list[Source]:
        if flow.indicator == "departures":
            inside = [f for f in self._of[flow.party] if f.indicator == "arrivals"]
            near = [f for f in inside if f.place == flow.place] or inside
            return [Source(f.key, INSIDE_LAG) for f in near]
        if flow.indicator != "arrivals":
            return []
        origins = [flow.counterpart] if flow.counterpart else self._into.get(flow.party, [])
        steps = [(origin, flow.party, self.lags.get((origin, flow.party), 1)) for origin in origins]
        seen = {flow.party}
        while steps:
            found: dict[str, Source] = {}
            for origin, destination, lag in steps:
                for key in self._at(origin, destination):
                    if key != flow.key and (key not in found or lag < found[key].lag):
                        found[key] = Source(key, lag)
            if found:
                return list(found.values())
            # Nobody there counts: look further up, and add the lags.
            seen |= {origin for origin, _, _ in steps}
            steps = [
                (further, origin, lag + self.lags[further, origin])
                for origin, _, lag in steps
                for further in self._into.get(origin, [])
                if further not in seen
            ]
        return []

    def _at(self, origin: str, destination: str) -> list[str]:
        """The series of people at ``origin`` who may go on to ``destination``: those who left, else those who came."""
        here = self._of.get(origin, [])
        left = [f.key for f in here if f.indicator == "departures" and f.counterpart in (None, destination)]
        return left or [f.key for f in here if f.indicator == "arrivals" and f.counterpart != destination]

    def ancestors(self, key: str, depth: int, most: int) -> tuple[Source, ...]:
        """Series upstream of one, the nearest first, up to ``depth`` steps away."""
        found: dict[str, Source] = {}
        front = [Source(key, 0)]
        for _ in range(depth):
            front = [
                Source(up.key, at.lag + up.lag)
                for at in front
                for up in self.sources.get(at.key, ())
                if up.key != key and up.key not in found
            ]
            for source in front:
                found.setdefault(source.key, source)
        return tuple(found.values())[:most]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All series, upstream ones first (a circle is cut where it is entered)."""
        done: dict[str, None] = {}

        def visit(key: str, above: frozenset[str]) -> None:
            if key in done or key in above:
                return
            for source in self.sources[key]:
                visit(source.key, above | {key})
            done[key] = None

        for key in self.flows:
            visit(key, frozenset())
        return tuple(done)

    def legs_of(self, key: str) -> tuple[str, ...]:
        """The codes of the legs that a series counts: one where the counterpart is known, else all it may be."""
        flow = self.flows[key]
        if flow.indicator == "departures":
            to = [flow.counterpart] if flow.counterpart else self._out.get(flow.party, [])
            return tuple(f"{flow.party}-{other}" for other in to)
        origins = [flow.counterpart] if flow.counterpart else self._into.get(flow.party, [])
        with_figures = [o for o in origins if o in self._of]
        return tuple(f"{other}-{flow.party}" for other in with_figures or origins)

    def legs_into(self, party: str) -> tuple[str, ...]:
        """The codes of the legs by which people reach a party."""
        return tuple(f"{origin}-{party}" for origin in self._into.get(party, ()))

    def leg_label(self, key: str) -> str:
        """One name for what a series counts: ``GR-MK``; ``HU,SI-AT`` where it may be several; else the series."""
        legs = self.legs_of(key)
        flow = self.flows[key]
        if not legs or (flow.indicator == "departures" and flow.counterpart is None):
            return key
        return legs[0] if len(legs) == 1 else f"{','.join(leg.split('-')[0] for leg in legs)}-{flow.party}"

    def ways_out(self, origin: str) -> tuple[str, ...]:
        """Where one can go from a party, in the route's order."""
        return tuple(self._out.get(origin, ()))

    def entering(self, destination: str, origin: str) -> Flow | None:
        """The series that counts people who enter ``destination`` from ``origin``, or from anywhere."""
        own = [f for f in self._of.get(destination, ()) if f.indicator == "arrivals"]
        exact = [f for f in own if f.counterpart == origin]
        return next(iter(exact or [f for f in own if f.counterpart is None]), None)

    def near(self, key: str) -> frozenset[str]:
        """The legs of a series and the series that count the same legs: where an event may show as well."""
        legs = set(self.legs_of(key))
        if self.flows[key].indicator == "departures":
            legs = {leg for leg in legs if self.flows[key].counterpart is not None}
        return frozenset({key, *legs, *(k for k in self.flows if legs & set(self.legs_of(k)))})
