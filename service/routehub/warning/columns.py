"""What the columns of a table count, read from their names: ``MK``, ``GR_islands``, ``GR_mainland_departures``."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from routehub.warning.graph import Flow
from routehub_schemas.reference import Route, indicators, parties


def recognised(columns: Iterable[str], route: Route) -> tuple[list[Flow], list[str]]:
    """Flows by column, and the columns whose names say nothing. A name begins with the code of a party (or an alias, in
    any case), goes on with a place of it or a neighbour, and may end with an indicator; without one it counts
    arrivals."""
    flows, left_out = [], []
    for column in columns:
        flow = _flow(column, route)
        if flow is None:
            left_out.append(column)
        else:
            flows.append(flow)
    return flows, left_out


def mapped(columns: Mapping[str, Mapping[str, Any]]) -> list[Flow]:
    """Flows by column, as a mapping of docs/replay.md says."""
    return [
        Flow(column, series["party"], series["indicator"], series.get("place"), series.get("counterpart"))
        for column, series in columns.items()
    ]


def _flow(column: str, route: Route) -> Flow | None:
    head, *words = [part.lower() for part in re.split(r"[\s_/.-]+", column.strip()) if part]
    party = _party(head)
    if party is None:
        return None
    indicator = "arrivals"
    rest = "_".join(words)
    for name in sorted(indicators(), key=len, reverse=True):
        if rest == name or rest.endswith(f"_{name}"):
            indicator, rest = name, rest[: -len(name)].rstrip("_")
            break
    if rest.upper() in _neighbours(party, indicator, route):
        return Flow(column, party, indicator, None, rest.upper())
    place = f"{party}/{rest.replace('_', '-')}" if rest else None
    known = place is None or place in {p.code for p in route.places}
    return Flow(column, party, indicator, place) if known else None


def _neighbours(party: str, indicator: str, route: Route) -> frozenset[str]:
    """Where people who depart go to; for everything else where they come from."""
    if indicator == "departures":
        return frozenset(leg.destination for leg in route.legs if leg.origin == party)
    return frozenset(leg.origin for leg in route.legs if leg.destination == party)


def _party(word: str) -> str | None:
    code = word.upper()
    if code in parties():
        return code
    return next(
        (party.code for party in parties().values() if code in (alias.upper() for alias in party.aliases)), None
    )
