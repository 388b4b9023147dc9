"""Requests and needs with their answers, offers with their steps, and the board of free places."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import requests as request_sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.boards.requests import queries
from routehub.boards.requests.queries import Asked, Looking, OfferView, RequestView
from routehub.boards.requests.standing import Act
from routehub.core.errors import Unknown
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest
from routehub.views import places as places_view
from routehub.views.places import PartyPlaces, Places
from routehub_schemas.vocab import RequestCategory

router = APIRouter(tags=["requests and needs"], route_class=Door)

Ref = Annotated[str, Path(max_length=60, description="Short id or message id.")]
Party = Annotated[str | None, Query(max_length=40, description="Who asked, is asked, or offers.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
ADDED = "Offers are pledges of goods, places and staff, and are added up; each party's part stands beside the sum."
SUGGESTED = (
    "Suggestions are worked out and not agreed: nothing follows from them by itself. Moving people needs the agreement "
    "of the party that receives them."
)


def look(conn: Connection, ctx: Ctx, who: Reader, route: RouteView) -> Looking:
    ids = readable(conn, who.route, who.party)
    return Looking(who.route, who.party, ids, ctx.clock.now(), route.zone)


@offer(router, "/requests", JSON, CSV, XLSX)
async def get_requests(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    category: RequestCategory | None = None,
    party: Party = None,
    open_only: Annotated[bool, Query(alias="open", description="Only those that wait for somebody.")] = False,
    mine: Annotated[bool, Query(description="Only those that wait for an answer of your party.")] = False,
    limit: Limit = 500, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Requests and needs: open ones first by their due time, each with what was answered and offered."""
    asked = (ctx.directory.value.party_code(party) or party) if party else None

    def read(conn: Connection) -> list[RequestView]:
        found = queries.requests_of(conn, look(conn, ctx, who, route), category=category, party=asked, limit=limit)
        found = [view for view in found if not (open_only and view.over)]
        return [view for view in found if view.waits_for(who.party)] if mine else found

    views = await ctx.db.read(read)
    if form is JSON:
        return answer(
            {"route": marking(route), "requests": [request_body(view, who.party) for view in views], "note": ADDED}
        )
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = request_sheets.requests(views, sheets.marking)
    return await sheets.one(table, "requests", "Requests and needs", strictest(view.tlp for view in views))


@router.get("/requests/{ref}")
async def get_request(ctx: Ctx, who: Reader, route: OnRoute, ref: Ref) -> Response:
    """One request with every answer and offer that you may read."""

    def read(conn: Connection) -> RequestView | None:
        return queries.request(conn, look(conn, ctx, who, route), ref)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown("There is no request with this id that you can see.")
    return answer(request_body(view, who.party) | {"note": ADDED})


