"""The route as one picture: stations in travel order, both counts of every leg, capacity, freshness."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.boards.figures.queries import FigureQuery, FigureValue, figures
from routehub.boards.reporting.freshness import DayReport, Freshness, freshness, missed
from routehub.boards.reporting.queries import days_of
from routehub.core.words import whole_percent
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import Directory, LegView, Membership, RouteView
from routehub.views import shared
from routehub.views.totals import Total, Totals

SHOWN = ("arrivals", "departures", "present", "places", "occupied", "stranded", "asylum_applications")
BACK = timedelta(days=10)
LONG_BACK = timedelta(days=60)
DIFFER_SHARE = 0.10
DIFFER_PEOPLE = 25


@dataclass(frozen=True)
class StationFigure:
    """A party's newest number of an indicator, and the day before it. ``current``: of the current reporting day."""

    indicator: str
    now: Total
    before: Total | None
    current: bool

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.now.value - self.before.value


@dataclass(frozen=True)
class Capacity:
    """Places and how many are taken. ``level``: room, filling (from 75 %), nearly_full (90 %), over_capacity."""

    places: int
    occupied: int
    day: date
    current: bool
    flags: str

    @property
    def free(self) -> int:
        return self.places - self.occupied

    @property
    def percent(self) -> int | None:
        return whole_percent(self.occupied, self.places) if self.places else None

    @property
    def level(self) -> str:
        return level(self.occupied, self.places)


@dataclass(frozen=True)
class Station:
    """A reporting party of the route with its state. ``capacity_before``: of the day before that of ``capacity``;
    ``missed``: the days without a report, and without an excuse, before the one that it reported last."""

    party: str
    name: str
    role: str
    position: int
    freshness: Freshness
    figures: Mapping[str, StationFigure]
    capacity: Capacity | None
    open_alerts: int
    capacity_before: Capacity | None = None
    missed: int = 0


@dataclass(frozen=True)
class LegPicture:
    """Both counts of one border. ``departures``: counted by the party that people leave, ``lag`` days before;
    ``arrivals``: counted by the party that they enter."""

    leg: LegView
    day: date | None
    departures: Total | None
    arrivals: Total | None

    @property
    def sides(self) -> int:
        return (self.departures is not None) + (self.arrivals is not None)

    @property
    def difference(self) -> int | None:
        if self.departures is None or self.arrivals is None:
            return None
        return self.arrivals.value - self.departures.value

    @property
    def differs(self) -> bool:
        if self.departures is None or self.arrivals is None:
            return False
        return counts_differ(self.departures.value, self.arrivals.value)


@dataclass(frozen=True)
class RoutePicture:
    """What a reader sees of the route at a moment. ``values`` and all that is made of them: of audience ``*``."""

    route: RouteView
    now: datetime
    stations: tuple[Station, ...]
    legs: tuple[LegPicture, ...]
    alerts: tuple[AlertView, ...]
    values: tuple[FigureValue, ...]
    totals: Totals = field(repr=False, compare=False)

    @property
    def expected(self) -> tuple[Station, ...]:
        return self.stations

    def in_states(self, *states: str) -> tuple[Station, ...]:
        return tuple(s for s in self.stations if s.freshness.state in states)

    def station(self, party: str) -> Station | None:
        return next((s for s in self.stations if s.party == party), None)


def level(occupied: int, places: int) -> str:
    """The word for how full a place is (DOMAIN 6, capacity)."""
    share = occupied / places if places else (2.0 if occupied else 0.0)
    if share > 1:
        return "over_capacity"
    return "nearly_full" if share >= 0.9 else "filling" if share >= 0.75 else "room"


def counts_differ(one: int, other: int) -> bool:
    """Whether two counts of one border are more than 10 % and 25 people apart (DOMAIN 6)."""
    apart = abs(one - other)
    return apart > DIFFER_PEOPLE and apart > DIFFER_SHARE * max(one, other)


def leg_counts(totals: Totals, leg: LegView, day: date) -> tuple[Total | None, Total | None]:
    """Departures by the one party and arrivals by the other for a day, aligned by the leg's lag."""
    left = totals.towards(leg.from_party, "departures", leg.to_party, day - timedelta(days=leg.lag_days))
    entered = totals.towards(leg.to_party, "arrivals", leg.from_party, day)
    return left, entered


