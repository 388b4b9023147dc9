"""One border over time: both counts of every day, side by side and never added, with what is planned there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.boards.figures.queries import FigureQuery, figures
from routehub.boards.measures.queries import MeasureView, measures
from routehub.boards.movements.queries import MovementView, movements
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import LegView, RouteView
from routehub.views import shared
from routehub.views.route import counts_differ, leg_counts
from routehub.views.totals import Total, Totals
from routehub.warning import queries as warning

FLOWS = frozenset({"arrivals", "departures"})
ONE_DAY = timedelta(days=1)
MOST_VALUES = 20_000


@dataclass(frozen=True)
class BorderDay:
    """Both counts of one day. ``left``: by the party that people leave, the leg's travel time before; ``entered``: by
    the party that they enter. None: not counted, which is no zero."""

    day: date
    left: Total | None
    entered: Total | None

    @property
    def difference(self) -> int | None:
        return None if self.left is None or self.entered is None else self.entered.value - self.left.value

    @property
    def differs(self) -> bool:
        return self.left is not None and self.entered is not None and counts_differ(self.left.value, self.entered.value)


@dataclass(frozen=True)
class Ahead:
    """What is expected over the border on a coming day: an 80 % interval."""

    day: date
    low: int
    expected: int
    high: int


@dataclass(frozen=True)
class Border:
    """A leg with its days, the oldest first. ``ahead``: the forecast after ``closed``, for who may read it."""

    leg: LegView
    days: tuple[BorderDay, ...]
    ahead: tuple[Ahead, ...]
    closed: date | None
    alerts: tuple[AlertView, ...]
    measures: tuple[MeasureView, ...]
    movements: tuple[MovementView, ...]

    @property
    def newest(self) -> BorderDay | None:
        return next((day for day in reversed(self.days) if day.left or day.entered), None)

    @property
    def apart(self) -> int:
        """On how many days the two counts differ."""
        return sum(day.differs for day in self.days)

    @property
    def both(self) -> int:
        """On how many days both sides counted."""
        return sum(day.left is not None and day.entered is not None for day in self.days)


def last_day(route: RouteView, party: str, now: datetime) -> date:
    """The current reporting day of a party; the route's own day for who is not on it."""
    today = now.astimezone(route.zone).date()
    member = route.membership(party, today)
    return current_day(member, now) if member else today


def totals_of(
    conn: Connection, route: RouteView, audiences: Iterable[int], parties: frozenset[str], now: datetime, days: int,
    indicators: frozenset[str] = FLOWS,
) -> Totals:  # fmt: skip
    """What some parties gave for the last days, of what everyone on the route may read (DECISIONS 1)."""
    today = now.astimezone(route.zone).date()
    back = timedelta(days=days)
    query = FigureQuery(
        route.code, parties=parties, indicators=indicators, first=today - back, last=today + ONE_DAY,
        limit=MOST_VALUES, hours=False,
    )  # fmt: skip
    return Totals(shared.without_red(conn, figures(conn, shared.inputs(conn, route, audiences, now, back), query)))


def border_days(totals: Totals, leg: LegView, last: date, days: int) -> tuple[BorderDay, ...]:
    span = (last - back * ONE_DAY for back in reversed(range(days)))
    return tuple(BorderDay(day, *leg_counts(totals, leg, day)) for day in span)


def load(
    conn: Connection, route: RouteView, leg: LegView, audiences: Iterable[int], now: datetime, days: int, *,
    forecast: bool,
) -> Border:  # fmt: skip
    """One border for a reader. ``forecast``: whether the reader is one of those whose figures it rests on."""
    ids = frozenset(audiences)
    parties = frozenset({leg.from_party, leg.to_party})
    totals = totals_of(conn, route, ids, parties, now, days + leg.lag_days + 2)
    last = last_day(route, leg.to_party, now)
    account = warning.account(conn, route.code) if forecast else warning.Account(None)
    return Border(
        leg, border_days(totals, leg, last, days), ahead(account.forecasts, leg.code, last), account.closed,
        tuple(a for a in alerts(conn, ids, route.code, now, open_only=True) if leg.code in a.legs),
        tuple(m for m in measures(conn, ids, route.code, now) if not m.over and leg.code in m.legs),
        tuple(m for m in movements(conn, ids, route.code, now) if m.leg == leg.code and m.at > now),
    )  # fmt: skip


def ahead(forecasts: Iterable[dict[str, Any]], leg: str, after: date) -> tuple[Ahead, ...]:
    """The forecast of arrivals over a leg; of the entering party's whole count, not of its places."""
    found = {
        date.fromisoformat(f["day"]): Ahead(date.fromisoformat(f["day"]), f["low"], f["expected"], f["high"])
        for f in forecasts
        if f["leg"] == leg and f["indicator"] == "arrivals" and not f["place"]
    }
    return tuple(found[day] for day in sorted(found) if day > after)
