"""CSV on the way out (RFC 4180): commas, CR LF, UTF-8, times in UTC with their zone, no text that a spreadsheet takes
for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from routehub.core.canonical import iso
from routehub.formats.sheets.table import Cell, Row, Table, begins_formula

BOM = "\ufeff"
_ROWS_AT_ONCE = 500


def field(value: Cell) -> str | int | float:
    """A cell's text. Numbers stay numbers; only text is made safe, with an apostrophe as spreadsheets know it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if begins_formula(value) else value


def write(table: Table, *, hxl: bool = False, bom: bool = False) -> Iterator[bytes]:
    """The table in pieces, as its rows come.

    hxl: a row of tags under the header; bom: a byte order mark, by which old Excels know UTF-8.
    """
    yield ((BOM if bom else "") + _lines([table.header, *([table.tags] if hxl else [])])).encode()
    held: list[Row] = []
    for row in table.rows:
        held.append(row)
        if len(held) == _ROWS_AT_ONCE:
            yield _lines([field(cell) for cell in line] for line in held).encode()
            held = []
    if held:
        yield _lines([field(cell) for cell in line] for line in held).encode()


def _lines(rows: Iterable[Iterable[str | int | float]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
