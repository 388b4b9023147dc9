"""Exchanges read as one: the message that began it and every answer of any kind that the reader may see, in order."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.v1.answers import answer, marking
from routehub.core.errors import Unknown
from routehub.journal import feed
from routehub.journal.feed import Cursor, FeedItem
from routehub.views.threads import exchange, exchanges

router = APIRouter(tags=["messages"], route_class=Door)

Onward = Annotated[str | None, Query(max_length=40, description="`next` of the page before.")]


def _event(item: FeedItem, epoch: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item.text(epoch))
    return found


def _number(text: str | None, head: Cursor) -> int | None:
    if text is None:
        return None
    cursor = Cursor.parse(text)
    feed.check_cursor(cursor, head)
    return cursor.feed


def _next(head: Cursor, number: int | None) -> str | None:
    return None if number is None else str(Cursor(head.epoch, number))


@router.get("/threads")
async def get_threads(
    ctx: Ctx, who: Reader, route: OnRoute, limit: Annotated[int, Query(ge=1, le=200)] = 50, before: Onward = None
) -> Response:
    """Exchanges with notes that you may read, those with the newest note first: each with its first message and its
    newest note."""

    def read(conn: Connection) -> dict[str, Any]:
        head = feed.head(conn, who.route, who.party)
        pairs, onward = exchanges(conn, who.route, who.party, before=_number(before, head), limit=limit)
        rows = [
            {"thread": first.id, "first": _event(first, head.epoch), "last": _event(last, head.epoch)}
            for first, last in pairs
        ]
        return {"route": marking(route), "threads": rows, "next": _next(head, onward)}

    return answer(await ctx.db.read(read))


@router.get("/threads/{ref}")
async def get_thread(
    ctx: Ctx, who: Reader, route: OnRoute,
    ref: Annotated[str, Path(max_length=60, description="Message id or short id of any of its messages.")],
    after: Onward = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:  # fmt: skip
    """One exchange in order: the message that began it, then every answer that you may read."""

    def read(conn: Connection) -> dict[str, Any] | None:
        head = feed.head(conn, who.route, who.party)
        found = exchange(conn, who.route, who.party, ref, after=_number(after, head), limit=limit)
        if found is None:
            return None
        items = found.rest if after else [found.first, *found.rest]
        return {
            "route": marking(route), "thread": found.first.id,
            "messages": [_event(item, head.epoch) for item in items], "next": _next(head, found.onward),
        }  # fmt: skip

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown("There is no message with this id that you can see.")
    return answer(found)
