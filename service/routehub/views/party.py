"""One party of a route: how it reports, its figures over the last weeks, its borders with both counts, its places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.boards.figures.queries import FigureQuery, FigureValue, figures
from routehub.boards.measures.queries import MeasureView, measures
from routehub.boards.movements.queries import MovementView, movements
from routehub.boards.reporting.freshness import Record, record
from routehub.boards.reporting.queries import days_of, first_day
from routehub.directory.snapshot import Directory, LegView, Membership, PlaceView, RouteView
from routehub.views import shared
from routehub.views.border import BorderDay, border_days
from routehub.views.route import Capacity, Station, picture
from routehub.views.totals import Total, Totals, fulfilled_day

DAYS = 30
ONE_DAY = timedelta(days=1)
LONG_BACK = timedelta(days=60)
MOST_VALUES = 20_000
FIRST = ("arrivals", "departures", "occupied", "places", "present", "stranded", "registered", "asylum_applications")
"""The order in which figures are shown; any other comes after these by name."""


@dataclass(frozen=True)
class IndicatorDays:
    """A party's own total of one indicator by day, the oldest first; None: not given."""

    indicator: str
    days: tuple[Total | None, ...]

    @property
    def newest(self) -> Total | None:
        return next((total for total in reversed(self.days) if total is not None), None)

    @property
    def before(self) -> Total | None:
        """Of the day before the newest."""
        told = self.newest
        return next((t for t in self.days if t is not None and told and t.day == told.day - ONE_DAY), None)


@dataclass(frozen=True)
class PlaceRoom:
    """One of a party's places with how full it is."""

    place: PlaceView
    capacity: Capacity


@dataclass(frozen=True)
class PartyPicture:
    """What a reader sees of a party. ``station``: None for one that posts no figures; ``last``: its newest reporting
    day; ``borders``: each leg with its days."""

    member: Membership
    station: Station | None
    last: date
    record: Record
    indicators: tuple[IndicatorDays, ...]
    borders: tuple[tuple[LegView, tuple[BorderDay, ...]], ...]
    rooms: tuple[PlaceRoom, ...]
    alerts: tuple[AlertView, ...]
    measures: tuple[MeasureView, ...]
    movements: tuple[MovementView, ...]

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.last - back * ONE_DAY for back in reversed(range(DAYS)))


def load(
    conn: Connection, directory: Directory, route: RouteView, member: Membership, audiences: Iterable[int],
    now: datetime,
) -> PartyPicture:  # fmt: skip
    """Read one party's figures and those of its neighbours at their common borders."""
    ids, party = frozenset(audiences), member.party
    today = now.astimezone(route.zone).date()
    legs = tuple(leg for leg in route.legs_on(today) if party in (leg.from_party, leg.to_party))
    values = _values(conn, route, ids, party, now)
    made = days_of(conn, ids, route.code, today - LONG_BACK, today + ONE_DAY, party)
    drawn = picture(directory, route, values, made, alerts(conn, ids, route.code, now, open_only=True), now)
    station, totals = drawn.station(party), drawn.totals
    last = station.freshness.day if station else today
    reports, pauses = made.get(party, {}), directory.pauses_of(route.code, party)
    begin = max(first_day(conn, ids, route.code) or last, last - (DAYS - 1) * ONE_DAY)  # not before anybody reported
    return PartyPicture(
        member, station, last, record(member, reports, begin, last, now, pauses),
        _indicators(totals, values, party, last), tuple((leg, border_days(totals, leg, last, DAYS)) for leg in legs),
        _rooms(route, values, party, last), tuple(a for a in drawn.alerts if a.party == party),
        tuple(m for m in measures(conn, ids, route.code, now) if not m.over and _concerns(m, party)),
        tuple(m for m in movements(conn, ids, route.code, now) if party in (m.party, m.asked) and m.at > now),
    )  # fmt: skip


def _values(conn: Connection, route: RouteView, ids: frozenset[int], party: str, now: datetime) -> list[FigureValue]:
    """All of the party's own figures, and what its neighbours count at their borders with it."""
    today = now.astimezone(route.zone).date()
    back = timedelta(days=DAYS + 10)
    usual = shared.inputs(conn, route, ids, now, back)
    span = {"first": today - back, "last": today + ONE_DAY, "limit": MOST_VALUES, "hours": False}
    own = FigureQuery(route.code, parties=frozenset({party}), **span)  # type: ignore[arg-type]
    near = route.neighbours(party, today)
    others = FigureQuery(
        route.code, parties=near, indicators=frozenset({"arrivals", "departures"}), counterparts=frozenset({party}),
        **span,  # type: ignore[arg-type]
    )  # fmt: skip
    found = figures(conn, usual, own) + (figures(conn, usual, others) if near else [])
    return shared.without_red(conn, found)


def _indicators(
    totals: Totals, values: Iterable[FigureValue], party: str, last: date
) -> tuple[IndicatorDays, ...]:  # fmt: skip
    given = {v.indicator for v in values if v.party == party}
    order = [*(name for name in FIRST if name in given), *sorted(given - set(FIRST))]
    days = [last - back * ONE_DAY for back in reversed(range(DAYS))]
    found = [IndicatorDays(name, tuple(totals.total(party, name, day) for day in days)) for name in order]
    return tuple(one for one in found if one.newest is not None)


def _rooms(route: RouteView, values: Iterable[FigureValue], party: str, last: date) -> tuple[PlaceRoom, ...]:
    """Places for which the party says both numbers; a number of places holds until another is said."""
    given: dict[str, dict[str, dict[date, int]]] = {}
    for v in values:
        if v.party == party and v.place and v.indicator in ("places", "occupied") and v.value is not None:
            days = given.setdefault(v.place, {}).setdefault(v.indicator, {})
            day = fulfilled_day(v)
            days[day] = days.get(day, 0) + v.value
    found = []
    for code, told in sorted(given.items()):
        room = _room(told, last)
        if room is not None:
            found.append(PlaceRoom(route.places.get(code, PlaceView(code, code, "", party, None)), room))
    return tuple(found)


def _room(told: Mapping[str, Mapping[date, int]], last: date) -> Capacity | None:
    day = max((d for d in told.get("occupied", {}) if d <= last), default=None)
    said = max((d for d in told.get("places", {}) if day is not None and d <= day), default=None)
    if day is None or said is None:
        return None
    return Capacity(told["places"][said], told["occupied"][day], day, day == last, "")


def _concerns(view: MeasureView, party: str) -> bool:
    return party == view.party or party in view.said.co_authors or any(party in leg.split("-") for leg in view.legs)
