"""Parties: the list, and one party with how it reports, its figures, borders, places and people on duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.core.clock import wall
from routehub.core.errors import Unknown
from routehub.core.language import _, later
from routehub.directory.people import may_see
from routehub.directory.snapshot import LegView, Membership, PersonView
from routehub.directory.visibility import readable
from routehub.views import party as party_view
from routehub.views import route as route_view
from routehub.views.border import BorderDay
from routehub.views.party import IndicatorDays, PartyPicture
from routehub.views.totals import Total
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.day_graph import NARROW, DayGraph, Series, day_graph
from routehub.web.forms import fresh_key
from routehub.web.render import page
from routehub.web.sparkline import Sparkline, sparkline
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Code = Annotated[str, Path(max_length=20)]
ROLES = {"member": later("Party of the route"), "coordinator": later("Coordinator"), "observer": later("Observer")}
LABELS = {
    "arrivals": later("People entered"), "departures": later("People left"), "occupied": later("People in reception"),
    "places": later("Places in reception"), "present": later("People present"), "stranded": later("People stranded"),
}  # fmt: skip
WEEK = 7


@dataclass(frozen=True)
class IndicatorRow:
    """One line of the table of figures: the last seven days, newest first, and a line of thirty."""

    label: str
    days: IndicatorDays
    week: tuple[Total | None, ...]
    spark: Sparkline | None


@dataclass(frozen=True)
class BorderRow:
    """One border in short: its newest day, and a graph of both counts."""

    leg: LegView
    newest: BorderDay | None
    graph: DayGraph | None


@router.get("/parties")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """Every party of the route with its state, in travel order; then coordinators and observers."""
    now = ctx.clock.now()

    def read(conn: Connection) -> route_view.RoutePicture:
        ids = readable(conn, who.route.code, who.party)
        return route_view.load(conn, ctx.directory.value, who.route, ids, now)

    picture = await ctx.db.read(read)
    today = now.astimezone(who.route.zone).date()
    others = [m for m in who.route.members(today) if picture.station(m.party) is None]
    values = {
        "picture": picture,
        "others": others,
        "roles": ROLES,
        "duty": _on_duty(ctx, who, who.route.members(today)),
    }
    return page(request, ctx, who, "parties.html", _("Parties: %(n)s report", n=len(picture.stations)), values)


def _on_duty(ctx: WebContext, who: Visitor, members: Sequence[Membership]) -> dict[str, tuple[PersonView, ...]]:
    """Who is on duty for each party, as far as the visitor may see people."""
    directory, at = ctx.directory.value, wall()
    return {
        m.party: tuple(
            p for p in directory.on_duty(who.route.code, m.party, at) if may_see(directory, who.principal, p)
        )
        for m in members
    }


@router.get("/parties/{party}")
async def show(request: Request, ctx: Web, who: Reading, party: Code) -> Response:
    """One party."""
    directory, now = ctx.directory.value, ctx.clock.now()
    code, today = directory.party_code(party), now.astimezone(who.route.zone).date()
    member = who.route.membership(code, today) if code else None
    if member is None:
        raise Unknown(_("No party with the code %(party)s is on this route.", party=party))

    def read(conn: Connection) -> PartyPicture:
        ids = readable(conn, who.route.code, who.party)
        return party_view.load(conn, directory, who.route, member, ids, now)

    found = await ctx.db.read(read)
    reachable = directory.reachable(who.route.code, member.party, wall())
    duty = _on_duty(ctx, who, [member])[member.party]
    values = {
        "view": found, "party": member.party, "rows": [_row(one) for one in found.indicators],
        "borders": [_border(leg, days, found) for leg, days in found.borders], "room": _room(found), "duty": duty,
        "deputies": [p for p in reachable if p not in duty and may_see(directory, who.principal, p)],
        "role": ROLES.get(member.role, member.role), "week": _week(found),
        "keys": {alert.short_id: fresh_key() for alert in found.alerts},
    }  # fmt: skip
    return page(request, ctx, who, "party.html", directory.name(member.party, today), values)


def _week(found: PartyPicture) -> list[object]:
    return [found.last - timedelta(days=back) for back in range(WEEK)]


def _row(one: IndicatorDays) -> IndicatorRow:
    label = LABELS.get(one.indicator, one.indicator.replace("_", " ").capitalize())
    line = sparkline([None if total is None else total.value for total in one.days])
    return IndicatorRow(label, one, one.days[::-1][:WEEK], line)


def _border(leg: LegView, days: Sequence[BorderDay], found: PartyPicture) -> BorderRow:
    newest = next((day for day in reversed(days) if day.left or day.entered), None)
    return BorderRow(leg, newest, both_counts(leg, days))


def both_counts(leg: LegView, days: Sequence[BorderDay]) -> DayGraph | None:
    """Both counts of a border as two lines."""
    told = since_first(days)
    return day_graph([d.day for d in told], counts_of(leg, told), width=NARROW) if told else None


def since_first(days: Sequence[BorderDay]) -> Sequence[BorderDay]:
    """From the first day with a count on: before it there is nothing to draw."""
    first = next((at for at, day in enumerate(days) if day.left or day.entered), len(days))
    return days[first:]


def counts_of(leg: LegView, days: Sequence[BorderDay]) -> tuple[Series, Series]:
    return (
        Series(
            _("%(to_party)s count", to_party=leg.to_party),
            "entered",
            [None if d.entered is None else d.entered.value for d in days],
        ),
        Series(
            _("%(from_party)s count", from_party=leg.from_party),
            "left",
            [None if d.left is None else d.left.value for d in days],
        ),
    )


def _room(found: PartyPicture) -> DayGraph | None:
    """People in reception against the places of each day."""
    by_name = {one.indicator: one for one in found.indicators}
    occupied, places = by_name.get("occupied"), by_name.get("places")
    if occupied is None:
        return None
    newest = places.newest if places else None
    first = next(at for at, total in enumerate(occupied.days) if total is not None)
    told = [total.value if total else None for total in occupied.days[first:]]
    return day_graph(
        found.days[first:], [Series(_("People in reception"), "entered", told)],
        level=newest.value if newest else None, level_name=_("Places"), width=NARROW,
    )  # fmt: skip
