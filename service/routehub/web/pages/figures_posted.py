"""After posting: what was posted beside the neighbours' counts; and every value that was ever posted for a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, FigureValue, history
from routehub.boards.reporting.queries import MadeBy, made_by
from routehub.core.errors import Unknown
from routehub.core.language import _
from routehub.directory.principal import HUB_PARTY
from routehub.directory.reporting_day import reporting_day
from routehub.directory.visibility import readable
from routehub.views import route as route_view
from routehub.views.route import RoutePicture, leg_counts
from routehub.views.totals import Total
from routehub.web import figure_fields
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.figure_sheet import reporting_member
from routehub.web.render import Names, page
from routehub.web.visitor import Reading
from routehub.web.who_posted import Posted, posted
from routehub_schemas.vocab import Day

router = APIRouter(route_class=PageRoute)

Party = Annotated[str, Path(max_length=40)]


@dataclass(frozen=True)
class Border:
    """Both counts of a border as its two parties posted them."""

    label: str
    own: Total
    theirs: Total | None
    differs: bool


@router.get("/figures/{party}/{day}/posted/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, party: Party, day: Day, ref: Annotated[str, Path(max_length=60)],
    same: Annotated[str, Query(max_length=1)] = "",
) -> Response:  # fmt: skip
    """The confirmation. The neighbours' counts are shown here only, so that the two counts stay independent."""
    member = reporting_member(ctx, who, party)

    def read(conn: Connection) -> tuple[RoutePicture, Posted | None]:
        ids = readable(conn, who.route.code, who.party)
        return route_view.load(conn, ctx.directory.value, who.route, ids, ctx.clock.now()), posted(conn, who, ref)

    picture, made = await ctx.db.read(read)
    if made is None or made.data.get("party") != member.party or made.data.get("day") != day.isoformat():
        raise Unknown(_("There is no message with this id that you can see."))
    name = Names(ctx.directory.value, day)
    values = {
        "party": member.party, "party_name": name(member.party), "made": made, "unchanged": bool(same),
        "picture": picture, "period": reporting_day(member, day), "member": member,
        "borders": _borders(picture, member.party, day, name),
        "reported": len(picture.in_states("in", "nothing_to_report")),
    }  # fmt: skip
    return page(request, ctx, who, "posted.html", _("Figures posted: %(party)s", party=name(member.party)), values)


def _borders(picture: RoutePicture, party: str, day: date, name: Names) -> list[Border]:
    found = []
    for leg in picture.route.legs_on(day):
        if party not in (leg.from_party, leg.to_party):
            continue
        entering = leg.to_party == party
        left, entered = leg_counts(picture.totals, leg, day if entering else day + timedelta(days=leg.lag_days))
        mine, theirs = (entered, left) if entering else (left, entered)
        other = leg.from_party if entering else leg.to_party
        if mine is not None:
            apart = theirs is not None and route_view.counts_differ(mine.value, theirs.value)
            found.append(Border(f"{'From' if entering else 'To'} {name(other)}", mine, theirs, apart))
    return found


@dataclass(frozen=True)
class Revision:
    """One value that a figure had, and who gave it it."""

    value: FigureValue
    by: MadeBy | None


@router.get("/figures/{party}/{day}/history")
async def show_history(request: Request, ctx: Web, who: Reading, party: Party, day: Day) -> Response:
    """Every value of a party's day that was ever posted, by whom, how and why: nothing is overwritten."""
    directory = ctx.directory.value
    code = directory.party_code(party)
    if code is None or code == HUB_PARTY:
        raise Unknown(_("No party has the code %(party)s.", party=party))

    def read(conn: Connection) -> tuple[list[tuple[FigureValue, ...]], dict[str, MadeBy]]:
        ids = readable(conn, who.route.code, who.party)
        query = FigureQuery(who.route.code, parties=frozenset({code}), first=day, last=day)
        found = list(history(conn, ids, query).values())
        return found, made_by(conn, ids, (value.message_id for values in found for value in values))

    name = Names(directory, day)
    series, makers = await ctx.db.read(read)
    member = who.route.membership(code, day)
    end = f"{member.period_end:%H:%M}" if member else None
    found = [
        (
            figure_fields.label_of(values[0], who.route, name, end),
            [Revision(v, makers.get(v.message_id)) for v in values],
        )
        for values in sorted(series, key=lambda values: figure_fields.order_of(values[0], who.route))
    ]
    values = {"party": code, "party_name": name(code), "day": day, "series": found, "name": name}
    return page(request, ctx, who, "history.html", _("History of figures: %(code)s", code=name(code)), values)
