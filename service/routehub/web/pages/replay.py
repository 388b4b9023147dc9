"""The route day by day: a look back, each day with an address of its own."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.core.language import _
from routehub.directory.visibility import readable
from routehub.views import replay as replay_view
from routehub.views.replay import Replay
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.render import page
from routehub.web.route_map import draw
from routehub.web.times import day as in_words
from routehub.web.visitor import Reading

router = APIRouter(route_class=PageRoute)


@router.get("/replay")
async def show(
    request: Request, ctx: Web, who: Reading, day: Annotated[str, Query(max_length=10)] = ""
) -> Response:  # fmt: skip
    """The drawing of the route on one day, with links to the days around it."""
    now = ctx.clock.now()

    def read(conn: Connection) -> Replay:
        ids = readable(conn, who.route.code, who.party)
        return replay_view.load(conn, ctx.directory.value, who.route, ids, _day(day), now)

    found = await ctx.db.read(read)
    picture = found.picture
    values = {
        "view": found, "picture": picture, "map": draw(picture, ctx.directory.value, who.party),
        "reported": len(picture.in_states("in", "nothing_to_report")),
    }  # fmt: skip
    return page(request, ctx, who, "replay.html", _("The route on %(found)s", found=in_words(found.day)), values)


def _day(text: str) -> date | None:
    """What is no date shows the newest day: the address is made by links, and typed at most by hand."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
