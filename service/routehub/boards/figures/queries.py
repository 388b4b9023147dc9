"""Reading figures: current values, values as they were known at an earlier moment, and their history.

Always through the reader's audiences. Values of different parties are never added up.

Every query goes from the series, which are few, to the rows of each in the order of its primary key, so that it costs
what it finds and not what is there (docs/decisions/0015).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
)

from routehub.boards.figures.tables import figure_current, figure_revisions, figure_series
from routehub.core.columns import Numbers
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


class FigureValue(NamedTuple):
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
    dimensions: Mapping[str, Any]
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


@dataclass(frozen=True)
class _Shape:
    """Which conditions a question has. Statements are built once for each: building one costs more than running it."""

    historical: bool
    given: frozenset[str]
    one_day: bool = False

    @property
    def table(self) -> Table:
        return figure_revisions if self.historical else figure_current


def _shape(query: FigureQuery) -> _Shape:
    given = {name for name in _GIVEN if getattr(query, name)} | ({"offset"} if query.offset_key else set())
    if query.as_of_sequence is not None:
        given.add("as_of_sequence")
    return _Shape(query.historical, frozenset(given), query.first is not None and query.first == query.last)


_GIVEN = ("parties", "indicators", "places", "counterparts", "first", "last", "as_of", "as_of_sequence")


def _given(query: FigureQuery, audiences: Iterable[int]) -> dict[str, Any]:
    """What the statements' parameters stand for."""
    found: dict[str, Any] = {
        "route": query.route, "parties": sorted(query.parties), "indicators": sorted(query.indicators),
        "places": sorted(query.places), "counterparts": sorted(query.counterparts), "audiences": sorted(audiences),
        "first": query.first, "last": query.last, "limit": query.limit, "as_of": query.as_of,
        "as_of_sequence": query.as_of_sequence,
    }  # fmt: skip
    if query.first:
        found["from_start"] = _midnight(query.first) - AROUND
    if query.last:
        found["to_start"] = _midnight(query.last) + AROUND
    if query.offset_key is not None:
        found["day"], found["key"], found["start"] = query.offset_key
    return found


def _series(shape: _Shape) -> list[ColumnElement[bool]]:
    """Which series are asked for."""
    found: list[ColumnElement[bool]] = [_s.route == bindparam("route")]
    for name, column in (
        ("parties", _s.party), ("indicators", _s.indicator), ("places", _s.place), ("counterparts", _s.counterpart),
    ):  # fmt: skip
        if name in shape.given:
            found.append(column.in_(bindparam(name, expanding=True)))
    return found


def _buckets(query: FigureQuery) -> list[str]:
    if query.bucket:
        return [query.bucket]
    return [bucket for bucket in BUCKETS if query.hours or bucket != "hour"]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _periods(table: FromClause, shape: _Shape) -> list[ColumnElement[bool]]:
    """Which periods are asked for. Their days are bounded by ``start`` too, which the primary key is in order of."""
    v = table.c
    found: list[ColumnElement[bool]] = []
    if "first" in shape.given:
        found += [v.day >= bindparam("first"), v.start > bindparam("from_start")]
    if "last" in shape.given:
        found += [v.day <= bindparam("last"), v.start < bindparam("to_start")]
    return found


def _known(table: FromClause, shape: _Shape) -> list[ColumnElement[bool]]:
    """Which values the reader may read, and had been accepted then."""
    v = table.c
    found = [clause(v.audience_id, bindparam("audiences", type_=Numbers))]
    if "as_of" in shape.given:
        found.append(v.accepted_at <= bindparam("as_of"))
    if "as_of_sequence" in shape.given:
        found.append(v.sequence <= bindparam("as_of_sequence"))
    return found


def _newest(table: FromClause, shape: _Shape) -> ColumnElement[bool]:
    """That no newer value of the same series and period is one that the reader may read."""
    # As a look for each value, and not as an anti-join: PostgreSQL joins through whole series where it guesses few.
    v, other = table.c, table.alias("newer")
    n = other.c
    same = (n.series_id == v.series_id, n.bucket == v.bucket, n.start == v.start)
    newest = select(func.max(n.sequence)).where(*same, *_known(other, shape)).correlate(table).scalar_subquery()
    return v.sequence == newest


