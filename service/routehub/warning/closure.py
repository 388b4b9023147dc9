"""Closure: people who no longer pass one leg take the others of the route; who has no other way is stranded upstream
(17 October 2015: one border closed, and within a day the route ran through the next country)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from routehub.core.words import number
from routehub.warning.finding import Finding, Level, score
from routehub.warning.graph import RouteGraph

RULE = "closure"
NAMED = 3
"""Legs that a headline names; the arithmetic names them all."""


@dataclass(frozen=True, slots=True)
class ClosureParameters:
    """least: people a day whose way is gone; share: part of its usual number that a leg must have lost; in_use:
    people a day from which a leg counts as one that people take."""

    least: int = 100
    share: float = 0.50
    in_use: float = 50


@dataclass(frozen=True, slots=True)
class Closed:
    """A leg that people no longer pass, by a measure or by what was counted. usual, now: people a day."""

    leg: str
    day: date
    usual: float
    now: float
    because: str
    inputs: tuple[str, ...] = ()
    series: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the people of a closed leg go. ``to``: people a day by leg; ``stranded``: people a day who stay where they
    are; ``unused``: legs that could take them, and that nobody takes yet."""

    to: Mapping[str, float]
    stranded: float
    unused: tuple[str, ...] = ()


def spread(
    closed: Closed, graph: RouteGraph, uses: Mapping[str, float], room: Mapping[str, float], p: ClosureParameters,
    shut: frozenset[str] = frozenset(),
) -> Moved:  # fmt: skip
    """Deal the people of a leg out to the other ways out of the same party, by how many take them now. A way that
    nobody takes is a possibility, not an expectation: people stay until somebody opens it.

    uses: people a day by leg; room: people a day that a leg can still take, where that is known; shut: other legs that
    are closed too.
    """
    origin, destination = closed.leg.split("-")
    left = max(0.0, closed.usual - closed.now)
    ways = [f"{origin}-{to}" for to in graph.ways_out(origin) if to != destination]
    ways = [leg for leg in ways if leg not in shut]
    open_ways = {leg: uses[leg] for leg in ways if uses.get(leg, 0.0) >= p.in_use}
    given: dict[str, float] = {}
    while left > 0.5 and open_ways:
        total = sum(open_ways.values())
        dealt = {leg: left * use / total for leg, use in open_ways.items()}
        left = 0.0
        for leg, people in dealt.items():
            takes = min(people, max(0.0, room.get(leg, float("inf")) - given.get(leg, 0.0)))
            given[leg] = given.get(leg, 0.0) + takes
            if takes < people:
                left += people - takes
                del open_ways[leg]
    unused = tuple(leg for leg in ways if uses.get(leg, 0.0) < p.in_use)
    return Moved({leg: n for leg, n in given.items() if n >= 1}, left if left >= 1 else 0.0, unused)


def detect(
    closed: Closed, graph: RouteGraph, uses: Mapping[str, float], p: ClosureParameters,
    room: Mapping[str, float] | None = None, shut: frozenset[str] = frozenset(),
) -> Finding | None:  # fmt: skip
    """What a closed leg means for the others; None where too few people are concerned."""
    mass = closed.usual - closed.now
    if mass < p.least or closed.now > closed.usual * (1 - p.share):
        return None
    moved = spread(closed, graph, uses, room or {}, p, shut)
    origin = closed.leg.partition("-")[0]
    legs = (*moved.to, *(moved.unused if moved.stranded else ()))
    return Finding(
        rule=RULE,
        level=Level.ALERT,
        subject=closed.series or closed.leg,
        day=closed.day,
        score=score(mass / closed.usual),
        severity="Severe",
        urgency="Immediate",
        certainty="Likely" if moved.to else "Possible",
        category="people_stranded" if moved.stranded else "crossing_changed",
        headline=f"{number(round(mass))} people a day no longer pass {closed.leg}: {_where(moved, origin)}",
        arithmetic=(
            f"{closed.leg}, {closed.because}: {number(round(closed.now))} a day, usual {number(round(closed.usual))}",
            f"people a day whose way is gone: {number(round(mass))}",
            *(
                f"{leg}: now {number(round(uses.get(leg, 0.0)))} a day, + {number(round(people))}"
                for leg, people in moved.to.items()
            ),
            *([f"without a way out of {origin}: {number(round(moved.stranded))} a day"] if moved.stranded else []),
            *([f"ways that nobody takes yet: {', '.join(moved.unused)}"] if moved.stranded and moved.unused else []),
        ),
        expects=f"more than {number(round(closed.usual * p.share))} people on {closed.leg} on a complete day",
        inputs=closed.inputs,
        legs=(closed.leg, *legs),
        series=tuple(dict.fromkeys(k for k in (closed.series, *(_series(graph, origin, leg) for leg in legs)) if k)),
    )


def _where(moved: Moved, origin: str) -> str:
    taken = sorted(moved.to.items(), key=lambda way: -way[1])
    parts = [f"{leg} +{number(round(people))}" for leg, people in taken[:NAMED]]
    if moved.stranded:
        unless = f" unless {' or '.join(moved.unused[:NAMED])} takes them" if moved.unused else ""
        parts.append(f"{number(round(moved.stranded))} stay in {origin}{unless}")
    return "; ".join(parts)


def _series(graph: RouteGraph, origin: str, leg: str) -> str:
    flow = graph.entering(leg.partition("-")[2], origin)
    return flow.key if flow else ""
