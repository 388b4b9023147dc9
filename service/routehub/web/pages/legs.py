"""Borders: both counts of each, and one border over time with what is expected there."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.core.errors import Unknown
from routehub.core.language import _, later
from routehub.directory.snapshot import LegView
from routehub.directory.visibility import readable
from routehub.views import border as border_view
from routehub.views import route as route_view
from routehub.views import shared
from routehub.views.border import Border
from routehub.views.route import LegPicture
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.day_graph import DayGraph, Fan, day_graph
from routehub.web.forms import fresh_key
from routehub.web.pages.parties import counts_of, since_first
from routehub.web.render import page
from routehub.web.visitor import Reading

router = APIRouter(route_class=PageRoute)

Code = Annotated[str, Path(max_length=41)]
SPANS = ((14, later("14 days")), (30, later("30 days")), (90, later("90 days")), (365, later("one year")))


@router.get("/legs")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """Both counts of every border, in travel order."""
    now = ctx.clock.now()

    def read(conn: Connection) -> route_view.RoutePicture:
        ids = readable(conn, who.route.code, who.party)
        return route_view.load(conn, ctx.directory.value, who.route, ids, now)

    picture = await ctx.db.read(read)
    at = {m.party: m.position for m in who.route.memberships}

    def order(one: LegPicture) -> tuple[int, int]:
        return at.get(one.leg.from_party, 0), at.get(one.leg.to_party, 0)

    legs = sorted(picture.legs, key=order)
    apart = sum(one.differs for one in legs)
    title = _("Borders: the counts of %(apart)s differ", apart=apart) if apart else _("Borders")
    values = {"counted": [one for one in legs if one.sides], "quiet": [one for one in legs if not one.sides]}
    return page(request, ctx, who, "legs.html", title, values)


@router.get("/legs/{leg}")
async def show(
    request: Request, ctx: Web, who: Reading, leg: Code, days: Annotated[int, Query(ge=7, le=731)] = 30
) -> Response:
    """One border: both counts over time as a graph and as a table, the forecast, measures and movements there."""
    now = ctx.clock.now()
    today = now.astimezone(who.route.zone).date()
    one = next((one for one in who.route.legs_on(today) if one.code == leg.upper()), None)
    if one is None:
        raise Unknown(_("There is no border %(leg)s on this route.", leg=leg))
    concerned = who.party in shared.everyone(who.route, today)

    def read(conn: Connection) -> Border:
        ids = readable(conn, who.route.code, who.party)
        return border_view.load(conn, who.route, one, ids, now, days, forecast=concerned)

    found = await ctx.db.read(read)
    values = {
        "view": found, "drawn": _graph(one, found), "days": days, "spans": SPANS,
        "keys": {alert.short_id: fresh_key() for alert in found.alerts},
    }  # fmt: skip
    title = _(
        "%(today)s to %(today_2)s",
        today=ctx.directory.value.name(one.from_party, today),
        today_2=ctx.directory.value.name(one.to_party, today),
    )
    return page(request, ctx, who, "leg.html", title, values)


def _graph(leg: LegView, found: Border) -> DayGraph | None:
    """The days with a count, and the forecast after them."""
    days = since_first(found.days)
    if not days:
        return None
    start = next((float(d.entered.value) for d in reversed(days) if d.entered is not None), None)
    fan = Fan(_("Expected, 80% interval"), start, [(a.day, a.low, a.expected, a.high) for a in found.ahead])
    return day_graph([d.day for d in days], counts_of(leg, days), fan=fan if found.ahead else None)
