"""Messages in and out: one CloudEvent, plain JSON per kind, pages of the reader's feed with a cursor."""

import asyncio
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api import cloudevents
from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader, Who
from routehub.api.negotiation import ATOM, BATCH, CSV, JSON, Chosen, offer
from routehub.api.outcomes import accepted, of_many
from routehub.api.sheets import messages as message_sheet
from routehub.api.sheets.answers import Bom, Hxl, Sheets, named, next_link
from routehub.core.canonical import dumps, iso
from routehub.core.errors import Erased, SignInNeeded, Unknown, refused
from routehub.delivery.live.frame import Form
from routehub.delivery.live.listener import ENDED, Ending
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub.formats import atom
from routehub.intake import personal_data
from routehub.intake.receive import Post
from routehub.journal import feed
from routehub.journal.feed import Cursor, FeedItem, Filter
from routehub.journal.search.find import search
from routehub.journal.search.names import codes_of
from routehub.journal.search.question import Question, question
from routehub.journal.search.snippet import snippet
from routehub.views.reached import PartyReached, reached
from routehub_schemas import parse
from routehub_schemas.errors import Invalid, Problem
from routehub_schemas.kind import Kind

router = APIRouter(tags=["messages"], route_class=Door)

KEY_WORDS = "The sender's own id of this message."
CHECKED_WORDS = (
    "`yes`: the sender has looked at texts that seemed to hold personal data, and says that they hold none; recorded."
)


async def _key(
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, description=KEY_WORDS)
    ] = None,
    text_checked: Annotated[Literal["yes"] | None, Header(alias="Text-Checked", description=CHECKED_WORDS)] = None,
) -> str | None:
    """What a sender says beside the message: its key, and that its texts were looked at."""
    personal_data.checked.set(text_checked == "yes")
    return idempotency_key


Key = Annotated[str | None, Depends(_key)]
DryRun = Annotated[bool, Query(description="Check everything and store nothing.")]
Together = Annotated[bool, Query(description="All of them or none.")]


def plain(kind: Kind, data: Any, *, key: str | None, dry_run: bool, **more: Any) -> Post:
    """The post of a plain JSON door, which takes ``tlp`` and ``exercise`` beside the payload's own fields."""
    if not isinstance(data, dict):
        return Post(kind, data, key=key, dry_run=dry_run, **more)
    around = {name: data[name] for name in ("tlp", "exercise") if name in data}
    rest = {name: value for name, value in data.items() if name not in around}
    problems: tuple[Problem, ...] = ()
    if around:
        try:
            parse.incoming({"specversion": "1.0", "id": "x", "type": "x", "data": {}} | around)
        except Invalid as error:
            problems, around = error.problems, {}
    return Post(
        kind, rest, tlp=around.get("tlp"), exercise=around.get("exercise"), key=key, dry_run=dry_run,
        problems=problems, **more,
    )  # fmt: skip


async def post_kind(ctx: Context, who: Principal, kind: Kind, data: Any, key: str | None, dry_run: bool) -> Response:
    recorded = await ctx.intake.receive(who, plain(kind, data, key=key, dry_run=dry_run))
    return await accepted(ctx, who, recorded, dry_run=dry_run, keyed=key is not None)


@router.post("/messages", status_code=201)
async def post_message(
    request: Request,
    ctx: Ctx,
    who: Who,
    idempotency_key: Key = None,
    dry_run: DryRun = False,
    together: Together = False,
) -> Response:
    """Post CloudEvents: one (structured, or binary with ``ce-`` headers), or a batch of up to 1,000.

    The ``id`` of an event is its idempotency key. A batch is answered item by item in order: ``results`` holds the
    message or the problem of each, and one that is refused leaves the others, unless they go ``together``.
    """  # fmt: skip
    if cloudevents.is_batch(request):
        cloudevents.check_no_key(idempotency_key)
        events = await cloudevents.batch(request, ctx.settings)
        posts = cloudevents.posts(ctx.registry, events, dry_run=dry_run)
        outcomes = await ctx.intake.receive_many(who, posts, together=together)
        return await of_many(ctx, who, outcomes, dry_run=dry_run, together=together)
    event = await cloudevents.event(request, ctx.settings)
    cloudevents.check_key(idempotency_key, event)
    recorded = await ctx.intake.receive(who, cloudevents.post_of(ctx.registry, event, "", dry_run=dry_run))
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
    """One plain JSON door per kind that anybody but the hub may post; reports have theirs in ``reports``."""
    found = APIRouter(tags=["messages"], route_class=Door)
    for kind in kinds:
        if kind.posted_by != frozenset({"hub"}) and kind.name != "report":
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


