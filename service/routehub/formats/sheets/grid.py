"""A sheet as it was sent: rows of cells with the numbers and letters that its author sees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from routehub.formats.sheets.table import begins_formula
from routehub_schemas.errors import Problem, printable, shown

MOST_COLUMNS = 200
"""A table of figures has dozens; a cell far to the right would make readers lay out millions of empty ones."""

Cell = str | int | float | bool | date | datetime | time | None


class Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.problem = Problem("", code, message, **facts)


@dataclass(frozen=True)
class Note:
    """Something about a file that was taken, which its sender should know."""

    pointer: str
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


@dataclass(frozen=True)
class Grid:
    """Cells by row (from 0) and column (from 0). ``cells[0]`` is row 1 of the file; texts are stripped, blank is None.

    merged: (row, column) of every covered cell -> that of the corner which holds its value; faults: cells that hold
    an error or a formula without a result, in words.
    """

    cells: list[list[Cell]]
    name: str = ""
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def width(self) -> int:
        return max((len(row) for row in self.cells), default=0)

    def at(self, row: int, column: int) -> Cell:
        """The value of a cell; of a merged one, what stands in its corner."""
        row, column = self.merged.get((row, column), (row, column))
        cells = self.cells[row]
        return cells[column] if column < len(cells) else None

    def text(self, row: int, column: int) -> str:
        value = self.at(row, column)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def blank(self, row: int) -> bool:
        return all(value is None for value in self.cells[row]) and not any(at == row for at, _ in self.faults)

    def filled(self, row: int) -> Iterator[tuple[int, Cell]]:
        """Column and value of each cell of a row that says something."""
        return ((at, value) for at, value in enumerate(self.cells[row]) if value is not None)


def letter(column: int) -> str:
    """A, B, … Z, AA, as spreadsheets call columns."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(letters: str) -> int:
    found = 0
    for char in letters:
        found = found * 26 + ord(char) - 64
    return found - 1


def place(row: int, column: int | None = None, header: str = "") -> tuple[str, str]:
    """Pointer and words of a cell or row: ``/rows/14/D`` and ``row 14, column D (Arrivals)``."""
    if column is None:
        return f"/rows/{row + 1}", f"row {row + 1}"
    named = f" ({printable(header, 40)})" if header else ""
    return f"/rows/{row + 1}/{letter(column)}", f"row {row + 1}, column {letter(column)}{named}"


def column_place(column: int, header: str) -> tuple[str, str]:
    """Pointer and words of a column: ``/columns/D`` and ``column D (Arrivals)``."""
    named = f" ({printable(header, 40)})" if header else ""
    return f"/columns/{letter(column)}", f"column {letter(column)}{named}"


def fault(
    row: int, column: int | None, header: str, code: str, message: str, sent: Any = None, **facts: Any
) -> Problem:
    """What is wrong with a cell or row, said with its place."""
    pointer, words = place(row, column, header)
    told = sent.isoformat() if isinstance(sent, date | time) else sent
    return Problem(pointer, code, f"{words}: {message}", shown(told), **facts)


def clean(value: Any) -> Cell:
    """A cell's value; blank texts are nothing. An apostrophe before what would be a formula is no part of it: with
    that spreadsheets, and the hub's own exports, mark it as text."""
    if isinstance(value, str):
        text = value.strip(" \t\r\n\u00a0\u202f\u2009\ufeff")
        if text.startswith("'") and begins_formula(text[1:]):
            text = text[1:]
        return text or None
    return value if isinstance(value, int | float | date | time) or value is None else str(value)
