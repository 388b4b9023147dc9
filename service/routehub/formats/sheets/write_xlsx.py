"""XLSX on the way out: real numbers and dates, a header that stays, and a sheet that says what this is, as of when and
who may read it. No cell is ever a formula."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from routehub.formats.sheets.table import Cell, Table, begins_formula

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

ABOUT = "About"
LONGEST_TEXT = 32_767
"""Characters in a cell (Excel's own bound); xlsxwriter drops what is longer."""
MOST_WIDE = 60
LEAST_WIDE = 8
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class _Formats:
    """The looks of cells. A workbook knows no zones, so the format of a time names its zone."""

    def __init__(self, book: "Workbook") -> None:
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.tag = book.add_format({"italic": True, "font_color": "#595959"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss" UTC"'})
        # What Excel itself sets on text typed with an apostrophe: it stays text when somebody edits the cell.
        self.quoted = book.add_format({"quote_prefix": True})
        self.marking = book.add_format({"bold": True, "font_color": "#9c0006", "bg_color": "#ffc7ce"})


def write(
    tables: Sequence[Table], about: Mapping[str, Cell], *, title: str, marking: str = "", hxl: bool = False
) -> bytes:
    """A workbook of a sheet per table, and last the sheet About.

    about: what, when and who may read it, by words; marking: EXERCISE or SAMPLE, above About and on every printed page.
    """
    from xlsxwriter import Workbook  # a hub that nobody asks for a workbook does without

    held = io.BytesIO()
    with Workbook(held, _OPTIONS) as book:
        book.set_properties({"title": title, "subject": marking, "comments": str(about.get("may be read by") or "")})
        formats = _Formats(book)
        printed = "&R" + " ".join(filter(None, (marking, str(about.get("marking") or "")))).replace("&", "&&")
        for table in tables:
            sheet = book.add_worksheet(table.name)
            sheet.set_header(printed)
            _fill(sheet, formats, table, hxl=hxl)
        _about(book.add_worksheet(ABOUT), formats, about, marking)
    return held.getvalue()


def _fill(sheet: "Worksheet", formats: _Formats, table: Table, *, hxl: bool) -> None:
    widths = [max(LEAST_WIDE, len(word)) for word in table.header]
    sheet.write_row(0, 0, table.header, formats.head)
    first = 1
    if hxl:
        sheet.write_row(1, 0, table.tags, formats.tag)
        first = 2
    last = first - 1
    for last, row in enumerate(table.rows, first):
        for at, value in enumerate(row):
            _cell(sheet, formats, last, at, value)
            widths[at] = max(widths[at], min(MOST_WIDE, _width(value)))
    sheet.freeze_panes(first, 0)
    sheet.repeat_rows(0)
    if table.columns:
        sheet.autofilter(first - 1, 0, max(last, first - 1), len(table.columns) - 1)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width + 1)


def _cell(sheet: "Worksheet", formats: _Formats, row: int, at: int, value: Cell) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, at, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, at, value.astimezone(UTC).replace(tzinfo=None), formats.moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, at, value, formats.day)
    else:
        sheet.write_string(row, at, value[:LONGEST_TEXT], formats.quoted if begins_formula(value) else None)


def _width(value: Cell) -> int:
    if isinstance(value, datetime):
        return 24
    return 10 if isinstance(value, date) else len(str(value)) if value is not None else 0


def _about(sheet: "Worksheet", formats: _Formats, about: Mapping[str, Cell], marking: str) -> None:
    row = 0
    if marking:
        sheet.write_string(0, 0, marking, formats.marking)
        row = 1
    for word, value in about.items():
        sheet.write_string(row, 0, word, formats.head)
        _cell(sheet, formats, row, 1, value)
        row += 1
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, MOST_WIDE)
