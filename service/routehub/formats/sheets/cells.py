"""Numbers in cells. Counts are whole; what a point or a comma means is decided once for a column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from routehub.formats.sheets.grid import Cell
from routehub.formats.sheets.words import BLANKS
from routehub_schemas.numbers import BLANKS as SPACES
from routehub_schemas.numbers import MOST, NotANumber, read_count

_BOUND = re.compile(r"^\s*(<|>|≤|≥|<=|>=|less than|more than|under|over|up to|fewer than)\s*[0-9]", re.IGNORECASE)
_NUMBERLIKE = re.compile(r"[0-9][0-9.,'\u2019 \u00a0\u202f\u2009]*")

WHY = {
    "negative": "a count is not negative",
    "decimal": "a count is a whole number",
    "too-large": f"a count is at most {MOST}",
    "bound": "this is a bound and no count: send the number, or leave the cell empty",
    "date": "this is a date and no count",
    "logical": "this is true or false and no count",
    "other": "not a whole number",
}


class NoCount(ValueError):
    """A cell that holds something else than a count; ``why`` is a key of ``WHY``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Signs:
    """What parts whole from fraction in a column; ``both`` when its cells contradict each other.

    unsure: every grouped number ends in three noughts (``5.000``): thousands, surely, but nothing else says so.
    """

    decimal: str | None = None
    both: bool = False
    unsure: bool = False


def signs(values: Iterable[Cell]) -> Signs:
    """Which of ``.`` and ``,`` is the decimal sign of a column, from the cells in which it can be nothing else."""
    found: set[str] = set()
    grouped = []
    for value in values:
        if not isinstance(value, str) or not _NUMBERLIKE.fullmatch(text := value.strip(SPACES)):
            continue
        marks = [char for char in text if char in ".,"]
        if not marks:
            continue
        if len(set(marks)) == 2:
            found.add(marks[-1])
        elif len(marks) == 1:
            head, _, tail = text.partition(marks[0])
            if len(tail) != 3 or not 1 <= len(head) <= 3 or head.startswith("0"):
                found.add(marks[0])
            else:
                grouped.append(tail)
    if len(found) > 1:
        return Signs(both=True)
    return Signs(next(iter(found), None), unsure=not found and bool(grouped) and set(grouped) == {"000"})


def count(value: Cell, sign: Signs) -> int | None:
    """The count in a cell; None when there is none (blank, ``-``, ``n/a`` …). Errors: ``NoCount``."""
    if value is None:
        return None
    if isinstance(value, bool):
        raise NoCount("logical")
    if isinstance(value, date | time):
        raise NoCount("date")
    if isinstance(value, int | float):
        return _whole(value)
    if value.casefold() in BLANKS:
        return None
    if _BOUND.match(value):
        raise NoCount("bound")
    try:
        return read_count(_without_fraction(value.strip(SPACES), sign.decimal))
    except NotANumber as error:
        raise NoCount(error.why) from None


def _whole(value: int | float) -> int:
    if value != value or value in (float("inf"), float("-inf")):
        raise NoCount("other")
    if value < 0:
        raise NoCount("negative")
    if value > MOST:
        raise NoCount("too-large")
    if isinstance(value, float) and not value.is_integer():
        raise NoCount("decimal")
    return int(value)


def _without_fraction(text: str, decimal: str | None) -> str:
    """``5900.0`` and ``1.234,00`` without their noughts. Errors: ``NoCount`` for a fraction of a person."""
    if decimal is None or decimal not in text:
        return text
    whole, _, fraction = text.rpartition(decimal)
    if decimal in whole or not fraction.isdigit():
        raise NoCount("other")
    if fraction.strip("0"):
        raise NoCount("decimal")
    return whole
