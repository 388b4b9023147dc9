"""CSV on the way out (RFC 4180): commas, CR LF, UTF-8, times in UTC with their zone, no text that a spreadsheet takes
for a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime

from routehub.core.canonical import iso
from routehub.formats.sheets.table import Cell, Row, Table, begins_formula

BOM = "\ufeff"


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


def head(table: Table, *, hxl: bool = False, bom: bool = False) -> bytes:
    """The line of header words.

    hxl: a row of tags under it; bom: a byte order mark, by which old Excels know UTF-8.
    """
    return ((BOM if bom else "") + _lines([table.header, *([table.tags] if hxl else [])])).encode()


def lines(rows: Iterable[Row]) -> bytes:
    """Rows as lines; for what is written as it is read."""
    return _lines([field(cell) for cell in row] for row in rows).encode()


def write(table: Table, *, hxl: bool = False, bom: bool = False) -> bytes:
    """A whole table."""
    return head(table, hxl=hxl, bom=bom) + lines(table.rows)


def _lines(rows: Iterable[Iterable[str | int | float]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
