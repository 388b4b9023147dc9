"""What a party's own figures say about how its places will fill: the people it expects to come, those who leave, and
what is free."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from routehub.warning.capacity import Occupancy
from routehub.warning.forecast import Forecast
from routehub.warning.full import Inflow, Outlook, outlook
from routehub.warning.graph import RouteGraph
from routehub.warning.numbers import known
from routehub.warning.rooms import Rooms, people_a_day
from routehub.warning.series import DailySeries

WEEK = 7
AHEAD = 3
"""Days for which the last week's mean is taken where nothing upstream gives a forecast."""


def outlooks(
    rooms: Rooms, graph: RouteGraph, series: Mapping[str, DailySeries], day: date,
    forecasts: Mapping[str, Sequence[Forecast]],
) -> Iterator[tuple[str, Outlook]]:  # fmt: skip
    """Each party and place that said on ``day`` how many stay there. Only for a party as a whole is anybody expected:
    nobody reports who goes to which of its places. forecasts: by series, made on ``day``."""
    for party, now in rooms.occupancies(day):
        if now.subject != party:
            yield party, Outlook(now, (), None, "", None, None)
            continue
        coming = own_series(graph, party, "arrivals")
        inflow = _inflow(coming, series, day, forecasts)
        yield party, outlook(now, inflow, *_outflow(party, now, rooms, graph, series, coming))


def own_series(graph: RouteGraph, party: str, indicator: str) -> tuple[str, ...]:
    """The series that make up a party's own total of a flow: what it gives as its total, else those by neighbour, else
    those by place. All are its own counts, which may be added up (DECISIONS 2)."""
    own = [f for f in graph.flows.values() if (f.party, f.indicator) == (party, indicator)]
    whole = [f.key for f in own if f.counterpart is None and f.place is None]
    by_border = [f.key for f in own if f.counterpart is not None and f.place is None]
    return tuple(whole or by_border or [f.key for f in own if f.counterpart is None])


def _inflow(
    keys: Sequence[str], series: Mapping[str, DailySeries], day: date, forecasts: Mapping[str, Sequence[Forecast]]
) -> list[Inflow]:
    """By day. Bounds of several borders are added: wider than need be, for they seldom all come true at once."""
    if keys and all(forecasts.get(key) for key in keys):
        together = zip(*(sorted(forecasts[key], key=lambda f: f.horizon) for key in keys), strict=False)
        return [
            Inflow(some[0].day, sum(f.centre for f in some), sum(f.low for f in some), sum(f.high for f in some))
            for some in together
        ]
    mean = people_a_day({key: _week(series[key], day) for key in keys})
    return [] if mean is None else [Inflow(day + timedelta(n), mean, mean, mean) for n in range(1, AHEAD + 1)]


def _outflow(
    party: str, now: Occupancy, rooms: Rooms, graph: RouteGraph, series: Mapping[str, DailySeries],
    coming: Sequence[str],
) -> tuple[float | None, str]:  # fmt: skip
    """People who leave a day, and where that comes from. A party that counts no departures is not asked its neighbour's
    count: what came and did not stay has left."""
    left = people_a_day({key: _week(series[key], now.day) for key in own_series(graph, party, "departures")})
    if left is not None:
        return left, "mean of the departures of the last seven days"
    came = people_a_day({key: _week(series[key], now.day) for key in coming})
    for back in range(WEEK, 2, -1):
        earlier = rooms.of_party(party, now.day - timedelta(back))
        if came is not None and earlier is not None:
            grown = (now.occupied - earlier.occupied) / back
            return max(0.0, came - grown), f"who came and did not stay in the last {back} days; no departures reported"
    return None, f"{party} reports no departures, and how full it was earlier is not known"


def _week(series: DailySeries, day: date) -> list[int]:
    return [int(v) for v in known(series.window(day, WEEK))]
