"""Numbers in cells. Counts are whole; what a point or a comma means is decided once for a column."""

import re
from collections.abc import Iterable, Mapping
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
    """What parts whole from fraction in a column.

    thousands: the sign that parts groups of three, where nothing says that it is the decimal one; both: the cells
    contradict each other, so that no number with a point or a comma is sure; unsure: every grouped number ends in
    three noughts (``5.000``): thousands, surely, but nothing else says so.
    """

    decimal: str | None = None
    thousands: str | None = None
    both: bool = False
    unsure: bool = False


def signs(values: Iterable[Cell]) -> Signs:
    """Which of ``.`` and ``,`` is the decimal sign of a column, from the cells in which it can be nothing else.

    A cell such as ``5,000`` fits both readings; beside ``12,0`` or ``1.234`` it could be five or five thousand.
    """
    found: dict[str, set[int]] = {}
    grouped: dict[str, list[str]] = {}
    for value in values:
        if not isinstance(value, str) or not _NUMBERLIKE.fullmatch(text := value.strip(SPACES)):
            continue
        marks = [char for char in text if char in ".,"]
        if not marks:
            continue
        if len(set(marks)) == 2:
            found.setdefault(marks[-1], set()).add(len(text.rpartition(marks[-1])[2]))
        elif len(marks) == 1:
            head, _, tail = text.partition(marks[0])
            if len(tail) != 3 or not 1 <= len(head) <= 3 or head.startswith("0"):
                found.setdefault(marks[0], set()).add(len(tail))
            else:
                grouped.setdefault(marks[0], []).append(tail)
    decimal = next(iter(found), None)
    if len(found) > 1 or len(grouped) > 1 or (decimal in grouped and found[decimal] != {3}):
        return Signs(both=True)
    thousands = next(iter(grouped), None) if decimal is None else None
    return Signs(decimal, thousands, unsure=not found and any(set(tails) == {"000"} for tails in grouped.values()))


def of_columns(columns: Mapping[int, Iterable[Cell]]) -> dict[int, Signs]:
    """The signs of each column of one file: what is the decimal sign in one column parts no thousands in another."""
    found = {index: signs(values) for index, values in columns.items()}
    decimals = {sign.decimal for sign in found.values()} - {None}
    thousands = {sign.thousands for sign in found.values()} - {None}
    return {
        index: Signs(both=True) if sign.thousands and (sign.thousands in decimals or len(thousands) > 1) else sign
        for index, sign in found.items()
    }


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
