"""The files that a back-test reads: table, mapping, events, parameters. What is wrong with them is said in words."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from routehub.cli.series import Mapping, date_of, value_of
from routehub.core.errors import Refused
from routehub.warning.backtest import Table
from routehub.warning.columns import mapped, recognised
from routehub.warning.graph import Flow, RouteGraph
from routehub.warning.parameters import Parameters
from routehub.warning.scoring import Event
from routehub_schemas.errors import Problem
from routehub_schemas.reference import Route, indicators

MOST_DAYS = 4_000
MOST_SERIES = 400
MOST_BYTES = 50_000_000
OF_AN_EVENT = frozenset({"name", "first", "last", "on", "direction", "note"})
DIRECTIONS = {"up": 1, "down": -1, "either": 0}


def read_table(path: Path, mapping: Path | None, route: Route) -> tuple[Table, RouteGraph, list[str]]:
    """The table, its series laid over the route's legs, and notes on what was left out.

    Errors: 422 with all problems at once, each with its line and column.
    """
    text = _text(path)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    except csv.Error as fault:
        raise Refused(f"{path.name} is not a CSV table: {fault}.") from None
    if not any(cell.strip() for row in rows[1:] for cell in row):
        raise Refused(f"{path.name}: there are no rows of days.")
    header = [name.strip() for name in rows[0]]
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise Refused(f"{path.name}: column {', '.join(map(repr, repeated))} stands there more than once.")
    day_column, flows, notes = _meaning(path, header, mapping, route)
    if len(flows) > MOST_SERIES:
        raise Refused(f"{path.name}: {len(flows)} series; at most {MOST_SERIES} are read.")
    days = _days(path, header, rows[1:], day_column, [flow.key for flow in flows])
    return Table(days), RouteGraph(route.legs, flows), notes


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused(f"{path.name}: larger than {MOST_BYTES // 1_000_000} MB.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise Refused(f"{path}: {fault.strerror or fault}.") from None
    except UnicodeDecodeError as fault:
        raise Refused(f"{path.name}: not UTF-8 text, at byte {fault.start}.") from None


def _delimiter(text: str) -> str:
    """What separates the cells: spreadsheets of many countries write semicolons."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _meaning(path: Path, header: list[str], mapping: Path | None, route: Route) -> tuple[str, list[Flow], list[str]]:
    """The column of days, the flows, and notes."""
    if mapping is not None:
        said = Mapping.read(mapping)
        if said.as_of:
            raise Refused(f"{mapping}: a back-test plays a wide table, a column per series; this mapping has as_of.")
        if said.day not in header:
            raise Refused(f"{path.name}: no column {said.day}.")
        there = {name: series for name, series in said.columns.items() if name in header}
        absent = sorted(set(said.columns) - set(there))
        notes = [f"not in the table: {', '.join(absent)}"] if absent else []
        if more := [name for name in header if name and name not in said.columns and name != said.day]:
            notes.append(f"left out, the mapping does not name it: {', '.join(more)}")
        day_column, flows = said.day, mapped(there)
    else:
        day_column = next((name for name in header if name.lower() in ("date", "day")), header[0])
        flows, unknown = recognised([name for name in header if name not in (day_column, "")], route)
        notes = [f"left out, the name says no party of any route: {', '.join(unknown)}"] if unknown else []
    stocks = [flow.key for flow in flows if _is_stock(flow.indicator)]
    if stocks:
        notes.append(f"left out, a stock and not a flow: {', '.join(stocks)}")
        flows = [flow for flow in flows if flow.key not in stocks]
    if not flows:
        raise Refused(
            f"{path.name}: no column names a party, such as MK or GR_islands. Say what they mean with --mapping."
        )
    return day_column, flows, notes


def _is_stock(name: str) -> bool:
    return name in indicators() and indicators()[name].kind == "stock"


def _days(
    path: Path, header: list[str], rows: Sequence[list[str]], day_column: str, keys: list[str]
) -> dict[date, dict[str, int | None]]:
    days: dict[date, dict[str, int | None]] = {}
    problems: list[Problem] = []
    at = {name: header.index(name) for name in (day_column, *keys)}
    for line, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        where = f"line {line}"
        try:
            if len(row) != len(header):
                raise Refused(f"{where}: {len(row)} cells, the header has {len(header)}.")
            day = date_of(row[at[day_column]], where)
            if day in days:
                raise Refused(f"{where}: {day.isoformat()} stands there a second time.")
            days[day] = {}
        except Refused as fault:
            problems.append(Problem(f"/{line}", "row", fault.detail))
            continue
        for key in keys:
            try:
                days[day][key] = value_of(row[at[key]], f"{where}, column {key}")
            except Refused as fault:
                problems.append(Problem(f"/{line}/{key}", "value", fault.detail))
    if problems:
        raise Refused(f"{path.name} cannot be played.", problems[:50])
    if (max(days) - min(days)).days >= MOST_DAYS:
        raise Refused(f"{path.name}: from {min(days)} to {max(days)} is more than {MOST_DAYS} days.")
    return days


def read_events(path: Path, graph: RouteGraph) -> list[Event]:
    """A list of events: name, first and last day, the series or legs where they show, and up, down or either."""
    said = read_json(path)
    if not isinstance(said, list):
        raise Refused(f"{path.name}: a list of events is wanted.")
    problems: list[Problem] = []
    events = [event for number, entry in enumerate(said) if (event := _event(number, entry, problems)) is not None]
    known = set(graph.flows) | {leg for key in graph.flows for leg in graph.legs_of(key)}
    if problems:
        raise Refused(f"{path.name} cannot be used.", problems)
    return [event for event in events if event.on & known]


def _event(number: int, entry: Any, problems: list[Problem]) -> Event | None:
    found = len(problems)
    if not isinstance(entry, dict):
        problems.append(Problem(f"/{number}", "type", "an event is an object"))
        return None
    for name in sorted(set(entry) - OF_AN_EVENT):
        problems.append(
            Problem(f"/{number}/{name}", "unknown-field", "unknown", allowed=", ".join(sorted(OF_AN_EVENT)))
        )
    on = entry.get("on")
    if not isinstance(on, list) or not on or not all(isinstance(word, str) for word in on):
        problems.append(Problem(f"/{number}/on", "missing", "the series or legs where it shows are wanted"))
    direction = entry.get("direction", "either")
    if direction not in DIRECTIONS:
        problems.append(Problem(f"/{number}/direction", "unknown", "not a direction", direction, "up, down, either"))
    days = []
    for name, fallback in (("first", None), ("last", entry.get("first"))):
        try:
            days.append(date.fromisoformat(str(entry.get(name, fallback))))
        except (TypeError, ValueError):
            problems.append(Problem(f"/{number}/{name}", "form", f"{name}: a date such as 2015-10-17 is wanted"))
    if len(days) == 2 and days[1] < days[0]:
        problems.append(Problem(f"/{number}/last", "order", "an event ends after it begins"))
    if len(problems) > found:
        return None
    return Event(str(entry.get("name", "")), days[0], days[1], frozenset(on or ()), DIRECTIONS[direction])


def read_parameters(path: Path | None) -> Parameters:
    """The defaults, or what a file changes of them."""
    return Parameters() if path is None else Parameters.from_json(read_json(path))


def read_json(path: Path) -> Any:
    """Errors: 422 for what cannot be read or is no JSON."""
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError) as fault:
        raise Refused(f"{path.name} is not JSON: {fault}.") from None
