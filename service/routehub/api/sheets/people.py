"""Nominations as a table."""

from collections.abc import Iterable, Mapping
from typing import Any

from routehub.formats.sheets.table import Column, Table

NOMINATIONS = (
    Column("party", "#org+code"), Column("name", "#org+name"), Column("role", "#meta+role"),
    Column("state", "#status+nomination"), Column("since", "#date+asked"), Column("due_at", "#date+due"),
    Column("nominated_at", "#date+nominated"), Column("hours", "#meta+hours+num"),
    Column("accepted", "#status+accepted"), Column("marking", "#meta+marking"),
)  # fmt: skip


def nominations(found: Iterable[Mapping[str, Any]], marking: str) -> Table:
    """``found``: parties as the API gives them in JSON."""
    names = [column.name for column in NOMINATIONS[:-1]]
    return Table("nominations", NOMINATIONS, [(*(party[name] for name in names), marking) for party in found])
