"""Messages in and out: one CloudEvent, plain JSON per kind, pages of the reader's feed with a cursor."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.identity import Reader, Who
from routehub.core.canonical import dumps
from routehub.core.errors import Erased, Refused, SignInNeeded, Unknown, refused
from routehub.delivery.live.listener import ENDED
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub.intake.receive import Post, as_refused
from routehub.journal import feed
from routehub.journal.feed import Cursor, FeedItem, Filter
from routehub.journal.jobs import Recorded
from routehub.journal.message import as_event
from routehub.journal.search.find import search
from routehub.journal.search.names import codes_of
from routehub.journal.search.question import Question, question
from routehub.journal.search.snippet import snippet
from routehub_schemas import parse
from routehub_schemas.errors import Invalid
from routehub_schemas.kind import Kind

router = APIRouter(tags=["messages"])

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The sender's own id of this message.",
    ),
]
DryRun = Annotated[bool, Query(description="Check everything and store nothing.")]
EVENT = "application/cloudevents+json"
RETRY_WARNING = {
    "pointer": "",
    "code": "no-id",
    "message": "Sent without an id: a retry would store it twice. Send an Idempotency-Key.",
}


async def accepted(
    ctx: Context, who: Principal, recorded: Recorded, *, dry_run: bool, keyed: bool = True, status: int = 201
) -> Response:
    """The answer to a post: 201 with the envelope; 200 when it was there already, or for a dry run."""
    headers = {"Cache-Control": "no-store"}
    if recorded.message is not None:
        event = as_event(recorded.message.body, recorded.epoch, recorded.feed)
        body = event | {"warnings": [caution.as_dict() for caution in recorded.cautions]}
        if dry_run:
            body["dry_run"], status = True, 200
            for name in ("id", "cursor", "feed", "shortid"):
                body.pop(name, None)
        elif not keyed:
            body["warnings"].append(RETRY_WARNING)
    else:
        item = await ctx.db.read(feed.one, who.route, who.party, recorded.message_id)
        if item is None or item.body is None:
            raise Unknown()
        epoch = (await ctx.db.read(feed.head, who.route, who.party)).epoch
        body, status = as_event(item.body, epoch, item.feed) | {"warnings": []}, 200
        headers["Idempotent-Replay" if recorded.replayed else "Unchanged"] = "true"
    if not dry_run:
        headers["Location"] = f"/v1/routes/{who.route}/messages/{body['id']}"
        headers["ETag"] = f'"{body["id"]}"'
        body["web"] = f"{ctx.settings.public_url.rstrip('/')}/routes/{who.route}/messages/{body['id']}"
    return Response(dumps(body), status, headers, media_type="application/json")


def split_tlp(data: Any) -> tuple[Any, str | None, bool | None]:
    """Plain JSON doors take ``tlp`` and ``exercise`` beside the payload's own fields."""
    if not isinstance(data, dict):
        return data, None, None
    rest = {name: value for name, value in data.items() if name not in ("tlp", "exercise")}
    tlp, exercise = data.get("tlp"), data.get("exercise")
    try:
        found = parse.incoming(
            {"specversion": "1.0", "id": "x", "type": "x", "data": {}}
            | {name: data[name] for name in ("tlp", "exercise") if name in data}
        )
    except Invalid as error:
        raise as_refused(error) from None
    return rest, found.tlp if tlp is not None else None, found.exercise if exercise is not None else None


async def post_kind(ctx: Context, who: Principal, kind: Kind, data: Any, key: str | None, dry_run: bool) -> Response:
    payload, tlp, exercise = split_tlp(data)
    recorded = await ctx.intake.receive(who, Post(kind, payload, tlp=tlp, exercise=exercise, key=key, dry_run=dry_run))
    return await accepted(ctx, who, recorded, dry_run=dry_run, keyed=key is not None)


