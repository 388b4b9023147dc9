"""A table as it leaves the hub, before it is CSV or XLSX: columns with stable words, rows of plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | float | bool | date | datetime | None
Row = Sequence[Cell]

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula (OWASP, "CSV Injection"), with the
# full-width forms that some of them fold. A tab, CR or LF moves what follows to the beginning of a cell.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """One column. ``name``: the header word, which never changes; ``hxl``: its tag and attributes (HXL 1.1)."""

    name: str
    hxl: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under columns. A value that nobody gave is None and stays an empty cell, never a zero."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def tags(self) -> list[str]:
        return [column.hxl for column in self.columns]


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet would read this text as a formula."""
    return text.startswith(_BEGINS_FORMULA)
