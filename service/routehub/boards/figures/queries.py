"""Reading figures: current values, values as they were known at an earlier moment, and their history.

Always through the reader's audiences. Values of different parties are never added up.

Every query goes from the series, which are few, to the rows of each in the order of its primary key, so that it costs
what it finds and not what is there (docs/decisions/0015).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, exists, func, select

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


BUCKETS = ("calendar_day", "hour", "reporting_day")
AROUND = timedelta(days=2)
"""A period begins and ends less than this from midnight UTC of the day that it is called after, in any zone."""
_EXTRA = ("mode", "service", "modality", "sex", "age_band", "nationality")
_COLUMNS = ("series_id", "bucket", "day", "start", "end", "value", "status", "method", "coverage", "carried_over",
            "note", "revised", "message_id", "accepted_at")  # fmt: skip
_s = figure_series.c
_SERIES = (_s.key, _s.party, _s.indicator, _s.place, _s.counterpart, *(_s[name] for name in _EXTRA))


def _columns(table: FromClause) -> list[ColumnElement[Any]]:
    return [*(table.c[name] for name in _COLUMNS), *_SERIES]


def _series(query: FigureQuery) -> list[ColumnElement[bool]]:
    """Which series are asked for."""
    found: list[ColumnElement[bool]] = [_s.route == query.route]
    for column, wanted in (
        (_s.party, query.parties), (_s.indicator, query.indicators), (_s.place, query.places),
        (_s.counterpart, query.counterparts),
    ):  # fmt: skip
        if wanted:
            found.append(column.in_(sorted(wanted)))
    return found


def _buckets(query: FigureQuery) -> list[str]:
    if query.bucket:
        return [query.bucket]
    return [bucket for bucket in BUCKETS if query.hours or bucket != "hour"]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _periods(table: FromClause, query: FigureQuery) -> list[ColumnElement[bool]]:
    """Which periods are asked for. Their days are bounded by ``start`` too, which the primary key is in order of."""
    v = table.c
    found: list[ColumnElement[bool]] = [v.bucket.in_(_buckets(query))]
    if query.first:
        found += [v.day >= query.first, v.start > _midnight(query.first) - AROUND]
    if query.last:
        found += [v.day <= query.last, v.start < _midnight(query.last) + AROUND]
    return found


def _known(table: FromClause, query: FigureQuery, audiences: Iterable[int]) -> list[ColumnElement[bool]]:
    """Which values the reader may read, and had been accepted then."""
    v = table.c
    found = [clause(v.audience_id, audiences)]
    if query.as_of is not None:
        found.append(v.accepted_at <= query.as_of)
    if query.as_of_sequence is not None:
        found.append(v.sequence <= query.as_of_sequence)
    return found


def _newest(table: FromClause, query: FigureQuery, audiences: Iterable[int]) -> ColumnElement[bool]:
    """That no newer value of the same series and period is one that the reader may read."""
    v, other = table.c, table.alias("newer")
    n = other.c
    same = (n.series_id == v.series_id, n.bucket == v.bucket, n.start == v.start, n.sequence > v.sequence)
    return ~exists().where(*same, *_known(other, query, audiences))


def figures(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[FigureValue]:
    """The newest value of each series and period that the reader may read, ordered by day, series and start."""
    ids = frozenset(audiences)
    found: list[FigureValue] = []
    for part in _spans(conn, query):
        found += _figures(conn, ids, replace(part, limit=query.limit - len(found)))
        if len(found) >= query.limit:
            break
    return found


def _figures(conn: Connection, ids: frozenset[int], query: FigureQuery) -> list[FigureValue]:
    table = figure_revisions if query.historical else figure_current
    v = table.c
    statement = (
        select(*_columns(table))
        .join_from(figure_series, table, v.series_id == _s.id)
        .where(
            *_series(query), *_periods(table, query), *_known(table, query, ids), _newest(table, query, ids)
        )
        .order_by(v.day, _s.key, v.start)
        .limit(query.limit)
    )  # fmt: skip
    if query.offset_key is not None:
        day, series, start = query.offset_key
        statement = statement.where(
            (v.day > day)
            | ((v.day == day) & (_s.key > series))
            | ((v.day == day) & (_s.key == series) & (v.start > start))
        )
    return [_value(row) for row in conn.execute(statement)]


def _spans(conn: Connection, query: FigureQuery) -> Iterator[FigureQuery]:
    """The same question for one span of days after the other, each twice as long as the one before, so that the first
    page of a long time does not put all of it in order."""
    begin, end = query.first, query.last
    if query.offset_key is not None:
        begin = max(begin or query.offset_key[0], query.offset_key[0])
    if begin is None or end is None:
        first, last = _covered(conn, query)
        if first is None or last is None:
            return
        begin, end = begin or first, end or last
    count = conn.execute(select(func.count()).select_from(figure_series).where(*_series(query))).scalar_one()
    a_day = count * (24 if "hour" in _buckets(query) else 1)
    days = max(1, query.limit // max(1, a_day))
    while begin <= end:
        until = min(end, begin + timedelta(days=min(days, (end - begin).days)))
        yield replace(query, first=begin, last=until)
        begin, days = until + timedelta(days=1), days * 2


def _covered(conn: Connection, query: FigureQuery) -> tuple[date | None, date | None]:
    """Days between which the series have values, whoever may read them: one look per series and bucket."""
    v = figure_current.c
    ends = []
    for bucket in _buckets(query):
        mine = (v.series_id == _s.id, v.bucket == bucket)
        ends += [
            func.min(select(func.min(v.start)).where(*mine).scalar_subquery()),
            func.max(select(func.max(v.start)).where(*mine).scalar_subquery()),
        ]
    row = conn.execute(select(*ends).select_from(figure_series).where(*_series(query))).one()
    firsts, lasts = [one for one in row[::2] if one], [one for one in row[1::2] if one]
    if not firsts:
        return None, None
    return (min(firsts) - AROUND).date(), (max(lasts) + AROUND).date()


def latest(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[FigureValue]:
    """The newest period of every series that has a value which the reader may read and which was not withdrawn."""
    ids = frozenset(audiences)
    v = figure_current.c
    found: list[FigureValue] = []
    for bucket in _buckets(query):
        one = replace(query, bucket=bucket)
        inner = figure_current.alias("inner")
        i = inner.c
        start = (
            select(i.start)
            .where(i.series_id == _s.id, i.bucket == bucket, i.value.is_not(None))
            .where(*_periods(inner, one), *_known(inner, one, ids), _newest(inner, one, ids))
            .order_by(i.start.desc())
            .limit(1)
            .correlate(figure_series)
            .scalar_subquery()
        )
        statement = (
            select(*_columns(figure_current))
            .join_from(figure_series, figure_current, and_(v.series_id == _s.id, v.bucket == bucket, v.start == start))
            .where(*_series(one), *_known(figure_current, one, ids), _newest(figure_current, one, ids))
        )
        found += [_value(row) for row in conn.execute(statement)]
    return sorted(found, key=lambda f: (f.party, f.indicator, f.series_id))


def history(
    conn: Connection, audiences: Iterable[int], query: FigureQuery
) -> dict[tuple[int, str, datetime], tuple[FigureValue, ...]]:
    """Every revision by series, bucket and start, oldest first: nothing is overwritten."""
    v = figure_revisions.c
    statement = (
        select(*_columns(figure_revisions), v.reason)
        .join_from(figure_series, figure_revisions, v.series_id == _s.id)
        .where(*_series(query), *_periods(figure_revisions, query), *_known(figure_revisions, query, audiences))
        .order_by(v.sequence)
        .limit(20_000)
    )
    found: dict[tuple[int, str, datetime], list[FigureValue]] = {}
    for row in conn.execute(statement):
        value = _value(row)
        found.setdefault((value.series_id, value.bucket, value.start), []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _value(row: Row[*tuple[Any, ...]]) -> FigureValue:
    """A row of ``_columns``, with the reason behind them in a history."""
    (series_id, bucket, day, start, end, value, status, method, coverage, carried_over, note, revised, message_id,
     accepted_at, key, party, indicator, place, counterpart, *more) = row  # fmt: skip
    dimensions = {name: one for name, one in zip(_EXTRA, more, strict=False) if one is not None}
    return FigureValue(
        key, series_id, party, indicator, place, counterpart, dimensions, bucket, day, start, end, value, status,
        method, coverage, carried_over, note, revised, message_id, accepted_at, more[6] if len(more) > 6 else None,
    )  # fmt: skip
