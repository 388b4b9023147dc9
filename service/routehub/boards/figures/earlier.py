"""What is on record of a report's series: in the database, and in the same transaction before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from sqlalchemy import bindparam, select

from routehub.boards.figures.tables import figure_current
from routehub.core.statements import Query
from routehub.directory.reporting_day import Period
from routehub.journal.message import Transaction
from routehub_schemas.kinds.report.payload import Figure

BY = ("series_id", "day")
"""By what rows that wait are found again."""
WEEK = timedelta(days=8)
"""How far back ``past`` goes: the day before and the seven days up to it."""
SAID = ("value", "status", "method", "coverage", "carried_over", "non_refoulement_check", "note")

COLUMNS = (*SAID, "message_id", "audience_id")

_c = figure_current.c
_NEWEST = Query(
    lambda ids: (
        select(_c.series_id, *(_c[name] for name in COLUMNS))
        .where(
            _c.series_id.in_(ids), _c.bucket == bindparam("bucket"), _c.start == bindparam("start", type_=_c.start.type)
        )
        .order_by(_c.sequence)
    )
)
_PAST = Query(
    lambda ids: select(_c.series_id, _c.day, _c.audience_id, _c.value)
    .where(
        _c.series_id.in_(ids), _c.bucket == bindparam("bucket"), _c.value.is_not(None),
        _c.start >= bindparam("first", type_=_c.start.type), _c.start < bindparam("start", type_=_c.start.type),
    )
    .order_by(_c.sequence)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest value of a series and period, whoever may read it."""

    value: int | None
    status: str
    method: str
    coverage: str
    carried_over: bool
    non_refoulement_check: bool | None
    note: str | None
    message_id: str
    audience_id: int

    def says(self, figure: Figure, audience_id: int) -> bool:
        """Whether a figure for these readers is on record already; for other readers it is news."""
        return self.audience_id == audience_id and all(getattr(self, name) == getattr(figure, name) for name in SAID)


def newest(tx: Transaction, ids: Sequence[int], period: Period) -> dict[int, Earlier]:
    """The newest value of each series in this period, of any audience: a party's own history is one."""
    if not ids:
        return {}
    found = {row[0]: Earlier(*row[1:]) for row in tx.read(_NEWEST, {"bucket": period.kind, "start": period.start}, ids)}
    for number in ids:
        for row in tx.collected(figure_current, (number, period.day)):
            if row["start"] == period.start and row["bucket"] == period.kind:
                found[number] = Earlier(*(row[name] for name in COLUMNS))
    return found


def past(
    tx: Transaction, ids: Sequence[int], period: Period, visible: frozenset[int] | None
) -> Mapping[int, Mapping[date, int]]:
    """The values of each series on the days before, by day, as far as these audiences may be read (None: all)."""
    if not ids:
        return {}
    first = period.start - WEEK
    times = {"bucket": period.kind, "first": first, "start": period.start}
    said: dict[tuple[int, date, int], Any] = {
        (number, day, audience): value for number, day, audience, value in tx.read(_PAST, times, ids)
    }
    for number, day in product(ids, (period.day - timedelta(days=back) for back in range(WEEK.days + 1))):
        for row in tx.collected(figure_current, (number, day)):
            if row["bucket"] == period.kind and first <= row["start"] < period.start:
                key = (number, day, row["audience_id"])
                said.pop(key, None)  # what comes later counts, and stands last
                said[key] = row["value"]
    found: dict[int, dict[date, int]] = {}
    for (number, day, audience), value in said.items():
        if value is not None and (visible is None or audience in visible):
            found.setdefault(number, {})[day] = value
    return found
