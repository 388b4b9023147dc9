"""An announced cap beside the figures that follow, by day and by both sides. Computed when read; what is over the cap
is told by an alert of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, figures
from routehub.boards.measures.notice import Notice
from routehub.boards.measures.queries import MeasureView
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import RouteView
from routehub.views import shared
from routehub.views.totals import Total, Totals
from routehub_schemas.kinds.measure.payload import Cap

ONE_DAY = timedelta(days=1)
OWN = {"registrations": "registered", "asylum_applications": "asylum_applications"}
"""Indicators of what only the notifying party counts."""
SHOWN = frozenset({"arrivals", "departures", *OWN.values()})
MOST_DAYS = 30


@dataclass(frozen=True)
class Side:
    """One side's figure of a day. people: None while it has shared none, which is not zero."""

    party: str
    indicator: str
    people: int | None
    over: int | None
    flags: str = ""
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class CapDay:
    """A cap on a day. leg: None where it is on what one party counts. The two sides' figures stand beside each other
    and are never added up."""

    day: date
    counts: str
    leg: str | None
    cap: int
    sides: tuple[Side, ...]

    @property
    def verdict(self) -> str:
        """over: by at least one side's figure; within: by all that are there; no_figures."""
        if any(side.over for side in self.sides):
            return "over"
        return "within" if any(side.people is not None for side in self.sides) else "no_figures"


def compliance(
    conn: Connection, route: RouteView, view: MeasureView, audiences: Iterable[int], now: datetime,
    as_of: datetime | None = None,
) -> list[CapDay]:  # fmt: skip
    """Each cap of the measure by whole day in force, the newest day first: at most thirty days. audiences: the
    reader's own; as_of: by the figures that were known then."""
    spans = [(notice, *_days(route, view, index, now)) for index, notice in enumerate(view.notices)]
    days = [day for _, first, last in spans for day in (first, last) if last >= first]
    if not days or not any(notice.said.caps for notice in view.notices):
        return []
    last = max(days)
    first = max(min(days), last - (MOST_DAYS - 1) * ONE_DAY)
    query = FigureQuery(
        route.code,
        indicators=SHOWN,
        first=first - ONE_DAY,
        last=last,
        as_of=as_of,
        limit=shared.most_values(route, last),
        hours=False,
    )  # a calendar day fulfils the reporting day after it
    totals = Totals(figures(conn, audiences, query))
    found: list[CapDay] = []
    for notice, begins, ends in spans:
        for back in range((ends - max(begins, first)).days + 1):
            found += _of_day(totals, view, notice, ends - back * ONE_DAY)
    return sorted(found, key=lambda one: one.day, reverse=True)


def _days(route: RouteView, view: MeasureView, index: int, now: datetime) -> tuple[date, date]:
    """The reporting days that lie wholly in the time in which a notice's form was in force."""
    start = view.notices[index].said.start
    later = [n.said.start for n in view.notices[index + 1 :]]
    ends = [moment for moment in (view.said.until, view.ended_at, view.withdrawn_at, *later) if moment is not None]
    today = now.astimezone(route.zone).date()
    first, last = _first_whole(route, view, start), today
    for end in ends:
        last = min(last, _first_whole(route, view, end) - ONE_DAY)
    return first, last


def _first_whole(route: RouteView, view: MeasureView, start: datetime) -> date:
    """The first reporting day that begins at or after a moment; it has the date on which it ends."""
    day = start.astimezone(route.zone).date()
    member = route.membership(view.party, day)
    if member is None:
        return day + ONE_DAY
    while instant(day - ONE_DAY, member.period_end, member.zone) < start:
        day += ONE_DAY
    return day


def _of_day(totals: Totals, view: MeasureView, notice: Notice, day: date) -> list[CapDay]:
    found = []
    for cap in notice.said.caps:
        if cap.counts in OWN:
            total = totals.total(view.party, OWN[cap.counts], day)
            found.append(CapDay(day, cap.counts, None, cap.people, (_side(view.party, OWN[cap.counts], total, cap),)))
            continue
        for leg in cap.legs or notice.said.legs:
            origin, _, destination = leg.partition("-")
            left = totals.towards(origin, "departures", destination, day)
            entered = totals.towards(destination, "arrivals", origin, day)
            sides = (_side(origin, "departures", left, cap), _side(destination, "arrivals", entered, cap))
            found.append(CapDay(day, cap.counts, leg, cap.people, sides))
    return found


def _side(party: str, indicator: str, total: Total | None, cap: Cap) -> Side:
    if total is None:
        return Side(party, indicator, None, None)
    over = max(0, total.value - cap.people)
    return Side(party, indicator, total.value, over, total.flags, total.messages)
