"""From a sheet to reports: one per party, day (or hour), with the cell that each figure came from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from routehub.formats.sheets import cells, columns, dates, rows
from routehub.formats.sheets.cells import NoCount, Signs
from routehub.formats.sheets.columns import Column, Layout
from routehub.formats.sheets.dates import NoDate
from routehub.formats.sheets.grid import Cell, Grid, Note, column_place, fault, place
from routehub.formats.sheets.known import Known, Terms
from routehub.formats.sheets.rows import Rows
from routehub.formats.sheets.words import BLANKS, YES
from routehub_schemas.errors import Problem, near

MOST_FIGURES = 1_000
"""Of one report, as in the contract; a day with more goes in as several."""
_AS_WRITTEN = ("mode", "service", "modality", "sex", "method", "coverage")
_LOGICAL = ("non_refoulement_check", "carried_over")


@dataclass
class Found:
    """One report of a file. ``origins``: row, column and header of each of its figures."""

    party: str
    day: date
    start: datetime | None
    data: dict[str, Any]
    origins: list[tuple[int, int, str]] = field(default_factory=list)

    def located(self, pointer: str, message: str) -> tuple[str, str]:
        """What is said of a figure or of the report, as said of its cell or first row."""
        parts = pointer.split("/")
        if len(parts) > 2 and parts[1] == "figures" and parts[2].isdigit() and int(parts[2]) < len(self.origins):
            at, words = place(*self.origins[int(parts[2])])
        else:
            at, words = place(self.origins[0][0])
        return at, f"{words}: {message}"


@dataclass
class Reading:
    """What was understood: reports, faults by cell, what the sender should know, and rows that hold no figures."""

    reports: list[Found]
    faults: list[Problem]
    notes: list[Note]
    skipped: list[dict[str, Any]]
    sheet: str = ""


@dataclass(frozen=True)
class _Sense:
    """What the cells of each column mean together."""

    signs: dict[int, Signs]
    order: str | None
    corners: frozenset[tuple[int, int]] = frozenset()
    """Cells whose value stands for others too, for they are merged."""


def read(grid: Grid, terms: Terms, known: Known) -> Reading:
    """All that a sheet says. Rows with a fault are in no report."""
    layout = columns.find(grid, terms, known)
    if any(problem.code != "unknown-column" for problem in layout.problems) or not layout.usable:
        return Reading([], list(layout.problems), list(grid.notes), [], grid.name)
    parts = rows.sort(grid, layout, known)
    days = {
        column.index: [grid.at(row, column.index) for row in parts.data]
        for column in layout.columns if column.role in ("day", "start")
    }  # fmt: skip
    sense = _Sense(
        cells.of_columns({c.index: [grid.at(row, c.index) for row in parts.data] for c in layout.figures}),
        dates.order((value for values in days.values() for value in values), terms.date_order),
        frozenset(grid.merged.values()),
    )
    whole = [
        *layout.problems,
        *parts.problems,
        *_mixed(layout, sense),
        *_mixed_days(layout, days),
        *_needless_start(layout, terms),
    ]
    faults = list(whole)
    found: dict[tuple[Any, ...], list[Found]] = {}
    for row in parts.data:
        wrong, reported = _row(_Row(grid, row, layout, terms, known, sense))
        faults += wrong
        if reported is not None and not wrong:
            _gather(found, reported)
    notes = [*grid.notes, *_left_out(layout), *_unsure(grid, parts, layout, sense), *_placeless(grid, parts, layout)]
    notes += _zones(grid, parts, layout, terms, known)
    notes += rows.compare_totals(grid, layout, parts, lambda column, row: _number(grid, row, column, sense))
    # What is open about the whole table is open about each of its rows: then none is good.
    reports = [] if whole else [report for several in found.values() for report in several]
    if not reports and not faults:
        faults.append(Problem("", "no-figures", "There is no figure in this file: every cell for one is empty."))
    return Reading(reports, faults, notes, parts.skipped, grid.name)


def _gather(found: dict[tuple[Any, ...], list[Found]], reported: Found) -> None:
    key = (reported.party, reported.data.get("period"), reported.day, reported.start)
    several = found.setdefault(key, [])
    if not several or len(several[-1].origins) + len(reported.origins) > MOST_FIGURES:
        several.append(reported)
        return
    several[-1].data["figures"] += reported.data["figures"]
    several[-1].origins += reported.origins
    for name in ("reason", "comment"):
        if name in reported.data:
            several[-1].data.setdefault(name, reported.data[name])


@dataclass(frozen=True)
class _Row:
    grid: Grid
    number: int
    layout: Layout
    terms: Terms
    known: Known
    sense: _Sense

    def cell(self, role: str) -> tuple[Column | None, Cell]:
        column = self.layout.of(role)
        return column, self.grid.at(self.number, column.index) if column is not None else None

    def text(self, role: str) -> str:
        value = self.cell(role)[1]
        text = value if isinstance(value, str) else "" if value is None else str(value)
        return "" if text.casefold() in BLANKS else text

    def fault(self, column: Column | None, code: str, message: str, sent: Any = None, **facts: Any) -> Problem:
        index, header = (column.index, column.header) if column is not None else (None, "")
        return fault(self.number, index, header, code, message, sent, **facts)


def _row(row: _Row) -> tuple[list[Problem], Found | None]:
    """The figures of one row, or what is wrong with it."""
    faults: list[Problem] = []
    if row.grid.commas and len(row.grid.cells[row.number]) > row.layout.width(row.grid):
        words = 'this row has more cells than the header; put numbers with commas in quotes: "1,234"'
        faults.append(row.fault(None, "too-many-cells", words))
    party = _party(row, "party", row.terms.party, faults)
    _check_unnamed(row, party, faults)
    day = _day(row, faults)
    period = row.text("period").lower().replace(" ", "_") or row.terms.period
    start = _start(row, party, day, faults) if period == "hour" else None
    if start is not None and day is None:
        day = start.astimezone(row.known.zone(party)).date()
    common = _dimensions(row, faults)
    figures, origins = [], []
    for column, series, value in _values(row, faults):
        figures.append(common | series | {"value": value})
        origins.append((row.number, column.index, column.header))
    if day is None or not figures or faults:
        return faults, None
    data: dict[str, Any] = {"party": party, "day": day.isoformat(), "figures": figures}
    if period != "reporting_day":
        data["period"] = period
    if start is not None:
        data["start"] = start.astimezone(UTC).isoformat().replace("+00:00", "Z")
    for name, said in (("reason", row.terms.reason), ("comment", row.terms.comment)):
        if row.text(name) or said:
            data[name] = row.text(name) or said
    if row.terms.audience:
        data["audience"] = list(row.terms.audience)
    return [], Found(party, day, start, data, origins)


def _values(row: _Row, faults: list[Problem]) -> Iterator[tuple[Column, dict[str, Any], int]]:
    for column in row.layout.figures:
        at = (row.number, column.index)
        if at in row.grid.faults:
            faults.append(row.fault(column, "no-value", row.grid.faults[at]))
            continue
        value = row.grid.at(*at)
        if value is not None and (at in row.grid.merged or at in row.sense.corners):
            words = "one number stands in several merged cells; write each cell's own"
            faults.append(row.fault(column, "merged", words, value))
            continue
        try:
            number = _number(row.grid, row.number, column, row.sense)
        except NoCount as wrong:
            faults.append(
                row.fault(column, f"no-count-{wrong.why}", cells.WHY.get(wrong.why, cells.WHY["other"]), value)
            )
            continue
        if number is None:
            continue
        series = dict(column.series) if column.role == "figure" else _indicator(row, faults)
        if series is not None:
            yield column, series, number


def _number(grid: Grid, row: int, column: Column, sense: _Sense) -> int | None:
    return cells.count(grid.at(row, column.index), sense.signs[column.index])


def _indicator(row: _Row, faults: list[Problem]) -> dict[str, Any] | None:
    """The series that a row of the long form names."""
    column, value = row.cell("indicator")
    text = str(value or "")
    found = columns.series_of(text, row.known) if text else None
    if found is not None:
        return dict(found)
    if not text:
        faults.append(row.fault(column, "missing", "a number without its indicator"))
    else:
        known = [*columns.indicator_names()]
        meant = near(text, known)
        faults.append(row.fault(column, "unknown-indicator", "not in the catalogue of indicators", text, allowed=known,
                                suggestion=meant))  # fmt: skip
    return None


def _party(row: _Row, role: str, default: str, faults: list[Problem]) -> str:
    column, _ = row.cell(role)
    text = row.text(role)
    if not text:
        return default
    code = row.known.party(text)
    if code is None:
        words = "no party is called this"
        faults.append(row.fault(column, "unknown-party", words, text, suggestion=row.known.near_party(text)))
    return code or default


def _check_unnamed(row: _Row, party: str, faults: list[Problem]) -> None:
    """A blank cell under another party's name may mean that party: many write a name once, above its rows."""
    column = row.layout.of("party")
    if column is None or row.text("party"):
        return
    above = next((text for at in range(row.number - 1, row.layout.data - 1, -1)
                  if (text := row.grid.text(at, column.index))), "")  # fmt: skip
    if above and row.known.party(above) not in (None, party):
        words = f"no party in this row, and {above} above it; write the party in every row"
        faults.append(row.fault(column, "missing", words))


