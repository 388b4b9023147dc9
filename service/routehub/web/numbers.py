"""Reading numbers as people type them, and writing them so that they cannot be misread (UX 3.1 and 10)."""

import re

from routehub.core.words import number, signed_percent

MOST = 1_000_000_000

# Plain and no-break spaces, narrow and thin ones, comma, point and apostrophes part thousands somewhere on the route.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([ \u00a0\u202f\u2009,.'\u2019])[0-9]{3})(?:\1[0-9]{3})*", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,20}", re.ASCII)


class NotANumber(Exception):
    """What was typed is no count. ``why``: blank, negative, decimal, too-large or other."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_count(text: str) -> int:
    """A count as typed: ``1902``, ``1 902``, ``1,902`` and ``1.902`` all mean 1902.

    A separator parts groups of exactly three digits, always the same one; so ``1.9`` is half a person and refused.
    """
    text = text.strip(" \t\r\n\u00a0\u202f\u2009")
    if not text:
        raise NotANumber("blank")
    if _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        found = int("".join(c for c in text if c.isdigit()))
        if found > MOST:
            raise NotANumber("too-large")
        return found
    if re.fullmatch(r"[-\u2212\u2013][0-9 ,.]+", text, re.ASCII):
        raise NotANumber("negative")
    if re.fullmatch(r"[0-9]+[.,][0-9]+", text, re.ASCII):
        raise NotANumber("decimal")
    raise NotANumber("other")


def count(value: int) -> str:
    """``1 902``, as everywhere."""
    return number(value)


def change(value: int, before: int) -> str:
    """``+524 (+38%)``: as a number and, where there is something to compare with, as a whole percentage."""
    difference = value - before
    if difference == 0:
        return "no change"
    sign = "+" if difference > 0 else ""
    if before == 0:
        return f"{sign}{count(difference)}"
    return f"{sign}{count(difference)} ({signed_percent(value, before)})"
