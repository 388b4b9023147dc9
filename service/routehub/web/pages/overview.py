"""The overview: what waits for the visitor's party, what changed, the route now, open alerts, who has reported."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences import queries as conferences
from routehub.boards.conferences.queries import AgendaRef, ConferenceView
from routehub.boards.reporting.freshness import Record, record
from routehub.boards.reporting.queries import days_of
from routehub.directory.visibility import readable
from routehub.views import briefing
from routehub.views import route as route_view
from routehub.views.changes import Line, Todo
from routehub.views.route import LegPicture, RoutePicture, Station
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import fresh_key
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor

router = APIRouter(route_class=PageRoute)

SERIES = "weekly"
MOST_LINES = 5
SINCE = timedelta(hours=24)
STALE = timedelta(days=3)
"""After this a value is no longer shown, only when the last one was posted (UX 5)."""
WORST_FIRST = {"silent": 0, "late": 1, "due": 2, "in": 3, "nothing_to_report": 3, "excused": 3}


@dataclass(frozen=True)
class Overview:
    """What the page shows."""

    picture: RoutePicture
    todo: list[Todo]
    lines: list[Line]
    since: datetime
    records: dict[str, Record]
    meeting: ConferenceView | None
    agenda: AgendaRef | None

    @property
    def by_silence(self) -> list[Station]:
        """Silent parties first, then late, then due: factual, and the one list where order means something."""
        return sorted(self.picture.stations, key=lambda s: WORST_FIRST[s.freshness.state])

    @property
    def legs(self) -> list[LegPicture]:
        """Borders in travel order."""
        at = {m.party: m.position for m in self.picture.route.memberships}
        return sorted(self.picture.legs, key=lambda p: (at.get(p.leg.from_party, 0), at.get(p.leg.to_party, 0)))

    def is_stale(self, station: Station, day: date) -> bool:
        return station.freshness.day - day >= STALE


def load(conn: Connection, ctx: WebContext, who: Visitor) -> Overview:
    """Read everything in one transaction, through the visitor's audiences."""
    now = ctx.clock.now()
    ids = readable(conn, who.route.code, who.party)
    picture = route_view.load(conn, ctx.directory.value, who.route, ids, now)
    since = now - SINCE
    found = briefing.load(conn, ctx.directory.value, who.route, who.principal, ids, picture, since)
    return Overview(
        picture, found.todo, found.lines, since,
        _records(conn, ctx, ids, who, picture, now), *_conference(conn, ids, who, now),
    )  # fmt: skip


def _records(
    conn: Connection, ctx: WebContext, ids: frozenset[int], who: Visitor, picture: RoutePicture, now: datetime
) -> dict[str, Record]:
    """The last seven reporting days of each party."""
    today = now.astimezone(who.route.zone).date()
    days = days_of(conn, ids, who.route.code, today - timedelta(days=8), today + timedelta(days=1))
    found = {}
    for station in picture.stations:
        member = who.route.membership(station.party, today)
        if member is not None:
            last = station.freshness.day
            pauses = ctx.directory.value.pauses_of(who.route.code, station.party)
            made = days.get(station.party, {})
            found[station.party] = record(member, made, last - timedelta(days=6), last, now, pauses)
    return found


def _conference(
    conn: Connection, ids: frozenset[int], who: Visitor, now: datetime
) -> tuple[ConferenceView | None, AgendaRef | None]:
    """The next conference that is not over, and the newest agenda."""
    planned = conferences.conferences(conn, ids, who.route.code)
    compiled = conferences.agendas(conn, ids, who.route.code, SERIES, limit=1)
    return next((view for view in planned if view.ends > now), None), compiled[0] if compiled else None


@router.get("/")
async def show(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The overview: to do, what changed, the route now, alerts, who has reported, the conference, figures."""
    if not who.principal.reads_feed:  # an operator lands here after sign-in too
        return go(f"{who.base}/{'admin' if 'operator' in who.principal.roles else 'settings'}")
    found = await ctx.db.read(load, ctx, who)
    picture = found.picture
    reported = len(picture.in_states("in", "nothing_to_report"))
    title = f"Overview: {reported} of {len(picture.stations)} reported, {len(picture.alerts)} open alerts"
    values = {
        "view": found, "picture": picture, "reported": reported, "most": MOST_LINES,
        "keys": {alert.short_id: fresh_key() for alert in picture.alerts},
    }  # fmt: skip
    return page(request, ctx, who, "overview.html", title, values)