def _day(row: _Row, faults: list[Problem]) -> date | None:
    column, value = row.cell("day")
    if value is None or row.text("day") == "":
        if row.terms.day is None and row.layout.of("start") is None:
            faults.append(row.fault(column, "missing", "no day; give it in a column or with day=2015-10-20"))
        return row.terms.day
    try:
        found = dates.day(value, row.sense.order)
    except NoDate as wrong:
        if row.layout.of("start") is None and isinstance(value, str | datetime) and row.terms.period == "hour":
            return None  # the day's cell is the hour's: read as its start
        faults.append(row.fault(column, wrong.code, wrong.why, value))
        return None
    if row.terms.day is not None and found != row.terms.day:
        words = f"the address says {row.terms.day.isoformat()}"
        faults.append(row.fault(column, "contradicts-address", words, value, allowed=row.terms.day.isoformat()))
    return found


def _start(row: _Row, party: str, day: date | None, faults: list[Problem]) -> datetime | None:
    column, value = row.cell("start")
    if column is None:
        column, value = row.cell("day")
    if value is None:
        faults.append(row.fault(column, "missing", "an hourly figure needs the begin of its hour"))
        return None
    try:
        return dates.start(value, day, row.known.zone(party), row.sense.order)
    except NoDate as wrong:
        faults.append(row.fault(column, wrong.code, wrong.why, value))
        return None


