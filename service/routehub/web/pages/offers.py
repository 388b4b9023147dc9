"""Offers by page: make one, asked or unasked, and move it on; and the board of free places."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.requests import queries
from routehub.boards.requests.queries import OfferView, RequestView
from routehub.core.errors import HubError, Refused, Unknown
from routehub.core.language import _
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.views import places as places_view
from routehub.views.places import Places
from routehub.web import request_form
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.pages.forecast import days_ahead, may_fill
from routehub.web.pages.requests import Ref, look, require
from routehub.web.record_words import tongues
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)


async def _need(ctx: WebContext, who: Visitor, ref: str) -> RequestView | None:
    def read(conn: Connection) -> RequestView | None:
        return queries.request(conn, look(conn, ctx, who), ref)

    return await ctx.db.read(read) if ref else None


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, typed: dict[str, str], to: tuple[str, ...],
    need: RequestView | None, faults: Faults, status: int = 200,
) -> Response:  # fmt: skip
    today = ctx.clock.now().astimezone(who.route.zone).date()
    values = {
        "typed": typed, "asked": to, "faults": faults, "need": need,
        "parties": request_form.parties(who, Names(ctx.directory.value, today), today),
        "places": request_form.places(who.route),
    }  # fmt: skip
    title = _("Offer toward %(short_id)s", short_id=need.short_id) if need else _("Make an offer")
    return page(
        request,
        ctx,
        who,
        "offer_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/offers/new")
async def ask(request: Request, ctx: Web, who: Reading, need: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The form; with ``need``, toward that need."""
    require(who, "offer")
    view = await _need(ctx, who, need)
    given = {"need": view.short_id, "unit": view.unit or "", "place": view.place or ""} if view else {}
    typed = request_form.typed(None, request_form.OFFERED, **given)
    return _show_form(request, ctx, who, typed, (), view, Faults())


@router.post("/offers/new")
async def make(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Make an offer: toward a need it goes to those who read the need, else to all parties."""
    require(who, "offer")
    typed, to = request_form.typed(form, request_form.OFFERED), form.every("asked")
    need, faults = await _need(ctx, who, typed["need"]), Faults()
    data = request_form.offer_data(typed, () if need else to, faults)
    try:
        if faults:
            return _show_form(request, ctx, who, typed, to, need, faults, 422)
        recorded = await ctx.intake.receive(who.principal, Post(ctx.registry["offer"], data, key=typed["key"]))
    except HubError as error:
        if not isinstance(error, Refused):
            raise
        return _show_form(request, ctx, who, typed, to, need, request_form.add_problems(faults, error), 422)
    ref = (recorded.message.short_id if recorded.message else None) or recorded.message_id
    return go(f"{who.base}/offers/{ref}?done=offered")


async def _one(ctx: WebContext, who: Visitor, ref: str) -> tuple[OfferView, RequestView | None]:
    def read(conn: Connection) -> tuple[OfferView | None, RequestView | None]:
        seen = look(conn, ctx, who)
        found = queries.offer(conn, seen, ref)
        need = queries.request(conn, seen, found.need) if found is not None and found.need else None
        return found, need

    found, need = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no offer with this id that you can see."))
    return found, need


def _show(
    request: Request, ctx: WebContext, who: Visitor, view: OfferView, need: RequestView | None, *, done: str = "",
    said: dict[str, str] | None = None, faults: Faults | None = None, tongue: str = "",
) -> Response:  # fmt: skip
    place = who.route.places.get(view.place) if view.place else None
    may, p = "response" in who.may, view.progress
    values = {
        "view": view, "need": need, "place": place.name if place else view.place, "done": done, "tongue": tongue,
        "faults": faults or Faults(), "said": request_form.SAID | (said or {}), "key": fresh_key(),
        "own": may and view.party == who.party,
        "may_take": may and view.may_take(who.party) and p.receiver is None and view.state != "withdrawn",
        "receives": may and view.receiver == who.party and p.ended is None,
    }  # fmt: skip
    title = _("Offer %(short_id)s: %(title)s", short_id=view.short_id, title=view.title)
    return page(
        request,
        ctx,
        who,
        "offer.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=422 if faults else 200,
    )


@router.get("/offers/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One offer with its steps, and those that the visitor's party can take."""
    view, need = await _one(ctx, who, ref)
    said_in = await ctx.db.read(tongues, who, [view.id])
    return _show(request, ctx, who, view, need, done=done, tongue=said_in.get(view.id, ""))


@router.post("/offers/{ref}/{act}")
async def move(
    request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref,
    act: Annotated[str, Path(pattern="^(accept|decline|commit|deliver|receive|withdraw)$")],
) -> Response:  # fmt: skip
    """A step of an offer, for the visitor's party."""
    require(who, "response")
    view, need = await _one(ctx, who, ref)
    said, faults = {name: form.text(name) for name in ("text", "quantity", "key")}, Faults()
    data: dict[str, Any] = {"to": view.id, "act": act} | ({"text": said["text"]} if said["text"] else {})
    many = request_form.quantity(said, faults) if act in ("commit", "deliver", "receive") else None
    data |= {"quantity": many} if many is not None else {}
    if not faults:
        try:
            await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=said["key"] or None))
            return go(f"{who.base}/offers/{view.short_id}?done={act}")
        except HubError as error:
            if not isinstance(error, Refused):
                raise
            request_form.add_problems(faults, error)
    return _show(request, ctx, who, view, need, said=said | {"act": act}, faults=faults)


@router.get("/places")
async def show_places(request: Request, ctx: Web, who: Reading) -> Response:
    """Free places along the route, what is expected, and suggestions who could take people from whom."""
    now = ctx.clock.now()
    today = now.astimezone(who.route.zone).date()

    def read(conn: Connection) -> Places:
        ids = readable(conn, who.route.code, who.party)
        return places_view.load(conn, ctx.directory.value, who.route, ids, now)

    shared = any(m.party == who.party for m in who.route.members(today, "member", "coordinator"))
    found = await ctx.db.read(read) if shared else None
    ahead = sorted({one.day for party in found.parties for one in party.expected}) if found else []
    filling = {party.party for party in found.parties if may_fill(party, days_ahead(party))} if found else set()
    values = {"board": found, "ahead": ahead, "may_fill": filling}
    return page(request, ctx, who, "places.html", _("Free places"), values)
