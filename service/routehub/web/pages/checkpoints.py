"""What the hub has signed about the party's own feed, to be kept elsewhere."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.core.errors import Unknown
from routehub.core.language import _
from routehub.journal.checkpoints import reading
from routehub.journal.checkpoints.taking import LOOK_SECONDS
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.render import page
from routehub.web.visitor import Reading

router = APIRouter(route_class=PageRoute)

SHOWN = 50
TEXT = "text/plain; charset=utf-8"


@router.get("/checkpoints")
async def show(request: Request, ctx: Web, who: Reading) -> Response:
    """The newest checkpoints, the keys that sign, and how to prove a feed."""
    rows = await ctx.db.read(reading.newest_first, "feed", who.route.code, who.party, None, SHOWN)
    keys = await ctx.db.read(reading.keys)
    minutes = int((ctx.settings.checkpoint_seconds + LOOK_SECONDS) // 60) + 1
    return page(
        request, ctx, who, "checkpoints.html", _("Checkpoints"), {"rows": rows, "keys": keys, "minutes": minutes}
    )


@router.get("/checkpoints.txt")
async def download(ctx: Web, who: Reading) -> Response:
    """All of them as signed notes, the oldest first, as ``rh verify --checkpoints`` takes them."""

    def notes(conn: Connection) -> str:
        return "\n".join(one.note for one in reading.oldest_first(conn, "feed", who.route.code, who.party))

    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="checkpoints-{who.route.code}-{who.party}.txt"',
    }
    return Response(await ctx.db.read(notes), headers=headers, media_type=TEXT)


@router.get("/checkpoints/{ref}")
async def show_one(ctx: Web, who: Reading, ref: Annotated[str, Path(max_length=60)]) -> Response:
    """One checkpoint as it was signed."""
    epoch, _dot, number = ref.partition(".")
    found = None
    if all(part.isascii() and part.isdigit() and len(part) < 16 for part in (epoch, number)):
        found = await ctx.db.read(reading.one, "feed", who.route.code, who.party, int(epoch), int(number))
    if found is None:
        raise Unknown(_("There is no such checkpoint of your feed."))
    return Response(found.note, headers={"Cache-Control": "no-store"}, media_type=TEXT)
