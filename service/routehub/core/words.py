"""Numbers and days in words, the same in pages, mail and terminal (UX 10). British English, or the language of who
reads: how it writes a day stands in its catalogue, as a pattern of Unicode (UTS 35)."""

from datetime import date

from babel.dates import format_date
from babel.numbers import get_decimal_symbol

from routehub.core.language import ENGLISH, current, locale, pgettext
from routehub_schemas.numbers import NARROW, written

MINUS = "\u2212"
__all__ = ["MINUS", "NARROW", "day", "decimal", "number", "percent", "percent_sign", "signed_percent", "whole_percent"]


def number(value: int) -> str:
    """``1 902`` with narrow no-break spaces, ``−5`` with a real minus sign."""
    return written(value).replace("-", MINUS)


def signed_percent(now: int, before: int) -> str:
    """``+38%``, ``−4%``: a whole percentage of ``before``, which must not be 0."""
    share = round(100 * (now - before) / before)
    return f"{'+' if share >= 0 else MINUS}{percent(abs(share))}"


def whole_percent(part: int, whole: int) -> int:
    """A share in whole per cents, to the nearest; never 100 before it is whole. ``whole`` must not be 0. Levels, such
    as nearly full, go by the exact share."""
    share = (200 * part + whole) // (2 * whole)
    return min(share, 99) if part < whole else share


def decimal(value: float) -> str:
    """``70.7``, ``37``; with the decimal sign of the language: ``70,7``."""
    text = str(value) if isinstance(value, int) else f"{value:g}"  # which would write 1999900 as 1.9999e+06
    return text.replace(".", get_decimal_symbol(locale()))


def percent(value: float) -> str:
    """``38%``; with the narrow space that most other languages want before the sign: ``38 %``."""
    return decimal(value) + percent_sign()


def percent_sign() -> str:
    """What stands behind the digits of a percentage."""
    return "%" if current() == ENGLISH else f"{NARROW}%"


def day(value: date) -> str:
    """``Wed 21 Jan``. English names whatever the machine's locale."""
    if current() != ENGLISH:
        return format_date(value, pgettext("pattern of a day", "EEE d MMM"), locale=locale())
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[value.weekday()]} {value.day} {months[value.month - 1]}"
