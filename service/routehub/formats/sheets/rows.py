"""Which rows of a table hold figures, and what the others are: units, tags, totals, footnotes, the header again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from routehub.formats.sheets import hxl
from routehub.formats.sheets.cells import NoCount
from routehub.formats.sheets.columns import Column, Layout, series_of
from routehub.formats.sheets.grid import Grid, Note, fault, place
from routehub.formats.sheets.known import Known
from routehub.formats.sheets.words import BLANKS, LARGE_UNITS, UNITS, is_total, says_scale
from routehub_schemas.errors import Problem

MOST_TOLD = 50
_REMARKS = ("note", "reason", "comment")
_AS_COUNTED = "figures are sent as they are counted, not in thousands, millions or percent"


@dataclass
class Rows:
    """``data``: rows to read; ``totals``: rows of sums; ``skipped``: what was not read, and why; ``problems``: what
    leaves the meaning of all rows open."""

    data: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def skip(self, row: int, why: str) -> None:
        if len(self.skipped) < MOST_TOLD:
            self.skipped.append({"row": row + 1, "why": why})


def sort(grid: Grid, layout: Layout, known: Known) -> Rows:
    """Every row of the sheet to its place."""
    found = Rows()
    for row in range(layout.first):
        if not grid.blank(row):
            found.skip(row, "above the header")
    for row in range(layout.first, layout.data):
        if hxl.is_tags(grid, row):
            found.skip(row, "tags")
    for row in range(layout.data):
        _check_scale(grid, row, found)
    lone: list[int] = []
    for row in range(layout.data, len(grid.cells)):
        if grid.blank(row):
            continue
        if hxl.is_tags(grid, row):
            found.skip(row, "tags")
        elif not found.data and _is_units(grid, row, found):
            found.skip(row, "units")
        elif _is_header(grid, row, layout):
            found.skip(row, "the header again")
        elif _is_other_header(grid, row, layout, known):
            index = next(at for at, _ in grid.filled(row))
            words = "here a second table begins; send each table as a file or sheet of its own"
            found.problems.append(fault(row, index, "", "second-table", words, grid.text(row, index)))
            break
        elif _is_total(grid, row, layout):
            found.totals.append(row)
            found.skip(row, "a total")
        elif _is_lone(grid, row, layout):
            lone.append(row)
        elif _says_nothing(grid, row, layout):
            found.skip(row, "no figures")
        else:
            found.data.append(row)
    _lone(grid, lone, found)
    return found


def _lone(grid: Grid, lone: list[int], found: Rows) -> None:
    """Text below the table is a footnote; between its rows it may be a heading that changes what they mean."""
    last = max(found.data, default=-1)
    for row in lone:
        if row > last:
            found.skip(row, "a footnote")
            _check_scale(grid, row, found)
        else:
            index, text = next((at, value) for at, value in grid.filled(row))
            words = "text and no figures; a heading between the rows cannot be read: give it a column"
            found.problems.append(fault(row, index, "", "no-figures", words, text))


def _is_units(grid: Grid, row: int, found: Rows) -> bool:
    texts = [(at, value.strip("() ").casefold()) for at, value in grid.filled(row) if isinstance(value, str)]
    if not texts or len(texts) < sum(1 for _ in grid.filled(row)):
        return False
    large = [(at, text) for at, text in texts if any(text.startswith(word) for word in LARGE_UNITS)]
    if large and all(text in UNITS or (at, text) in large for at, text in texts):
        for at, text in large:
            found.problems.append(fault(row, at, "", "unit", _AS_COUNTED, text))
        return True
    return all(text in UNITS for _, text in texts)


def _check_scale(grid: Grid, row: int, found: Rows) -> None:
    """A title or footnote may say that the figures are not what they look like."""
    for at, text in grid.filled(row):
        if isinstance(text, str) and says_scale(text):
            found.problems.append(fault(row, at, "", "unit", _AS_COUNTED, text))


def _is_other_header(grid: Grid, row: int, layout: Layout, known: Known) -> bool:
    """Words for figures where figures should stand: from here on the columns mean something else."""
    texts = [value for column in layout.figures if isinstance(value := grid.at(row, column.index), str)]
    return any(text.casefold() not in BLANKS and series_of(text, known) is not None for text in texts)


def _is_header(grid: Grid, row: int, layout: Layout) -> bool:
    above = layout.data - 1
    return row > above and grid.cells[row] == grid.cells[above] and not grid.blank(above)


def _is_total(grid: Grid, row: int, layout: Layout) -> bool:
    """A word for a sum as the row's name; in a remark ("Total of two shifts") it names nothing."""
    apart = {column.index for column in layout.columns if column.role in ("figure", "value", *_REMARKS)}
    return any(isinstance(value, str) and at not in apart and is_total(value) for at, value in grid.filled(row)) or (
        isinstance(value := next(grid.filled(row))[1], str) and is_total(value)
    )


def _says_nothing(grid: Grid, row: int, layout: Layout) -> bool:
    return not any(_said(grid, row, column) for column in layout.figures)


def _said(grid: Grid, row: int, column: Column) -> bool:
    value = grid.at(row, column.index)
    blank = value is None or (isinstance(value, str) and value.casefold() in BLANKS)
    return not blank or (row, column.index) in grid.faults


def _is_lone(grid: Grid, row: int, layout: Layout) -> bool:
    """A row with a text or two and nothing that could be a figure or its day."""
    filled = [(at, value) for at, value in grid.filled(row) if (row, at) not in grid.merged]
    if any(at == row for at, _ in grid.faults) or not all(isinstance(value, str) for _, value in filled):
        return False
    figures = {column.index for column in layout.figures}
    wordy = [value for _, value in filled if sum(char.isalpha() for char in str(value)) >= 3]
    if len(filled) == 1 and len(layout.columns) > 1:
        return bool(wordy) or str(filled[0][1]).startswith("*")
    day = layout.of("day")
    beside = [at for at, _ in filled]
    return len(filled) == 2 and not figures & set(beside) and (day is None or day.index not in beside) and bool(wordy)


def compare_totals(
    grid: Grid, layout: Layout, rows: Rows, number: Callable[[Column, int], int | None]
) -> Iterator[Note]:
    """A total that is not the sum of its rows is worth a look. It compares what one file says; nothing is added up
    for anybody."""
    columns = [column for column in layout.figures if column.role == "figure"]
    for total in rows.totals:
        before = [row for row in rows.data if row < total]
        last = max((other for other in rows.totals if other < total), default=-1)
        for column in columns:
            try:
                stated = number(column, total)
                counted = [(row, number(column, row) or 0) for row in before]
            except NoCount:
                continue
            sums = {sum(value for _, value in counted), sum(value for row, value in counted if row > last)}
            if stated is not None and before and stated not in sums:
                pointer, words = place(total, column.index, column.header)
                yield Note(
                    pointer, "total-differs", f"{words}: the total says {stated}, the rows above make {max(sums)}."
                )
