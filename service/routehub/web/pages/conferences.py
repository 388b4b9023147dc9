"""Conferences: those to come, the series that propose them, and those that were."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences import queries
from routehub.boards.conferences.attendance import COMING, Place, attendance
from routehub.boards.conferences.queries import AgendaRef, ConferenceView
from routehub.boards.minutes.queries import newest
from routehub.core.language import _
from routehub.digests import series_office
from routehub.digests.render.forms import of_series
from routehub.digests.series import MAIN, Series
from routehub.digests.upcoming import next_number
from routehub.directory.visibility import readable
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

SeriesName = Annotated[str, Query(max_length=40, pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$")]
PROPOSALS = 4
PAST = 60
"""Past conferences on the page, the newest first."""


@dataclass(frozen=True)
class Row:
    """A conference as the list shows it. ``mine``: where the visitor's party stands, if it is invited."""

    view: ConferenceView
    series: str
    more: str
    coming: int
    invited: int
    mine: Place | None
    agenda: AgendaRef | None


@dataclass(frozen=True)
class SeriesCard:
    """A series with what it proposes next."""

    one: Series
    proposed: list[datetime]
    number: int
    changes: bool


@router.get("/conference")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """What is to come first, each with who attends; then the series; then what was."""
    now = ctx.clock.now()

    def read(conn: Connection) -> tuple[list[Row], list[ConferenceView], list[SeriesCard]]:
        ids = readable(conn, who.route.code, who.party)
        found = queries.conferences(conn, ids, who.route.code)
        told = known_series(conn, ctx, who)
        titles = {one.name: one.title for one in told}
        held = newest(conn, ids, who.route.code)  # whatever its time was: it has minutes

        def over(view: ConferenceView) -> bool:
            return view.ends <= now or (view.series, view.number) in held

        ahead = [view for view in found if not over(view)]
        rows = [_row(conn, ids, who, view, titles) for view in ahead]
        past = [view for view in reversed(found) if over(view)][:PAST]
        return rows, past, [_card(one, found, who, now) for one in told]

    rows, past, cards = await ctx.db.read(read)
    values = {
        "rows": rows, "past": past, "cards": cards, "now": now, "of_series": of_series,
        "begins": series_office.may_begin(who.principal), "main": MAIN,
    }  # fmt: skip
    return page(
        request, ctx, who, "conferences.html", _("Conferences"), values, of=[*(row.view for row in rows), *past]
    )


def known_series(conn: Connection, ctx: WebContext, who: Visitor) -> list[Series]:
    """The series that the visitor may know of."""
    today = ctx.clock.now().astimezone(who.route.zone).date()
    return series_office.visible(conn, ctx.directory.value, who.principal, today)


def _row(
    conn: Connection, ids: frozenset[int], who: Visitor, view: ConferenceView, titles: dict[str, str]
) -> Row:  # fmt: skip
    places = attendance(conn, ids, who.route, view)
    compiled = queries.agendas(conn, ids, who.route.code, view.series, view.number, limit=1)
    title = titles.get(view.series, view.series)
    return Row(
        view, "" if view.series == MAIN or title == view.title else title, of_series(view.series),
        sum(place.state in COMING for place in places), len(places),
        next((place for place in places if place.party == who.party), None), compiled[0] if compiled else None,
    )  # fmt: skip


def _card(one: Series, found: list[ConferenceView], who: Visitor, now: datetime) -> SeriesCard:
    called = {view.first_start for view in found if view.series == one.name}
    open_ones = [start for start in one.proposed(now, 2 * PROPOSALS) if start not in called]
    return SeriesCard(one, open_ones[:PROPOSALS], next_number(one, found), series_office.may_change(who.principal, one))