@router.post("/messages", status_code=201)
async def post_message(
    request: Request, ctx: Ctx, who: Who, idempotency_key: Key = None, dry_run: DryRun = False
) -> Response:
    """Post one message as a CloudEvent in structured mode. Its ``id`` is the idempotency key."""
    data = await json_body(request, ctx.settings.max_body_bytes, EVENT, "application/json")
    event = parse.incoming(data)
    if idempotency_key is not None and idempotency_key != event.id:
        raise Refused("Idempotency-Key and the event's id differ. Send one of them, or both alike.")
    kind = ctx.registry.by_type(event.type)
    recorded = await ctx.intake.receive(
        who,
        Post(
            kind,
            event.data,
            tlp=event.tlp,
            exercise=event.exercise,
            key=event.id,
            dry_run=dry_run,
            pointer="/data",
        ),
    )
    return await accepted(ctx, who, recorded, dry_run=dry_run)


def _door(kind: Kind) -> Any:
    async def post(
        request: Request, ctx: Ctx, who: Who, idempotency_key: Key = None, dry_run: DryRun = False
    ) -> Response:
        data = await json_body(request, ctx.settings.max_body_bytes)
        return await post_kind(ctx, who, kind, data, idempotency_key, dry_run)

    post.__doc__ = f"Post one message of kind {kind.name}: the body is its data and may carry ``tlp``."
    return post


def _schema(kind: Kind) -> str:
    return f"/schemas/{kind.name}.v{kind.version}.json"


def doors(kinds: list[Kind]) -> APIRouter:
    """One plain JSON door per kind that anybody but the hub may post."""
    found = APIRouter(tags=["messages"])
    for kind in kinds:
        if kind.posted_by != frozenset({"hub"}):
            found.add_api_route(
                f"/{kind.door}", _door(kind), methods=["POST"], status_code=201, name=f"post_{kind.name}",
                openapi_extra={
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": _schema(kind)}}},
                    }
                },
            )  # fmt: skip
    return found


LONGEST_QUESTION = 200
SEARCH = (
    'Words that a message has to have, wherever they stand; "a phrase", -without, begin*. Without regard to case and '
    "accents; parties and places are found by their names too. Newest first; read on with before."
)
Kinds = Annotated[list[str], Query(alias="kind", description="Only these kinds.", max_length=50)]
Parties = Annotated[list[str], Query(alias="party", description="Only from or for these parties.", max_length=100)]


def wanted(ctx: Context, kinds: list[str], parties: list[str], thread: str | None, point: str | None) -> Filter:
    codes = frozenset(ctx.directory.value.party_code(party) or party for party in parties)
    return Filter(frozenset(kinds), codes, thread, point)


