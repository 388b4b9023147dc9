"""The overview: what waits for the visitor's party, what changed, the route now, open alerts, measures and movements,
who has reported, the next conference, figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences import queries as conferences
from routehub.boards.conferences.queries import AgendaRef, ConferenceView
from routehub.boards.measures.queries import MeasureView
from routehub.boards.minutes.queries import newest
from routehub.boards.movements.queries import MovementView
from routehub.boards.reporting.freshness import DayReport, Record, record
from routehub.boards.reporting.queries import days_of, made_by
from routehub.core.language import _
from routehub.digests.render.forms import of_series
from routehub.directory.visibility import readable
from routehub.views import acting, briefing
from routehub.views import route as route_view
from routehub.views.changes import Line, Todo
from routehub.views.route import RoutePicture, Station
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.first_minute import first_minute
from routehub.web.forms import fresh_key
from routehub.web.many_parties import by_silence, parties
from routehub.web.record_words import tongues
from routehub.web.render import page
from routehub.web.route_map import RouteMap, draw
from routehub.web.sparkline import Sparkline, sparkline
from routehub.web.visitor import SignedIn, Visitor
from routehub.web.visits import COOKIE, WINDOWS, Visits, since, visits

router = APIRouter(route_class=PageRoute)

SERIES = "weekly"
MOST_LINES, MOST_TODO, MOST_ALERTS, MOST_ACTING = 5, 4, 5, 4
STALE = timedelta(days=3)
"""After this a value is no longer shown, only when the last one was posted (UX 5)."""
WEEK = 7
Days = Mapping[str, Mapping[date, DayReport]]
"""Reports by party and the reporting day that they count for."""
COMING = frozenset({"proposed", "agreed_with_conditions", "notified", "agreed"})


@dataclass(frozen=True)
class Overview:
    """What the page shows."""

    picture: RoutePicture
    map: RouteMap
    todo: list[Todo]
    lines: list[Line]
    since: datetime
    records: dict[str, Record]
    sources: dict[str, str]
    """By which way the newest day of a party came in: ``web`` or ``API``."""
    sparks: dict[str, Sparkline | None]
    measures: list[MeasureView]
    movements: list[MovementView]
    meeting: ConferenceView | None
    agenda: AgendaRef | None
    tongues: dict[str, str]
    """In which language the open alerts that are shown were written, by message."""

    @property
    def by_silence(self) -> list[Station]:
        return by_silence(self.picture.stations)

    def is_stale(self, station: Station, day: date) -> bool:
        return station.freshness.day - day >= STALE


def load(conn: Connection, ctx: WebContext, who: Visitor, begin: datetime) -> Overview:
    """Read everything in one transaction, through the visitor's audiences."""
    now = ctx.clock.now()
    ids = readable(conn, who.route.code, who.party)
    picture = route_view.load(conn, ctx.directory.value, who.route, ids, now)
    found = briefing.load(conn, ctx.directory.value, who.route, who.principal, ids, picture, begin)
    told, planned = acting.load(conn, ids, who.route.code, now)
    today = now.astimezone(who.route.zone).date()
    days = days_of(conn, ids, who.route.code, today - timedelta(days=8), today + timedelta(days=1))
    return Overview(
        picture, draw(picture, ctx.directory.value, who.party), found.todo, found.lines, begin,
        _records(ctx, who, picture, days, now), _sources(conn, ids, days),
        {s.party: _spark(picture, s) for s in picture.stations},
        sorted((m for m in told if not m.over), key=lambda m: not m.waits_for(who.party)),
        sorted(
            (m for m in planned if m.state in COMING and m.at > now), key=lambda m: (not m.waits_for(who.party), m.at)
        ),
        *_conference(conn, ids, who, now), tongues(conn, who, [one.latest for one in picture.alerts[:MOST_ALERTS]]),
    )  # fmt: skip


def _spark(picture: RoutePicture, station: Station) -> Sparkline | None:
    """People entered, the last seven reporting days."""
    last = station.freshness.day
    days = [picture.totals.total(station.party, "arrivals", last - timedelta(days=back)) for back in range(WEEK)]
    return sparkline([None if total is None else total.value for total in reversed(days)])


