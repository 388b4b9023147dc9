"""Reading figures: current values, values as they were known at an earlier moment, and their history.

Always through the reader's audiences. Values of different parties are never added up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, func, select

from routehub.boards.figures.tables import figure_current, figure_revisions, figure_series
from routehub.directory.visibility import clause


@dataclass(frozen=True)
class FigureQuery:
    """Which figures; empty means any; ``hours=False`` leaves hourly ones out.

    ``as_of`` by time or by sequence reads what was known then.
    """

    route: str
    parties: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    counterparts: frozenset[str] = frozenset()
    bucket: str | None = None
    first: date | None = None
    last: date | None = None
    as_of: datetime | None = None
    as_of_sequence: int | None = None
    limit: int = 1000
    offset_key: tuple[date, str, datetime] | None = None
    hours: bool = True

    @property
    def historical(self) -> bool:
        return self.as_of is not None or self.as_of_sequence is not None


@dataclass(frozen=True)
class FigureValue:
    """One value with both its times: the period it covers and when it was accepted.

    series: the text by which its series is known, for going on from here; ``series_id`` counts series that the reader
    may not see, so it stays inside.
    """

    series: str
    series_id: int
    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    dimensions: dict[str, Any]
    bucket: str
    day: date
    start: datetime
    end: datetime
    value: int | None
    status: str
    method: str
    coverage: str
    carried_over: bool
    note: str | None
    revised: bool
    message_id: str
    accepted_at: datetime
    reason: str | None = None

    @property
    def shown_status(self) -> str:
        """provisional, confirmed, revised or withdrawn (DOMAIN 2)."""
        return "revised" if self.revised and self.status == "confirmed" else self.status


_SERIES = (
    "key", "party", "indicator", "place", "counterpart", "mode", "service", "modality", "sex", "age_band",
    "nationality",
)  # fmt: skip
_VALUE = (
    "series_id", "bucket", "day", "start", "end", "value", "status", "method", "coverage", "carried_over", "note",
    "revised", "message_id", "accepted_at",
)  # fmt: skip


def _where(table: Table, query: FigureQuery, audiences: Iterable[int]) -> list[ColumnElement[bool]]:
    s, v = figure_series.c, table.c
    found: list[ColumnElement[bool]] = [s.route == query.route, clause(v.audience_id, audiences)]
    for column, wanted in (
        (s.party, query.parties), (s.indicator, query.indicators), (s.place, query.places),
        (s.counterpart, query.counterparts),
    ):  # fmt: skip
        if wanted:
            found.append(column.in_(sorted(wanted)))
    if query.bucket:
        found.append(v.bucket == query.bucket)
    if not query.hours:
        found.append(v.bucket != "hour")
    if query.first:
        found.append(v.day >= query.first)
    if query.last:
        found.append(v.day <= query.last)
    return found


def figures(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[FigureValue]:
    """The newest value of each series and period that the reader may read, ordered by day, series and start."""
    ids = frozenset(audiences)
    table = figure_revisions if query.historical else figure_current
    v = table.c
    rank = (
        func.row_number().over(partition_by=(v.series_id, v.bucket, v.start), order_by=v.sequence.desc()).label("rank")
    )
    where = _where(table, query, ids)
    if query.as_of is not None:
        where.append(v.accepted_at <= query.as_of)
    if query.as_of_sequence is not None:
        where.append(v.sequence <= query.as_of_sequence)
    inner = (
        select(*(figure_series.c[name] for name in _SERIES), *(v[name] for name in _VALUE), rank)
        .join(figure_series, figure_series.c.id == v.series_id)
        .where(and_(*where))
        .subquery()
    )
    outer = select(inner).where(inner.c.rank == 1).order_by(inner.c.day, inner.c.key, inner.c.start)
    if query.offset_key is not None:
        day, series, start = query.offset_key
        c = inner.c
        outer = outer.where(
            (c.day > day)
            | ((c.day == day) & (c.key > series))
            | ((c.day == day) & (c.key == series) & (c.start > start))
        )
    return [_value(row) for row in conn.execute(outer.limit(query.limit)).mappings()]


def latest(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[FigureValue]:
    """The newest period of every series, withdrawn values left out."""
    found: dict[tuple[int, str], FigureValue] = {}
    v = figure_current.c
    newest = (
        select(v.series_id, v.bucket, func.max(v.start).label("start"))
        .join(figure_series, figure_series.c.id == v.series_id)
        .where(and_(*_where(figure_current, query, audiences)), v.value.is_not(None))
        .group_by(v.series_id, v.bucket)
        .subquery()
    )
    rows = conn.execute(
        select(*(figure_series.c[name] for name in _SERIES), *(v[name] for name in _VALUE))
        .join(figure_series, figure_series.c.id == v.series_id)
        .join(
            newest,
            and_(newest.c.series_id == v.series_id, newest.c.bucket == v.bucket, newest.c.start == v.start),
        )
        .where(clause(v.audience_id, audiences))
        .order_by(v.sequence)
    ).mappings()
    for row in rows:
        value = _value(row)
        if value.value is not None:
            found[(value.series_id, value.bucket)] = value
    return sorted(found.values(), key=lambda f: (f.party, f.indicator, f.series_id))


def history(
    conn: Connection, audiences: Iterable[int], query: FigureQuery
) -> dict[tuple[int, str, datetime], tuple[FigureValue, ...]]:
    """Every revision by series, bucket and start, oldest first: nothing is overwritten."""
    v = figure_revisions.c
    rows = conn.execute(
        select(*(figure_series.c[name] for name in _SERIES), *(v[name] for name in _VALUE), v.reason)
        .join(figure_series, figure_series.c.id == v.series_id)
        .where(and_(*_where(figure_revisions, query, audiences)))
        .order_by(v.sequence)
        .limit(20_000)
    ).mappings()
    found: dict[tuple[int, str, datetime], tuple[FigureValue, ...]] = {}
    for row in rows:
        value = _value(row)
        key = (value.series_id, value.bucket, value.start)
        found[key] = (*found.get(key, ()), value)
    return found


def _value(row: RowMapping) -> FigureValue:
    dimensions = {name: row[name] for name in _SERIES[5:] if row[name] is not None}
    return FigureValue(
        series=row["key"], party=row["party"], indicator=row["indicator"], place=row["place"],
        counterpart=row["counterpart"], dimensions=dimensions, reason=row.get("reason"),
        **{name: row[name] for name in _VALUE},
    )  # fmt: skip
