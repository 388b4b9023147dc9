"""The route as it was on an earlier day: who had reported, what was counted, which alerts were open and what was in
force. Figures are those known today, with later corrections; the history of each figure has what was first said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.boards.measures.queries import MeasureView, measures
from routehub.boards.reporting.queries import days_of, first_day
from routehub.directory.reporting_day import due_at
from routehub.directory.snapshot import Directory, RouteView
from routehub.views import route as route_view
from routehub.views.route import RoutePicture

ONE_DAY = timedelta(days=1)
SHOWN = 14
"""Days that can be chosen at once."""


@dataclass(frozen=True)
class ReplayDay:
    """A day that can be chosen: how many of the parties that report had, or have since."""

    day: date
    reported: int
    expected: int


@dataclass(frozen=True)
class Replay:
    """``at``: the instant that is shown, when all figures of the day were due; ``first``, ``last``: between which days
    there is something to see; ``days``: around the one shown."""

    day: date
    at: datetime
    first: date
    last: date
    picture: RoutePicture
    measures: tuple[MeasureView, ...]
    days: tuple[ReplayDay, ...]

    @property
    def before(self) -> date | None:
        return self.day - ONE_DAY if self.day > self.first else None

    @property
    def after(self) -> date | None:
        return self.day + ONE_DAY if self.day < self.last else None


def load(
    conn: Connection, directory: Directory, route: RouteView, audiences: Iterable[int], day: date | None, now: datetime
) -> Replay:
    """One day; without one, or with one outside of what there is, the nearest that there is."""
    ids = frozenset(audiences)
    last = now.astimezone(route.zone).date()
    first = min(first_day(conn, ids, route.code) or last, last)
    shown = min(max(day or last, first), last)
    at = _instant(route, shown, now)
    picture = route_view.load(conn, directory, route, ids, at)
    opened = [a for a in alerts(conn, ids, route.code, at) if _open(a, at)]
    known = measures(conn, ids, route.code, at, as_of=at)
    return Replay(
        shown, at, first, last, _with(picture, opened), tuple(m for m in known if not m.over),
        _days(conn, route, ids, shown, first, last),
    )  # fmt: skip


def _instant(route: RouteView, day: date, now: datetime) -> datetime:
    """When the last of the day's figures was due; today, now."""
    due = [due_at(m, day) for m in route.members(day, "member") if m.reports]
    return min(max(due, default=now), now)


def _open(alert: AlertView, at: datetime) -> bool:
    return alert.issued_at <= at < alert.expires and (alert.ended_at is None or at < alert.ended_at)


def _with(picture: RoutePicture, opened: list[AlertView]) -> RoutePicture:
    """The picture with the alerts that were open then, whatever became of them."""
    stations = tuple(
        replace(station, open_alerts=sum(a.party == station.party for a in opened)) for station in picture.stations
    )
    return replace(picture, stations=stations, alerts=tuple(replace(a, state="open") for a in opened))


def _days(
    conn: Connection, route: RouteView, ids: frozenset[int], shown: date, first: date, last: date
) -> tuple[ReplayDay, ...]:  # fmt: skip
    end = min(last, shown + (SHOWN // 2) * ONE_DAY)
    begin = max(first, end - (SHOWN - 1) * ONE_DAY)
    end = min(last, begin + (SHOWN - 1) * ONE_DAY)
    made = days_of(conn, ids, route.code, begin, end)
    found, day = [], begin
    while day <= end:
        expected = [m.party for m in route.members(day, "member") if m.reports]
        found.append(ReplayDay(day, sum(day in made.get(party, {}) for party in expected), len(expected)))
        day += ONE_DAY
    return tuple(found)