def _records(
    ctx: WebContext, who: Visitor, picture: RoutePicture, days: Days, now: datetime
) -> dict[str, Record]:  # fmt: skip
    """The last seven reporting days of each party."""
    today = now.astimezone(who.route.zone).date()
    found = {}
    for station in picture.stations:
        member = who.route.membership(station.party, today)
        if member is not None:
            last = station.freshness.day
            pauses = ctx.directory.value.pauses_of(who.route.code, station.party)
            made = days.get(station.party, {})
            found[station.party] = record(member, made, last - timedelta(days=WEEK - 1), last, now, pauses)
    return found


def _sources(conn: Connection, ids: frozenset[int], days: Days) -> dict[str, str]:
    """Who sent the report with which the newest day of each party came in: a person on the pages, or a national system.
    It stands beside the time of that report; a correction changes neither."""
    newest = {party: made[max(made)].begun_by for party, made in days.items() if made}
    makers = made_by(conn, ids, newest.values())
    return {
        party: "API" if makers[message].system else "web" for party, message in newest.items() if message in makers
    }  # fmt: skip


def _conference(
    conn: Connection, ids: frozenset[int], who: Visitor, now: datetime
) -> tuple[ConferenceView | None, AgendaRef | None]:
    """The next conference that is not over and has no minutes yet, with its agenda; none announced: the newest."""
    held = newest(conn, ids, who.route.code)
    planned = conferences.conferences(conn, ids, who.route.code)
    coming = (view for view in planned if view.ends > now and (view.series, view.number) not in held)
    meeting = next(coming, None)
    series, number = (meeting.series, meeting.number) if meeting is not None else (SERIES, None)
    compiled = conferences.agendas(conn, ids, who.route.code, series, number, limit=1)
    return meeting, compiled[0] if compiled else None


@router.get("/")
async def show(
    request: Request, ctx: Web, who: SignedIn, window: Annotated[str, Query(alias="since", max_length=10)] = "",
    find: Annotated[str, Query(max_length=100)] = "",
) -> Response:  # fmt: skip
    """The overview: to do, what changed, the route now, alerts, who has reported, the conference, figures."""
    if not who.principal.reads_feed:  # an operator lands here after sign-in too
        return go(f"{who.base}/{'admin' if 'operator' in who.principal.roles else 'settings'}")
    now = ctx.clock.now()
    visit = visits(request.cookies.get(COOKIE), now)
    shown, begin = since(window, visit, who.zone, now)
    found = await ctx.db.read(load, ctx, who, begin)
    picture = found.picture
    reported = len(picture.in_states("in", "nothing_to_report"))
    title = _(
        "Overview: %(reported)s of %(n)s reported, %(n_2)s open alerts",
        reported=reported,
        n=len(picture.stations),
        n_2=len(picture.alerts),
    )
    values = {
        "view": found, "picture": picture, "table": parties(picture, who.party, find),
        "reported": reported, "most": MOST_LINES, "most_todo": MOST_TODO,
        "most_alerts": MOST_ALERTS, "most_acting": MOST_ACTING, "window": shown,
        "windows": [w for w in WINDOWS if w[0] != "last" or visit.before],
        # An open page that brings itself up to date gets what all of the party's people get.
        "of_series": of_series,
        "minute": None if "x-live" in request.headers else first_minute(who, picture, found.todo),
        "keys": {alert.short_id: fresh_key() for alert in picture.alerts}, "tongues": found.tongues,
    }  # fmt: skip
    answer = page(request, ctx, who, "overview.html", title, values)
    if "x-live" not in request.headers:  # a page that brings itself up to date is no visit
        _remember(answer, visit, https=ctx.https)
    return answer


def _remember(answer: Response, visit: Visits, *, https: bool) -> None:
    answer.set_cookie(
        COOKIE, visit.text, max_age=30 * 86_400, path="/", secure=https, httponly=True, samesite="lax"
    )  # fmt: skip
