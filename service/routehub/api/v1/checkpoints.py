"""Signed checkpoints of a party's feed, the keys that sign, and the links by which it computes the chain itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import Reader
from routehub.api.v1.answers import answer
from routehub.core.errors import Unknown
from routehub.directory.principal import Principal
from routehub.journal import feed
from routehub.journal.checkpoints import reading
from routehub.journal.checkpoints.reading import Link, Taken
from routehub.journal.feed import Cursor

router = APIRouter(tags=["integrity"], route_class=Door)

BEYOND = 2**63 - 1
"""Larger numbers than any that a database holds."""
Before = Annotated[str | None, Query(max_length=40, description="Go on from this checkpoint, towards older ones.")]
After = Annotated[str, Query(max_length=40, description="Cursor; 0: from the start.")]


@router.get("/checkpoints")
async def get_checkpoints(
    ctx: Ctx, who: Reader, before: Before = None, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> Response:
    """The signed checkpoints of your party's feed, the newest first. Keep them where the hub's operator cannot reach:
    they prove later what your feed was."""
    start = Cursor.parse(before) if before else None
    place = (min(start.epoch, BEYOND), min(start.feed, BEYOND)) if start else None
    found = await ctx.db.read(reading.newest_first, "feed", who.route, who.party, place, limit)
    following = found[-1].id if len(found) == limit else None
    return answer({"checkpoints": [_checkpoint(taken) for taken in found], "next": following})


@router.get("/checkpoints/keys")
async def get_checkpoint_keys(ctx: Ctx) -> Response:
    """The public keys that have signed checkpoints of this hub, with the time of each; for everybody."""
    found = await ctx.db.read(reading.keys)
    return answer({"keys": [{"key": str(one.key), "since": one.since, "last_used": one.last_used} for one in found]})


@router.get("/checkpoints/links")
async def get_checkpoint_links(
    ctx: Ctx, who: Reader, after: After = "0",
    limit: Annotated[int, Query(ge=1, le=reading.MOST_LINKS)] = reading.MOST_LINKS,
) -> Response:  # fmt: skip
    """The links of your feed in order. ``content`` is SHA-256 of ``salt`` and ``body``; ``chain`` is SHA-256 of
    ``PREVIOUS:FEED:CONTENT``, beginning with 64 zeros. Erased content has no body and no salt."""
    head, found = await ctx.db.read(_links, who, after, limit)
    at = found[-1].feed if found else head.feed
    following = str(Cursor(head.epoch, at)) if at < head.feed else None
    return answer({"head": str(head), "links": [_link(one) for one in found], "next": following})


@router.get("/checkpoints/{ref}")
async def get_checkpoint(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Its id, for example 1.1042.")]
) -> Response:
    """One checkpoint of your feed as a signed note (C2SP signed-note, ed25519), byte for byte as it was signed."""
    epoch, dot, number = ref.partition(".")
    found = None
    if dot and all(part.isascii() and part.isdigit() and len(part) < 16 for part in (epoch, number)):
        found = await ctx.db.read(reading.one, "feed", who.route, who.party, int(epoch), int(number))
    if found is None:
        raise Unknown("There is no such checkpoint of your feed.")
    return Response(found.note, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=utf-8")


def _links(conn: Connection, who: Principal, after: str, limit: int) -> tuple[Cursor, list[Link]]:
    head = feed.head(conn, who.route, who.party)
    start = Cursor(head.epoch, 0) if after in ("", "0") else Cursor.parse(after)
    feed.check_cursor(start, head)
    return head, reading.links(conn, who.route, who.party, start.feed, limit)


def _checkpoint(taken: Taken) -> dict[str, Any]:
    return {
        "id": taken.id, "epoch": taken.epoch, "number": taken.number, "chain": taken.chain, "taken_at": taken.taken_at,
        "note": taken.note,
    }  # fmt: skip


def _link(one: Link) -> dict[str, Any]:
    return {
        "feed": one.feed, "id": one.id, "kind": one.kind, "content": one.content, "chain": one.chain,
        "salt": one.salt if one.body is not None else None, "body": one.body,
    }  # fmt: skip
