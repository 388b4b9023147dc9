"""The bulletin of a morning, as the visitor's party reads it, and which bulletins there are."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.boards.bulletins.queries import BulletinRef, bulletins
from routehub.core.errors import Unknown
from routehub.core.language import ENGLISH, _, using
from routehub.digests.bulletin import letter, reading
from routehub.digests.bulletin.reading import FIRST, Reading
from routehub.directory.visibility import readable
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.render import Names, page
from routehub.web.visitor import Reading as SignedIn
from routehub.web.visitor import Visitor
from routehub_schemas.vocab import DAY_PATTERN

router = APIRouter(route_class=PageRoute)

MOST = 60
WAITING_FIRST = {"silent": 0, "late": 1, "due": 2, "in": 3, "nothing_to_report": 3, "excused": 4}


def _load(
    conn: Connection, ctx: WebContext, who: Visitor, day: date | None
) -> tuple[Reading | None, list[BulletinRef]]:
    with using(ENGLISH):  # its lines stand in a message; those that only this party reads are told like them
        found = reading.of_day(conn, ctx.registry, ctx.directory.value, who.route, who.party, day)
    return found, bulletins(conn, readable(conn, who.route.code, who.party), who.route.code, limit=MOST)


@router.get("/bulletin")
async def show_newest(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The newest bulletin, and links to those before it."""
    found, every = await ctx.db.read(_load, ctx, who, None)
    return _show(request, ctx, who, found, every)


@router.get("/bulletin/{day}")
async def show(
    request: Request, ctx: Web, who: SignedIn, day: Annotated[str, Path(max_length=10, pattern=DAY_PATTERN)]
) -> Response:
    """The bulletin of one morning."""
    try:
        morning = date.fromisoformat(day)
    except ValueError:
        raise Unknown(_("There is no such day.")) from None
    found, every = await ctx.db.read(_load, ctx, who, morning)
    if found is None:
        raise Unknown(_("There is no bulletin of this day that you can see."))
    return _show(request, ctx, who, found, every)


def _show(request: Request, ctx: WebContext, who: Visitor, found: Reading | None, every: list[BulletinRef]) -> Response:
    values: dict[str, Any] = {"found": found, "every": every, "most": FIRST}
    if found is None:
        return page(request, ctx, who, "bulletin.html", _("Bulletin"), values)
    bulletin = found.bulletin
    values |= {
        "bulletin": bulletin, "reported": letter.reported(bulletin), "late": letter.is_late(bulletin),
        "rows": sorted(bulletin.reporting, key=lambda row: WAITING_FIRST[row.state]),
        "name": Names(ctx.directory.value, bulletin.date),
    }  # fmt: skip
    title = letter.subject_of(bulletin, len(found.lines) + bulletin.more)
    return page(request, ctx, who, "bulletin.html", title, values)