@offer(router, "/offers", JSON, CSV, XLSX)
async def get_offers(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    party: Party = None,
    unasked: Annotated[bool, Query(description="Only those that answer no need.")] = False,
    limit: Limit = 500, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Offers, asked and unasked, the newest first, and how far each has come."""
    giver = (ctx.directory.value.party_code(party) or party) if party else None

    def read(conn: Connection) -> list[OfferView]:
        return queries.offers_of(conn, look(conn, ctx, who, route), party=giver, unasked=unasked, limit=limit)

    views = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "offers": [offer_body(view) for view in views], "note": ADDED})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = request_sheets.offers(views, sheets.marking)
    return await sheets.one(table, "offers", "Offers", strictest(view.tlp for view in views))


@router.get("/offers/{ref}")
async def get_offer(ctx: Ctx, who: Reader, route: OnRoute, ref: Ref) -> Response:
    """One offer with its steps."""

    def read(conn: Connection) -> OfferView | None:
        return queries.offer(conn, look(conn, ctx, who, route), ref)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown("There is no offer with this id that you can see.")
    return answer(offer_body(view) | {"note": ADDED})


@offer(router, "/places", JSON, CSV, XLSX)
async def get_places(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    table: Annotated[str, Query(pattern="^(places|suggestions)$", description="CSV: which table.")] = "places",
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Free places by party and day, people expected, days to full, and who could take people from whom. It rests on
    figures that all parties of the route read; observers see none."""
    now = ctx.clock.now()
    today = now.astimezone(route.zone).date()

    def read(conn: Connection) -> Places:
        return places_view.load(conn, ctx.directory.value, route, readable(conn, who.route, who.party), now)

    shared = any(m.party == who.party for m in route.members(today, "member", "coordinator"))
    found = await ctx.db.read(read) if shared else Places(now, (), None, (), ())
    if form is JSON:
        return answer(_places(found, route))
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    both = {
        "places": request_sheets.places(found, sheets.marking),
        "suggestions": request_sheets.suggestions(found, sheets.marking),
    }
    if form is CSV:
        return sheets.csv(both[table], table)
    return await sheets.xlsx(list(both.values()), "places", "Free places along the route", "AMBER")


def _act(act: Act) -> dict[str, Any]:
    return {
        "act": act.act, "party": act.party, "at": act.at, "text": act.text, "partial": act.partial,
        "new_time": act.new_time, "quantity": act.quantity, "by": act.author, "message": act.message_id,
    }  # fmt: skip


def _asked(one: Asked) -> dict[str, Any]:
    return {"party": one.party, "state": one.state, "due": one.due, "history": [_act(act) for act in one.acts]}


def request_body(view: RequestView, party: str) -> dict[str, Any]:
    """``party``: who reads it; ``answer_audience``: to whom its own answer would go, null for all readers."""
    names = (
        "id", "short_id", "party", "category", "state", "title", "text", "asked_at", "due", "expires", "scope",
        "first_day", "last_day", "purpose", "answers_to", "answers_shown", "quantity", "unit", "place",
        "mechanism_triggered", "mechanism_reference", "points", "author", "exercise", "tlp",
    )  # fmt: skip
    counts = view.counts
    return {name: getattr(view, name) for name in names} | {
        "asked": [_asked(one) for one in view.asked],
        "counts": None if counts is None else asdict(counts) | {"missing": counts.missing, "beyond": counts.beyond},
        "offers": [offer_body(made) for made in view.offers],
        "answer_audience": view.answer_audience(party) if view.asks(party) else None,
        "outcome": None if view.ending is None else _act(view.ending),
    }


def offer_body(view: OfferView) -> dict[str, Any]:
    names = (
        "id", "short_id", "party", "state", "need_short_id", "needed_by", "title", "text", "quantity", "unit", "place",
        "available_from", "available_until", "offered_to", "offered_at", "points", "author", "exercise", "tlp",
    )  # fmt: skip
    p = view.progress
    return {name: getattr(view, name) for name in names} | {
        "need": view.need, "receiver": view.receiver, "accepted": p.receiver is not None, "pledged": p.pledged,
        "committed": p.committed, "delivered": p.delivered, "received": p.received,
        "history": [_act(act) for act in view.acts],
    }  # fmt: skip


def _places(found: Places, route: RouteView) -> dict[str, Any]:
    return {
        "route": marking(route), "now": found.now, "days": found.days, "closed_day": found.closed,
        "parties": [_party(party) for party in found.parties],
        "suggestions": [asdict(one) for one in found.suggestions], "note": SUGGESTED,
    }  # fmt: skip


def _party(p: PartyPlaces) -> dict[str, Any]:
    now = p.now
    return {
        "party": p.party, "name": p.name, "reporting": p.freshness.state, "last_report": p.since,
        "day": now.day if now else None, "places": now.places if now else None,
        "occupied": now.occupied if now else None, "free": now.free if now else None, "percent": p.percent,
        "level": p.level, "outflow": p.outflow, "days_to_full": p.days_to_full,
        "days": [{"day": d.day, "places": d.places, "occupied": d.occupied, "free": d.free} for d in p.days],
        "expected": [asdict(one) for one in p.expected], "inputs": p.inputs,
    }  # fmt: skip
