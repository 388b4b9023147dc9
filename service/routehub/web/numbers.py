"""Reading numbers as people type them, and writing them so that they cannot be misread (UX 3.1 and 10)."""

from routehub.core.language import _
from routehub.core.words import number, signed_percent
from routehub_schemas.numbers import NotANumber, read_count

__all__ = ["NotANumber", "change", "count", "read_count"]


def count(value: int) -> str:
    """``1 902``, as everywhere."""
    return number(value)


def change(value: int, before: int) -> str:
    """``+524 (+38%)``: as a number and, where there is something to compare with, as a whole percentage."""
    difference = value - before
    if difference == 0:
        return _("no change")
    sign = "+" if difference > 0 else ""
    if before == 0:
        return f"{sign}{count(difference)}"
    return f"{sign}{count(difference)} ({signed_percent(value, before)})"