@router.get("/messages")
async def get_messages(
    ctx: Ctx, who: Reader,
    after: Annotated[str, Query(description="Cursor; 0 or nothing: from the start.", max_length=40)] = "0",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    kind: Kinds = [],  # noqa: B006 - FastAPI copies it
    party: Parties = [],  # noqa: B006
    thread: Annotated[str | None, Query(max_length=40)] = None,
    point: Annotated[str | None, Query(max_length=60)] = None,
    wait: Annotated[int, Query(ge=0, le=60, description="Seconds to wait when there is nothing new.")] = 0,
    q: Annotated[str | None, Query(max_length=LONGEST_QUESTION, description=SEARCH)] = None,
    before: Annotated[str | None, Query(max_length=40, description="With q: `next` of the page before.")] = None,
) -> Response:  # fmt: skip
    """A page of the reader's feed in order. ``next`` is the cursor to go on from. With ``q`` a search, newest first."""
    asked = wanted(ctx, kind, party, thread, point)
    if q is not None:
        return await _found(ctx, who, q, after, before, limit, asked)
    if before is not None:
        raise refused("/query/before", "only-with-q", "A feed is read on with after; before goes with q.", sent=before)
    deadline = asyncio.get_running_loop().time() + wait
    while True:
        head, start, items = await ctx.db.read(_feed_page, who, after, limit, asked)
        if items or not wait or not await _something_new(ctx, who, kind, max(start, head.feed), deadline):
            break
    more = len(items) == limit
    at = items[-1].feed if more else max(head.feed, start)
    events = ",".join(item.text(head.epoch) for item in items)
    text = (
        f'{{"messages":[{events}],"next":"{Cursor(head.epoch, at)}","head":"{head}",'
        f'"more":{"true" if more else "false"}}}'
    )
    return Response(text, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _feed_page(
    conn: Connection, who: Principal, after: str, limit: int, asked: Filter
) -> tuple[Cursor, int, list[FeedItem]]:
    """Head, start and items of one moment, so that ``next`` never skips what was committed between two reads."""
    head = feed.head(conn, who.route, who.party)
    start = Cursor(head.epoch, 0) if after in ("", "0") else Cursor.parse(after)
    feed.check_cursor(start, head)
    return head, start.feed, feed.page(conn, who.route, who.party, start.feed, limit, asked)


async def _found(
    ctx: Context, who: Principal, text: str, after: str, before: str | None, limit: int, wanted: Filter
) -> Response:
    """A page of a search: the newest first, each with the place where it says what was looked for."""
    asked = question(text, codes_of(ctx.directory.value, ctx.directory.route(who.route)))
    head, items = await ctx.db.read(_search_page, who, asked, after, before, limit, wanted)
    more = len(items) > limit
    shown = items[:limit]
    told = ",".join(_hit(item, head.epoch, asked) for item in shown)
    nxt = f'"{Cursor(head.epoch, shown[-1].feed)}"' if more else "null"
    text = f'{{"messages":[{told}],"next":{nxt},"head":"{head}","more":{"true" if more else "false"}}}'
    return Response(text, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _search_page(
    conn: Connection, who: Principal, asked: Question, after: str, before: str | None, limit: int, wanted: Filter
) -> tuple[Cursor, list[FeedItem]]:
    """One message more than the page holds tells whether there are more; how many there are is not counted."""
    head = feed.head(conn, who.route, who.party)
    start = Cursor(head.epoch, 0) if after in ("", "0") else Cursor.parse(after)
    feed.check_cursor(start, head)
    end = Cursor.parse(before) if before else None
    if end is not None:
        feed.check_cursor(end, head)
    return head, search(
        conn, who.route, who.party, asked, limit + 1, wanted, after=start.feed, before=end.feed if end else None
    )


def _hit(item: FeedItem, epoch: int, asked: Question) -> str:
    """The event with ``hit`` beside it."""
    text = item.text(epoch)
    found = snippet(json.loads(item.body)["data"], asked) if item.body else None
    return f'{text[:-1]},"hit":{dumps(found)}}}' if found else text


async def _something_new(ctx: Context, who: Principal, kinds: list[str], at: int, deadline: float) -> bool:
    """Wait on the live follower for a message after feed number ``at``; False when the time is up or the hub stops.

    Errors: 401 when the key is revoked meanwhile.
    """
    listener = ctx.live.open(who, Wanted(kinds=frozenset(kinds)))
    try:
        async with asyncio.timeout_at(deadline):
            if not ctx.live.join(listener, at):
                return True
            while (frame := await listener.next()) is not None:
                if frame.feed is not None:
                    return True
    except TimeoutError:
        return False
    finally:
        ctx.live.close(listener)
    if listener.ending is not None and listener.ending.code == ENDED:
        raise SignInNeeded(listener.ending.reason.capitalize() + ".")
    return False


@router.get("/messages/{ref}")
async def get_message(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Message id or short id.")]
) -> Response:
    """One message by its id or short id. One that you may not read is answered like one that is not there."""
    item = await ctx.db.read(feed.one, who.route, who.party, ref)
    if item is None:
        raise Unknown("There is no message with this id that you can see.")
    if item.body is None:
        raise Erased("The content of this message has been erased; its place in the chain remains.")
    head = await ctx.db.read(feed.head, who.route, who.party)
    return Response(item.text(head.epoch), headers={"Cache-Control": "no-store"}, media_type="application/json")