@cache
def _page(shape: _Shape) -> Select[*tuple[Any, ...]]:
    table = shape.table
    v = table.c
    # Within one day the series come in the order of their keys, and the limit ends the walk.
    order = [_s.key, v.start] if shape.one_day else [v.day, _s.key, v.start]
    statement = (
        select(*_columns(table))
        .join_from(figure_series, table, v.series_id == _s.id)
        .where(*_series(shape), v.bucket == bindparam("bucket"))
        .where(*_periods(table, shape), *_known(table, shape), _newest(table, shape))
        .order_by(*order)
        .limit(bindparam("limit"))
    )
    if "offset" in shape.given:
        behind = (_s.key > bindparam("key")) | ((_s.key == bindparam("key")) & (v.start > bindparam("start")))
        statement = statement.where((v.day > bindparam("day")) | ((v.day == bindparam("day")) & behind))
    return statement


class DayValue(NamedTuple):
    """A value of a whole day without what a chart does not show. ``plain``: it has no breakdown but by service."""

    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    bucket: str
    day: date
    value: int
    plain: bool


@cache
def _day_values(shape: _Shape) -> Select[*tuple[Any, ...]]:
    v = figure_current.c
    plain = and_(_s.mode.is_(None), _s.modality.is_(None))
    return (
        select(_s.party, _s.indicator, _s.place, _s.counterpart, v.bucket, v.day, v.value, plain)
        .join_from(figure_series, figure_current, v.series_id == _s.id)
        .where(*_series(shape), _s.sex.is_(None), _s.age_band.is_(None), _s.nationality.is_(None))
        .where(v.bucket == bindparam("bucket"), v.value.is_not(None))
        .where(*_periods(figure_current, shape), *_known(figure_current, shape), _newest(figure_current, shape))
        .order_by(v.day, _s.key)
    )


@cache
def _count(shape: _Shape) -> Select[int]:
    return select(func.count()).select_from(figure_series).where(*_series(shape))


@cache
def _next_day(shape: _Shape) -> Select[*tuple[Any, ...]]:
    """The first day of each bucket's values, from ``from_start`` on where it is given."""
    v = figure_current.c
    looks = []
    for bucket in BUCKETS:
        mine = select(v.day).where(v.series_id == _s.id, v.bucket == bucket, *_periods(figure_current, shape))
        looks.append(func.min(mine.order_by(v.start).limit(1).scalar_subquery()).label(bucket))
    return select(*looks).select_from(figure_series).where(*_series(shape))


@cache
def _latest(shape: _Shape) -> Select[*tuple[Any, ...]]:
    v = figure_current.c
    inner = figure_current.alias("inner")
    i = inner.c
    start = (
        select(i.start)
        .where(i.series_id == _s.id, i.bucket == bindparam("bucket"), i.value.is_not(None))
        .where(*_periods(inner, shape), *_known(inner, shape), _newest(inner, shape))
        .order_by(i.start.desc())
        .limit(1)
        .correlate(figure_series)
        .scalar_subquery()
    )
    # By itself, before the rows are fetched by their key: joined at once, PostgreSQL goes through all values of the
    # bucket, for it cannot guess how few the starts are.
    asked = select(_s.id, start.label("newest"), *_SERIES).where(*_series(shape)).cte("asked")
    asked = asked.prefix_with("MATERIALIZED", dialect="postgresql")
    mine = and_(v.series_id == asked.c.id, v.bucket == bindparam("bucket"), v.start == asked.c.newest)
    return (
        select(*(v[name] for name in _COLUMNS), *(asked.c[column.name] for column in _SERIES))
        .join_from(asked, figure_current, mine)
        .where(*_known(figure_current, shape), _newest(figure_current, shape))
    )


@cache
def _history(shape: _Shape) -> Select[*tuple[Any, ...]]:
    v = figure_revisions.c
    return (
        select(*_columns(figure_revisions), v.reason)
        .join_from(figure_series, figure_revisions, v.series_id == _s.id)
        .where(*_series(shape), v.bucket == bindparam("bucket"))
        .where(*_periods(figure_revisions, shape), *_known(figure_revisions, shape))
        .order_by(v.sequence)
        .limit(20_000)
    )


