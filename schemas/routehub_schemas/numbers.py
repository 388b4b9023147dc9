"""Counts as people write them: one rule for forms, terminals and files."""

import re

MOST = 1_000_000_000
BLANKS = " \t\r\n\u00a0\u202f\u2009"

# Plain and no-break spaces, narrow and thin ones, comma, point and apostrophes part thousands somewhere on the route.
SEPARATORS = " \u00a0\u202f\u2009,.'\u2019"
_GROUPED = re.compile(rf"[1-9][0-9]{{0,2}}(?:([{SEPARATORS}])[0-9]{{3}})(?:\1[0-9]{{3}})*", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,20}", re.ASCII)


NARROW = "\u202f"
"""Narrow no-break space: the thousands separator that no reader takes for a decimal sign."""


def written(value: float) -> str:
    """``1 902``, as it stands in sentences (UX 10)."""
    return f"{value:,}".replace(",", NARROW)


class NotANumber(ValueError):
    """What was written is no count. ``why``: blank, negative, decimal, too-large or other."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_count(text: str) -> int:
    """A count as written: ``1902``, ``1 902``, ``1,902`` and ``1.902`` all mean 1902.

    A separator parts groups of exactly three digits, always the same one; so ``1.9`` is half a person and refused.
    """
    text = text.strip(BLANKS)
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
