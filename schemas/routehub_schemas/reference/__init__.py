"""Routes, parties, plans and indicators: data, never code. The files beside this one hold them.

Loaders return frozen values and read each file once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is counted."""

    name: str
    label: str
    kind: str
    """`flow` (over a period: may be added up over days) or `stock` (at a moment: may not)."""
    unit: str
    description: str
    needs: tuple[str, ...] = ()
    """Dimensions without which the number says nothing."""
    dimensions: tuple[str, ...] = ()
    """Dimensions that a figure of it may have, besides the needed ones."""


@dataclass(frozen=True, slots=True)
class PartyName:
    """What a party is called, from one day until another (first day no longer so called)."""

    name: str
    short: str
    start: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        return (self.start is None or self.start <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Party:
    """Someone who can be on a route: a state, an institution, an agency, a bank."""

    code: str
    kind: str
    eu: bool
    names: tuple[PartyName, ...]
    aliases: tuple[str, ...] = ()

    def named(self, on: date) -> PartyName:
        """The name of that day; the oldest known one for days before all names."""
        return next((name for name in self.names if name.holds(on)), self.names[0])


@dataclass(frozen=True, slots=True)
class Point:
    """One numbered item of a plan."""

    number: str
    title: str
    group: str = ""
    owners: tuple[str, ...] = ()
    items: tuple["Point", ...] = ()
    """Its sub-items, numbered below it: `13.7`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A monitored agreement."""

    id: str
    title: str
    family: str
    """Plans of one family are versions of one text, whose numbers may differ."""
    version: str
    agreed: date
    declared: int
    """How many points its text says it has; more than `points` where the source does not list them all."""
    points: tuple[Point, ...]
    source: str

    def point(self, number: str) -> Point | None:
        """A point or a sub-item."""
        every = (one for point in self.points for one in (point, *point.items))
        return next((one for one in every if one.number == number), None)

    @property
    def gap(self) -> int:
        """How many points its text declares that the source does not name."""
        return max(0, self.declared - len(self.points))


@dataclass(frozen=True, slots=True)
class Crossing:
    """A point of one plan that became a point of another; None where there is none."""

    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """How the points of one plan became those of another."""

    earlier: str
    later: str
    pairs: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True)
class RouteParty:
    """A party on a route."""

    code: str
    role: str
    """`member`, `coordinator` or `observer`."""
    zone: str
    reports: bool
    """Whether a daily report is expected of it."""
    due: time
    """Local time by which the report of the reporting day is due."""
    period_end: time
    """Local time at which the reporting day ends; the day is called by the date on which it ends."""
    start: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """A border section between two neighbours, in the direction of travel."""

    origin: str
    destination: str
    lag_days: int
    """The usual transit time, until enough days are known to measure it."""
    policy: str = "agreement_required"
    start: date | None = None
    until: date | None = None

    @property
    def code(self) -> str:
        return f"{self.origin}-{self.destination}"


@dataclass(frozen=True, slots=True)
class Place:
    """A crossing point, centre, island or area."""

    code: str
    name: str
    kind: str
    party: str
    """The party that answers for it; for a crossing point the one that people enter."""


@dataclass(frozen=True, slots=True)
class Route:
    """A graph of parties joined by legs."""

    code: str
    title: str
    zone: str
    plans: tuple[str, ...]
    parties: tuple[RouteParty, ...]
    legs: tuple[Leg, ...]
    places: tuple[Place, ...]
    early_warning: Mapping[str, Any] = field(default_factory=dict)
    """What differs from the default parameters of the rules of early warning."""


@cache
def indicators() -> dict[str, Indicator]:
    """The catalogue, by name."""
    found = [Indicator(**_tuples(entry, "needs", "dimensions")) for entry in _load("indicators.json")]
    return {indicator.name: indicator for indicator in found}


@cache
def parties() -> dict[str, Party]:
    """All parties, by code."""
    return {entry["code"]: party_of(entry) for entry in _load("parties.json")}


def party_of(entry: dict[str, Any]) -> Party:
    """A party as a data file has it."""
    names = tuple(PartyName(**_dates(name, "start", "until")) for name in entry["names"])
    return Party(**_tuples(entry, "aliases") | {"names": names})


@cache
def plans() -> dict[str, Plan]:
    """All plans, by id, the oldest first: every file of the folder `plans` except the crosswalk."""
    files_here = (one.name for one in files(__name__).joinpath("plans").iterdir())
    names = sorted(name for name in files_here if name.endswith(".json") and name != "crosswalk.json")
    entries = [_dates(_load(f"plans/{name}"), "agreed") for name in names]
    made = [Plan(points=tuple(_point(point) for point in entry.pop("points")), **entry) for entry in entries]
    return {plan.id: plan for plan in sorted(made, key=lambda plan: (plan.agreed, plan.id))}


def _point(entry: dict[str, Any]) -> Point:
    items = tuple(_point(item) for item in entry.pop("items", ()))
    return Point(items=items, **_tuples(entry, "owners"))


@cache
def crosswalk() -> Crosswalk:
    """From the draft of the leaders' statement to its final text."""
    entry = _load("plans/crosswalk.json")
    pairs = tuple(Crossing(earlier, later) for earlier, later in entry["pairs"])
    return Crosswalk(entry["earlier"], entry["later"], pairs)


ROUTES = {"wbr": "western-balkans", "cmr": "central-mediterranean"}
"""The routes that ship, by code, and their files."""


@cache
def route(code: str) -> Route:
    """A route that ships; KeyError if there is none of this code."""
    return route_of(template(code))


def template(code: str) -> dict[str, Any]:
    """The data of a route that ships, to begin another one with; KeyError if there is none of this code."""
    found: dict[str, Any] = _load(f"routes/{ROUTES[code]}.json")
    return found


def route_of(entry: dict[str, Any]) -> Route:
    """A route as a data file has it (`route_file` says what may stand there)."""
    usual = entry.get("usual", {})
    return Route(
        parties=tuple(_route_party(usual | party) for party in entry["parties"]),
        legs=tuple(Leg(**_dates(leg, "start", "until")) for leg in entry["legs"]),
        places=tuple(Place(**place) for place in entry["places"]),
        **{name: entry[name] for name in ("code", "title", "zone")},
        **{name: entry[name] for name in ("early_warning",) if name in entry},
        plans=tuple(entry["plans"]),
    )


def _route_party(entry: dict[str, Any]) -> RouteParty:
    clocks = {name: time.fromisoformat(entry[name]) for name in ("due", "period_end")}
    return RouteParty(**_dates(entry, "start", "until") | clocks)


def _load(name: str) -> Any:
    return json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))


def _tuples(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return entry | {name: tuple(entry.get(name, ())) for name in names}


def _dates(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return entry | {name: date.fromisoformat(entry[name]) for name in names if entry.get(name)}
