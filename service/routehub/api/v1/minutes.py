"""The minutes of a conference as they were sent, and the actions of all conferences as they stand."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, Form, offer
from routehub.api.sheets import minutes as sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.conferences import Number, SeriesName, noted
from routehub.boards.minutes.queries import ActionView, actions, editions
from routehub.boards.minutes.standing import Act, Owner
from routehub.chairing.text import minutes_file
from routehub.core.errors import Unknown
from routehub.directory.visibility import readable
from routehub.journal import feed, follow
from routehub.journal.markings import strictest
from routehub.journal.message import Message, as_event
from routehub_schemas.kinds.minutes.payload import Minutes

router = APIRouter(tags=["conferences"], route_class=Door)

TXT = Form("txt", "text/plain", "; charset=utf-8")


@offer(router, "/conferences/{number}/minutes", JSON, TXT)
async def get_minutes(
    ctx: Ctx, who: Reader, route: OnRoute, number: Number, form: Chosen, series: SeriesName = "weekly"
) -> Response:
    """The newest edition of a conference's minutes."""

    def read(conn: Connection) -> tuple[Message, dict[str, Any]] | None:
        ids = readable(conn, who.route, who.party)
        known = editions(conn, ids, who.route, series, number)
        item = feed.one(conn, who.route, who.party, known[0].message_id) if known else None
        message = follow.by_id(conn, ctx.registry, known[0].message_id) if item is not None else None
        if item is None or item.body is None or message is None:
            return None
        return message, as_event(item.body, feed.head(conn, who.route, who.party).epoch, item.feed)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(f"There are no minutes of conference {number} that you can see.")
    message, event = found
    noted(ctx, who, message.tlp, message.id)
    if form is JSON or not isinstance(message.payload, Minutes):
        return answer(event)
    text = minutes_file(message.payload, ctx.directory.value, route, message.tlp)
    return Response(text, headers={"Cache-Control": "no-store", "TLP": message.tlp}, media_type=TXT.content_type)


@offer(router, "/actions", JSON, CSV, XLSX)
async def get_actions(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    state: Annotated[Literal["open", "overdue", "done"] | None, Query(description="How they stand.")] = None,
    party: Annotated[str | None, Query(max_length=40, description="Only what this party has to do.")] = None,
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """What conferences gave somebody to do: what waits first, by its due day. Overdue is worked out as you ask."""
    owner = (ctx.directory.value.party_code(party) or party) if party else None

    def read(conn: Connection) -> list[ActionView]:
        ids = readable(conn, who.route, who.party)
        return actions(conn, ids, who.route, ctx.clock.now(), route.zone, party=owner)

    views = [view for view in await ctx.db.read(read) if state in (None, view.state)]
    if form is JSON:
        return answer({"route": marking(route), "actions": [action_body(view) for view in views]})
    table = Sheets(request, ctx, who, route, form, hxl, bom)
    made = sheets.actions(views, table.marking)
    return await table.one(made, "actions", "Actions", strictest(view.tlp for view in views))


def action_body(view: ActionView) -> dict[str, Any]:
    return {
        "id": view.id, "series": view.series, "conference": view.conference, "item": view.item, "title": view.title,
        "what": view.what, "points": list(view.points), "state": view.state, "due": view.due,
        "first_due": view.first_due, "owners": [_owner(one) for one in view.owners],
        "acts": [_act(one) for one in view.acts], "minutes": view.message_id,
    }  # fmt: skip


def _owner(one: Owner) -> dict[str, Any]:
    return {"party": one.party, "state": one.state, "due": one.due, "text": one.act.text if one.act else None}


def _act(act: Act) -> dict[str, Any]:
    return {
        "party": act.party, "act": act.act, "text": act.text, "new_time": act.new_time, "by": act.author, "at": act.at,
        "message": act.message_id,
    }  # fmt: skip
