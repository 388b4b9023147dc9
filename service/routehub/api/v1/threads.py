"""Exchanges read as one: the message that began it and every answer of any kind that the reader may see, in order.

What a reader does not see leaves no trace: no gap, no count, no name.
"""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.v1.boards import answer, marking
from routehub.boards.threads import queries
from routehub.core.errors import Unknown
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.journal.feed import Cursor, FeedItem

router = APIRouter(tags=["messages"], route_class=Door)


def events(items: list[FeedItem], epoch: int) -> list[dict[str, Any]]:
    return [json.loads(item.text(epoch)) for item in items]


@router.get("/threads")
async def get_threads(
    ctx: Ctx, who: Reader, route: OnRoute,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=40, description="`next` of the page before.")] = None,
) -> Response:  # fmt: skip
    """Exchanges with notes that you may read, those with the newest note first: each with its first message and the
    newest note."""

    def read(conn: Connection) -> dict[str, Any]:
        head = feed.head(conn, who.route, who.party)
        found = queries.threads(
            conn, readable(conn, who.route, who.party), who.route, _place(conn, who, before, head), limit + 1
        )
        shown = found[:limit]
        firsts = [feed.one(conn, who.route, who.party, one.root) for one in shown]
        lasts = feed.at(conn, who.route, who.party, [one.last for one in shown])
        rows = [
            {"thread": one.root, "first": events([first], head.epoch)[0], "last": events([last], head.epoch)[0]}
            for one, first, last in zip(shown, firsts, lasts, strict=True)
            if first is not None
        ]
        onward = str(Cursor(head.epoch, lasts[-1].feed)) if len(found) > limit else None
        return {"route": marking(route), "threads": rows, "next": onward}

    return answer(await ctx.db.read(read))


def _place(conn: Connection, who: Principal, before: str | None, head: Cursor) -> int | None:
    if before is None:
        return None
    cursor = Cursor.parse(before)
    feed.check_cursor(cursor, head)
    return feed.sequence_of(conn, who.route, who.party, cursor.feed)


@router.get("/threads/{ref}")
async def get_thread(
    ctx: Ctx, who: Reader, route: OnRoute,
    ref: Annotated[str, Path(max_length=60, description="Message id or short id of any of its messages.")],
    after: Annotated[str | None, Query(max_length=40, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:  # fmt: skip
    """One exchange in order: the message that began it, then every answer that you may read."""

    def read(conn: Connection) -> dict[str, Any] | None:
        item = feed.one(conn, who.route, who.party, ref)
        if item is None:
            return None
        head = feed.head(conn, who.route, who.party)
        root = feed.one(conn, who.route, who.party, queries.root_of(conn, who.route, item.id)) or item
        start = _place(conn, who, after, head) or 0
        ids = readable(conn, who.route, who.party)
        places = queries.sequences(conn, ids, who.route, root.id, start, limit + 1)
        items = feed.at(conn, who.route, who.party, places[:limit])
        told = items if after else [root, *items]
        onward = str(Cursor(head.epoch, items[-1].feed)) if len(places) > limit else None
        return {
            "route": marking(route), "thread": root.id, "messages": events(told, head.epoch), "next": onward,
        }  # fmt: skip

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown("There is no message with this id that you can see.")
    return answer(found)
