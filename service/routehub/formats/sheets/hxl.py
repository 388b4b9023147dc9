"""HXL tag rows (HXL 1.1): a row under the header that says what each column holds, whatever the header calls it."""

import re

from routehub.formats.sheets.grid import Grid
from routehub_schemas.reference import indicators

_TAG = re.compile(r"#[a-z][a-z0-9_]*(\s*\+\s*[a-z][a-z0-9_]*)*", re.IGNORECASE)

TAGS: tuple[tuple[str, str | None, str], ...] = (
    ("#org", "counterpart", "counterpart"), ("#country", "origin", "nationality"), ("#date", "start", "start"),
    ("#date", "end", "-"), ("#date", "posted", "-"), ("#indicator", "value", "value"),
    ("#indicator", "code", "indicator"), ("#indicator", "name", "indicator"), ("#description", "reason", "reason"),
    ("#meta", "mode", "mode"), ("#meta", "sex", "sex"), ("#meta", "age", "age_band"), ("#meta", "period", "period"),
    ("#meta", "method", "method"), ("#meta", "coverage", "coverage"), ("#meta", "carried_over", "carried_over"),
    ("#org", None, "party"), ("#country", None, "party"), ("#date", None, "day"), ("#value", None, "value"),
    ("#loc", None, "place"), ("#sector", None, "service"), ("#modality", None, "modality"),
    ("#status", None, "status"), ("#description", None, "note"), ("#meta", None, "-"),
)  # fmt: skip
"""Tag, an attribute that it must have, and what the column then holds. The first that fits counts."""
FIGURES = frozenset({"#affected", "#capacity", "#indicator", "#population", "#inneed", "#reached"})
"""Tags of counts: an attribute names the indicator, as in ``#affected+arrivals`` or ``#capacity+places``."""

_PLAIN = frozenset({"num", "total", "ind"})
"""Attributes that leave a count what it is. Others, as in ``#affected+arrivals+f``, make it one of some people only."""


def is_tags(grid: Grid, row: int) -> bool:
    filled = [value for _, value in grid.filled(row)]
    return bool(filled) and all(isinstance(value, str) and _TAG.fullmatch(value) for value in filled)


def meaning(tag: str) -> tuple[str, str] | None:
    """(role, indicator) of a column with this tag; the indicator is empty but for role ``figure``."""
    name, *attributes = (part.strip().lower() for part in tag.split("+"))
    if name in FIGURES:
        indicator = next((word for word in attributes if word in indicators()), None)
        if indicator is not None:
            return ("figure", indicator) if {*attributes} - {indicator} <= _PLAIN else None
    for known, attribute, role in TAGS:
        if name == known and (attribute is None or attribute in attributes):
            return role, ""
    return None
