"""What is expected: for each party people in reception against its places, for each border the people who come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from routehub.core.language import _
from routehub.directory.visibility import readable
from routehub.views import places as places_view
from routehub.views import shared
from routehub.views.places import PartyPlaces, Places
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.day_graph import NARROW, DayGraph, Fan, Series, day_graph
from routehub.web.render import page
from routehub.web.visitor import Reading

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True)
class DayAhead:
    """People in reception at the end of a coming day: as many as now, with those expected and without those who leave,
    as lately. low, high: with the bounds of what is expected."""

    day: date
    low: int
    expected: int
    high: int


@dataclass(frozen=True)
class Outlook:
    """One party with its fan."""

    places: PartyPlaces
    ahead: tuple[DayAhead, ...]
    graph: DayGraph | None

    @property
    def may_fill(self) -> bool:
        return may_fill(self.places, self.ahead)


@router.get("/forecast")
async def show(request: Request, ctx: Web, who: Reading) -> Response:
    """A fan for every party that tells its places, the one that is full soonest first. For the parties of the route: it
    rests on figures that only they read."""
    now = ctx.clock.now()
    concerned = who.party in shared.everyone(who.route, now.astimezone(who.route.zone).date())

    def read(conn: Connection) -> Places | None:
        ids = readable(conn, who.route.code, who.party)
        return places_view.load(conn, ctx.directory.value, who.route, ids, now) if concerned else None

    board = await ctx.db.read(read)
    fans = sorted((outlook(p) for p in board.parties if p.now), key=_fullest) if board else []
    without = [p for p in board.parties if not p.now] if board else []
    values = {"board": board, "fans": fans, "without": without}
    return page(request, ctx, who, "forecast.html", _("Forecast"), values)


def _fullest(one: Outlook) -> tuple[float, int]:
    """Who is full soonest, then who is fullest now."""
    soon = one.places.days_to_full
    return (soon if soon is not None else 99.0, -(one.places.percent or 0))


def outlook(party: PartyPlaces) -> Outlook:
    ahead = days_ahead(party)
    now = party.now
    days = [d.day for d in party.days if now is None or d.day <= now.day] or [d.day for d in party.days]
    told: Sequence[int | None] = [d.occupied for d in party.days if d.day in days]
    coming = [(a.day, a.low, a.expected, a.high) for a in ahead]
    fan = Fan(_("Expected, the bounds of each day added up"), now.occupied if now else None, coming)
    level = now.places if now else None
    series = [Series(_("People in reception"), "entered", told)]
    graph = day_graph(days, series, fan=fan if ahead else None, level=level, level_name=_("Places"), width=NARROW)
    return Outlook(party, ahead, graph)


def may_fill(party: PartyPlaces, ahead: Sequence[DayAhead]) -> bool:
    """Whether the places are gone on a coming day if as many come as the upper bound says."""
    places = party.now.places if party.now else None
    return places is not None and any(day.high >= places for day in ahead)


def days_ahead(party: PartyPlaces) -> tuple[DayAhead, ...]:
    """The expected day by day, as long as the forecast goes without a gap; nothing where nobody said who leaves."""
    now = party.now
    if now is None or now.occupied is None or party.outflow is None:
        return ()
    low = middle = high = now.occupied
    found: list[DayAhead] = []
    for expected in party.expected:
        if expected.day != (found[-1].day if found else now.day) + timedelta(days=1):
            break
        low = max(0, low + expected.low - party.outflow)
        middle = max(0, middle + expected.expected - party.outflow)
        high = max(0, high + expected.high - party.outflow)
        found.append(DayAhead(expected.day, low, middle, high))
    return tuple(found)