@offer(router, "/messages", JSON, BATCH, CSV, ATOM)
async def get_messages(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    after: Annotated[str, Query(description="Cursor; 0 or nothing: from the start.", max_length=40)] = "0",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    kind: Kinds = [],  # noqa: B006 - FastAPI copies it
    party: Parties = [],  # noqa: B006
    thread: Annotated[str | None, Query(max_length=40)] = None,
    point: Annotated[str | None, Query(max_length=60)] = None,
    wait: Annotated[int, Query(ge=0, le=60, description="Seconds to wait when there is nothing new.")] = 0,
    q: Annotated[str | None, Query(max_length=LONGEST_QUESTION, description=SEARCH)] = None,
    before: Annotated[str | None, Query(max_length=40, description="With q: `next` of the page before.")] = None,
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """A page of the reader's feed in order. ``next`` is the cursor to go on from. A batch of CloudEvents has ``next``
    as ``Link``; CSV has the envelopes; Atom begins with the newest message.
    With ``q`` a search, newest first, as JSON."""
    asked = wanted(ctx, kind, party, thread, point)
    if q is not None:
        return await _found(ctx, who, q, after, before, limit, asked)
    if before is not None:
        raise refused("/query/before", "only-with-q", "A feed is read on with after; before goes with q.", sent=before)
    if form in (CSV, ATOM):
        sheets = Sheets(request, ctx, who, route, form, hxl, bom)
        return await (_csv if form is CSV else _atom)(sheets, after, limit, asked)
    deadline = asyncio.get_running_loop().time() + wait
    while True:
        head, start, items = await ctx.db.read(_feed_page, who, after, limit, asked)
        if items or not wait or not await _something_new(ctx, who, kind, max(start, head.feed), deadline):
            break
    more = feed.more_after(items, limit, feed.PAGE_BYTES)
    at = items[-1].feed if more else max(head.feed, start)
    events = ",".join(item.text(head.epoch) for item in items)
    if form is BATCH:
        onward = request.url.include_query_params(after=str(Cursor(head.epoch, at)))
        link = f'<{onward.path}?{onward.query}>; rel="next"'
        return Response(f"[{events}]", headers={"Cache-Control": "no-store", "Link": link}, media_type=BATCH.media)
    text = (
        f'{{"messages":[{events}],"next":"{Cursor(head.epoch, at)}","head":"{head}",'
        f'"more":{"true" if more else "false"}}}'
    )
    return Response(text, headers={"Cache-Control": "no-store"}, media_type="application/json")


async def _csv(sheets: Sheets, after: str, limit: int, asked: Filter) -> Response:
    head, _, items = await sheets.ctx.db.read(_feed_page, sheets.who, after, limit, asked)
    response = sheets.csv(message_sheet.table(items, head.epoch), "messages")
    response.headers.update(_onward(sheets, head, items, limit))
    return response


async def _atom(sheets: Sheets, after: str, limit: int, asked: Filter) -> Response:
    """The newest messages; with a cursor the page after it. Both newest first, as readers of feeds expect it."""
    ctx, who, route = sheets.ctx, sheets.who, sheets.route
    if after in ("", "0"):
        items, following = await ctx.db.read(feed.latest, who.route, who.party, limit, asked), {}
    else:
        head, _, items = await ctx.db.read(_feed_page, who, after, limit, asked)
        items, following = items[::-1], _onward(sheets, head, items, limit)
    base = ctx.settings.public_url.rstrip("/")
    written = message_sheet.feed(
        items, who, route, ctx.directory.value, ctx.registry, ctx.clock.now(), base,
        f"{base}{sheets.request.url.path}?{sheets.request.url.query}".rstrip("?"),
    )  # fmt: skip
    headers = named(route, "messages", ctx.clock.now(), ATOM) | following
    headers["Content-Disposition"] = headers["Content-Disposition"].replace("attachment", "inline")
    return Response(atom.write(written), headers=headers, media_type=ATOM.content_type)


def _onward(sheets: Sheets, head: Cursor, items: list[FeedItem], limit: int) -> dict[str, str]:
    """The link to the next page, when there may be one."""
    return (
        next_link(sheets.request, after=str(Cursor(head.epoch, items[-1].feed)))
        if feed.more_after(items, limit, feed.PAGE_BYTES)
        else {}
    )


def _feed_page(
    conn: Connection, who: Principal, after: str, limit: int, asked: Filter
) -> tuple[Cursor, int, list[FeedItem]]:
    """Head, start and items of one moment, so that ``next`` never skips what was committed between two reads."""
    head = feed.head(conn, who.route, who.party)
    start = Cursor(head.epoch, 0) if after in ("", "0") else Cursor.parse(after)
    feed.check_cursor(start, head)
    return head, start.feed, feed.page(conn, who.route, who.party, start.feed, limit, asked, feed.PAGE_BYTES)


class _Waiting:
    """The outlet of a long poll: it wakes whoever waits and keeps nothing."""

    form: Form = "websocket"

    def __init__(self) -> None:
        self.woken = asyncio.Event()

    @property
    def transport(self) -> "_Waiting":
        return self

    def write(self, data: bytes) -> None:
        self.woken.set()

    def get_write_buffer_size(self) -> int:
        return 0

    def end(self, ending: Ending) -> None:
        self.woken.set()


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
    waiting = _Waiting()
    listener = ctx.live.open(who, Wanted(kinds=frozenset(kinds)), waiting)
    try:
        async with asyncio.timeout_at(deadline):
            if not ctx.live.join(listener, at):
                return True
            while not listener.over:
                await waiting.woken.wait()
                waiting.woken.clear()
                if listener.sent > at:  # and not only a heartbeat
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
    request: Request,
    ctx: Ctx,
    who: Reader,
    ref: Annotated[str, Path(max_length=60, description="Message id or short id.")],
) -> Response:
    """One message by its id or short id. One that you may not read is answered like one that is not there."""
    item = await ctx.db.read(feed.one, who.route, who.party, ref)
    if item is None:
        raise Unknown("There is no message with this id that you can see.")
    if item.body is None:
        raise Erased(item.erased.words if item.erased else "")
    head = await ctx.db.read(feed.head, who.route, who.party)
    return Response(item.text(head.epoch), headers={"Cache-Control": "no-store"}, media_type=_single(request))


@router.get("/messages/{ref}/deliveries")
async def get_message_deliveries(
    ctx: Ctx,
    who: Reader,
    ref: Annotated[str, Path(max_length=60, description="Message id or short id.")],
) -> Response:
    """Who was reached by a message of your own party: each reading party, by which channel, when, and whether it
    acknowledged. Only the sender's party sees it."""
    found = await ctx.db.read(reached, who.route, who.party, ref, ctx.clock.now())
    body = {
        "message": found.message,
        "parties": [
            {
                "party": one.party,
                "acknowledgement": _acknowledgement(one),
                "channels": [
                    {"channel": way.channel, "state": way.state, "at": iso(way.at) if way.at else None}
                    for way in one.channels
                ],
            }
            for one in found.parties
        ],
    }
    return Response(dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _acknowledgement(one: PartyReached) -> dict[str, str | None] | None:
    """None where none is wanted."""
    if not one.asked:
        return None
    at = one.acknowledged_at
    return {"state": "acknowledged" if at else "waiting", "at": iso(at) if at else None}


def _single(request: Request) -> str:
    """A CloudEvent by its own name where that is asked for."""
    return cloudevents.EVENT if cloudevents.EVENT in request.headers.get("accept", "") else "application/json"
