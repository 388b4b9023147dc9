"""Small series and routes for the tests of early warning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from routehub.warning.backtest import Table
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.series import DailySeries

FIRST = date(2015, 10, 1)


@dataclass(frozen=True)
class Leg:
    origin: str
    destination: str
    lag_days: int


CHAIN = [Leg("GR", "MK", 2), Leg("GR", "BG", 1), Leg("MK", "RS", 0), Leg("RS", "HR", 1), Leg("RS", "HU", 1)]
NAMES = ("GR", "MK", "RS", "HR", "HU")


def day(number: int) -> date:
    return FIRST + timedelta(number)


def series(values: Sequence[int | None], key: str = "MK") -> DailySeries:
    made = DailySeries(key)
    for number, value in enumerate(values):
        if value is not None:
            made.put(day(number), value, source=f"{key}{number}")
    return made


def graph(names: Sequence[str] = NAMES) -> RouteGraph:
    return RouteGraph(CHAIN, [Flow(name, name, "arrivals") for name in names])


def table(columns: Mapping[str, Sequence[int | None]]) -> Table:
    length = max(len(values) for values in columns.values())
    return Table({day(n): {key: values[n] for key, values in columns.items()} for n in range(length)})