def _dimensions(row: _Row, faults: list[Problem]) -> dict[str, Any]:
    """What all figures of the row share."""
    found: dict[str, Any] = {"status": row.terms.status} if row.terms.status else {}
    if text := row.text("place"):
        code = row.known.place(text)
        if code is None:
            names = {name: code for code, name in row.known.places.items()}
            meant = near(text, [*row.known.places, *names])
            words, known = "the route has no such place", sorted(row.known.places)
            column = row.layout.of("place")
            suggestion = names.get(meant or "", meant)
            faults.append(row.fault(column, "unknown-place", words, text, allowed=known, suggestion=suggestion))
        else:
            found["place"] = code
    if row.text("counterpart"):
        found["counterpart"] = _party(row, "counterpart", "", faults)
    for name in _AS_WRITTEN:
        if text := row.text(name):
            found[name] = text.lower().replace(" ", "_").replace("-", "_")
    for name in _LOGICAL:
        if text := row.text(name):
            found[name] = YES.get(text.lower(), text)
    for name in ("age_band", "note"):
        if text := row.text(name):
            found[name] = text
    if text := row.text("nationality"):
        found["nationality"] = text.upper()
    if text := row.text("status"):
        # "revised" is what the hub says of a value that replaced another; who sends it means it as confirmed.
        found["status"] = "confirmed" if text.lower() == "revised" else text.lower()
    return found