def load(
    conn: Connection, directory: Directory, route: RouteView, audiences: Iterable[int], now: datetime
) -> RoutePicture:
    """Read the boards and draw the picture. Figures: of those that the reader may read, the ones meant for everyone
    on the route; who has reported and which alerts are open: as the reader may know."""
    ids = frozenset(audiences)
    today = now.astimezone(route.zone).date()
    tomorrow = today + timedelta(days=1)
    query = FigureQuery(
        route.code,
        indicators=frozenset(SHOWN),
        first=today - BACK,
        last=tomorrow,
        limit=shared.most_values(route, today),
        hours=False,
    )  # hours are many and would push the newest days off the end; a day says what its hours add up to
    values = shared.without_red(conn, figures(conn, shared.inputs(conn, route, ids, now, BACK), query))
    days = days_of(conn, ids, route.code, today - BACK, tomorrow)
    if not all(_seen(days.get(m.party, {}), m, now) for m in route.members(today, "member") if m.reports):
        days = days_of(conn, ids, route.code, today - LONG_BACK, tomorrow)
    return picture(directory, route, values, days, alerts(conn, ids, route.code, now, open_only=True), now)


def _seen(days: Mapping[date, DayReport], member: Membership, now: datetime) -> bool:
    """Whether a party reported lately; who did not is looked for further back."""
    last = current_day(member, now)
    return any(day <= last for day in days)


def picture(
    directory: Directory, route: RouteView, values: Sequence[FigureValue],
    days: Mapping[str, Mapping[date, DayReport]], open_alerts: Sequence[AlertView], now: datetime,
) -> RoutePicture:  # fmt: skip
    """The picture from plain data; the clock is passed in."""
    today = now.astimezone(route.zone).date()
    totals = Totals(values)
    stations = tuple(
        _station(directory, route, member, totals, days.get(member.party, {}), open_alerts, now)
        for member in route.members(today, "member")
        if member.reports
    )
    legs = tuple(_leg(totals, route, leg, now) for leg in route.legs_on(today))
    return RoutePicture(route, now, stations, legs, tuple(open_alerts), tuple(values), totals)


def _station(
    directory: Directory, route: RouteView, member: Membership, totals: Totals, days: Mapping[date, DayReport],
    open_alerts: Sequence[AlertView], now: datetime,
) -> Station:  # fmt: skip
    pauses = directory.pauses_of(route.code, member.party)
    fresh = freshness(member, days, now, pauses)
    found = {}
    for indicator in SHOWN:
        figure = _newest(totals, member.party, indicator, fresh.day)
        if figure is not None:
            found[indicator] = figure
    capacity = _capacity(totals, member.party, fresh.day)
    before = _capacity(totals, member.party, capacity.day - timedelta(days=1)) if capacity else None
    return Station(
        member.party, directory.name(member.party, fresh.day), member.role, member.position, fresh, found,
        capacity, sum(1 for a in open_alerts if a.party == member.party), before, missed(days, fresh.day, pauses),
    )  # fmt: skip


def _newest(totals: Totals, party: str, indicator: str, current: date) -> StationFigure | None:
    now = totals.newest(party, indicator, current)
    if now is None:
        return None
    before = totals.total(party, indicator, now.day - timedelta(days=1))
    return StationFigure(indicator, now, before, now.day == current)


def _capacity(totals: Totals, party: str, current: date) -> Capacity | None:
    """The newest day's occupancy against the newest places, which rarely change."""
    occupied = totals.newest(party, "occupied", current)
    places = totals.newest(party, "places", occupied.day) if occupied else None
    if occupied is None or places is None:
        return None
    flags = "".join(sorted({*occupied.flags, *places.flags}))
    return Capacity(places.value, occupied.value, occupied.day, occupied.day == current, flags)


def _leg(totals: Totals, route: RouteView, leg: LegView, now: datetime) -> LegPicture:
    """The newest day on which either side counted."""
    member = route.membership(leg.to_party, now.astimezone(route.zone).date())
    latest = current_day(member, now) if member else now.date()
    for back in range(BACK.days):
        day = latest - timedelta(days=back)
        left, entered = leg_counts(totals, leg, day)
        if left is not None or entered is not None:
            return LegPicture(leg, day, left, entered)
    return LegPicture(leg, None, None, None)