def _each(
    conn: Connection, statement: Select[*tuple[Any, ...]], query: FigureQuery, audiences: Iterable[int]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a statement for one bucket after the other: the primary key is in the order of the starts only within
    a bucket, and of a list of them PostgreSQL before 17 reads the whole series."""
    given = _given(query, audiences)
    for bucket in _buckets(query):
        yield from conn.execute(statement, given | {"bucket": bucket})


def figures(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[FigureValue]:
    """The newest value of each series and period that the reader may read, ordered by day, series and start."""
    ids = frozenset(audiences)
    found: list[FigureValue] = []
    for span in _spans(conn, query):
        part = replace(span, limit=query.limit - len(found))
        page = [_value(row) for row in _each(conn, _page(_shape(part)), part, ids)]
        found += sorted(page, key=lambda f: (f.day, f.series, f.start))[: part.limit]
        if len(found) >= query.limit:
            break
    return found


def day_values(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[DayValue]:
    """What parties gave for whole days, without breakdowns of people, ordered by day and series: for sums over long
    times. ``first`` and ``last`` bound it, ``limit`` does not."""
    days = replace(query, hours=False)
    return [DayValue._make(row) for row in _each(conn, _day_values(_shape(days)), days, audiences)]


def _spans(conn: Connection, query: FigureQuery) -> Iterator[FigureQuery]:
    """The same question for one span of days after the other, each of about as many values as are wanted, so that the
    first page of a long time does not put all of it in order. Days without values are passed over in one step."""
    begin, end = query.first, query.last
    if query.offset_key is not None:
        begin = max(begin or query.offset_key[0], query.offset_key[0])
    count = conn.execute(_count(_shape(query)), _given(query, ())).scalar_one()
    days = query.limit // max(1, count * (24 if "hour" in _buckets(query) else 1))
    if begin is not None and end is not None and (end - begin).days <= days:
        yield replace(query, first=begin)
        return
    day = _next(conn, query, begin)
    while day is not None and (end is None or day <= end):
        until = day + timedelta(days=max(0, days - 1))
        yield replace(query, first=day, last=until if end is None else min(until, end))
        day = _next(conn, query, until + timedelta(days=1))


def _next(conn: Connection, query: FigureQuery, day: date | None) -> date | None:
    """The next day, from one on, of which there is a value, whoever may read it: one look per series and bucket."""
    ahead = replace(query, first=day, last=None)
    row = conn.execute(_next_day(_shape(ahead)), _given(ahead, ())).one()
    return min((getattr(row, bucket) for bucket in _buckets(query) if getattr(row, bucket) is not None), default=None)


def latest(conn: Connection, audiences: Iterable[int], query: FigureQuery) -> list[FigureValue]:
    """The newest period of every series that has a value which the reader may read and which was not withdrawn."""
    found = [_value(row) for row in _each(conn, _latest(_shape(query)), query, audiences)]
    return sorted(found, key=lambda f: (f.party, f.indicator, f.series_id))


def history(
    conn: Connection, audiences: Iterable[int], query: FigureQuery
) -> dict[tuple[int, str, datetime], tuple[FigureValue, ...]]:
    """Every revision by series, bucket and start, oldest first: nothing is overwritten."""
    found: dict[tuple[int, str, datetime], list[FigureValue]] = {}
    for row in _each(conn, _history(_shape(query)), query, audiences):
        value = _value(row)
        found.setdefault((value.series_id, value.bucket, value.start), []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _value(row: Row[*tuple[Any, ...]]) -> FigureValue:
    """A row of ``_columns``, with the reason behind them in a history."""
    (series_id, bucket, day, start, end, value, status, method, coverage, carried_over, note, revised, message_id,
     accepted_at, key, party, indicator, place, counterpart, *more) = row  # fmt: skip
    return FigureValue(
        key, series_id, party, indicator, place, counterpart, _dimensions(*more[:6]), bucket, day, start, end, value,
        status, method, coverage, carried_over, note, revised, message_id, accepted_at,
        more[6] if len(more) > 6 else None,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _dimensions(*given: str | None) -> Mapping[str, str]:
    """A breakdown; few different ones are shared by many values."""
    return {name: one for name, one in zip(_EXTRA, given, strict=True) if one is not None}