def _mixed(layout: Layout, sense: _Sense) -> Iterator[Problem]:
    for column in layout.figures:
        if sense.signs[column.index].both:
            pointer, words = column_place(column.index, column.header)
            message = f"{words}: a point or a comma parts thousands in some cells and fractions in others; write 1234"
            yield Problem(pointer, "mixed-separators", message)


def _mixed_days(layout: Layout, days: Mapping[int, list[Cell]]) -> Iterator[Problem]:
    for column in layout.columns:
        if column.index in days and dates.mixed(days[column.index]):
            pointer, words = column_place(column.index, column.header)
            message = (
                f"{words}: some cells are dates and others texts such as 13/11/2015: the spreadsheet may have swapped "
                "days and months. Make them all dates, or all texts such as 2015-11-13"
            )
            yield Problem(pointer, "mixed-dates", message, sent=column.header)


def _needless_start(layout: Layout, terms: Terms) -> Iterator[Problem]:
    """A time in a table of days may be that of the count as well as the begin of an hour; nobody guesses."""
    column = layout.of("start")
    if column is not None and layout.of("period") is None and terms.period != "hour":
        pointer, words = column_place(column.index, column.header)
        message = f"{words}: only hours have a start; say period=hour, or leave the column out with map"
        yield Problem(pointer, "start-without-hour", message, sent=column.header)


def _zones(grid: Grid, parts: Rows, layout: Layout, terms: Terms, known: Known) -> Iterator[Note]:
    """Cells of a spreadsheet have no zone; which one was meant, the sender has to see."""
    column = layout.of("start")
    if column is None or not any(_has_no_offset(grid.at(row, column.index)) for row in parts.data):
        return
    if terms.period == "hour" or any("hour" in grid.text(row, at.index) for row in parts.data
                                     for at in layout.columns if at.role == "period"):  # fmt: skip
        pointer, words = column_place(column.index, column.header)
        zone = known.zone(terms.party).key
        yield Note(
            pointer, "zone-assumed", f"{words}: times without an offset are those of {zone}; zone= says another."
        )


def _has_no_offset(value: Cell) -> bool:
    return value is not None and not (isinstance(value, str) and re.search(r"(Z|[+-][0-9]{2}:?[0-9]{2})$", value))


def _placeless(grid: Grid, parts: Rows, layout: Layout) -> Iterator[Note]:
    """A figure without a place is the whole party's. In a table with a column per figure, a blank under a place may be
    meant otherwise."""
    column = layout.of("place")
    if column is None or layout.of("indicator") is not None:
        return
    named = [bool(grid.text(row, column.index)) for row in parts.data]
    found = [str(row + 1) for row, above, own in zip(parts.data[1:], named, named[1:], strict=False)
             if above and not own]  # fmt: skip
    if found:
        pointer, words = column_place(column.index, column.header)
        rows = ", ".join(found[:10]) + (" …" if len(found) > 10 else "")
        yield Note(pointer, "no-place", f"{words}: rows without a place count for the whole party: {rows}.")


def _left_out(layout: Layout) -> Iterator[Note]:
    for column in layout.left_out:
        pointer, words = column_place(column.index, column.header)
        yield Note(pointer, "left-out", f"{words}: a column of totals is not imported.")


def _unsure(grid: Grid, parts: Rows, layout: Layout, sense: _Sense) -> Iterator[Note]:
    for column in layout.figures:
        if sense.signs[column.index].unsure:
            text = next(t for row in parts.data if (t := grid.text(row, column.index))[-4:-3] in (".", ","))
            number = "".join(char for char in text if char.isdigit())
            pointer, words = column_place(column.index, column.header)
            yield Note(pointer, "thousands-assumed", f"{words}: {text} was read as {number}, for counts are whole.")
