"""Requests and needs by page: the list, one with its answers and offers, and the forms to ask and to answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.requests import queries
from routehub.boards.requests.queries import Looking, OfferView, RequestView
from routehub.core.errors import HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _, lowered
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web import request_form
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.record_words import tongues
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]
Category = Annotated[str, Query(pattern="^(information|joint_assessment|need|support)$")]
MOST_OVER = 50


def look(conn: Connection, ctx: WebContext, who: Visitor) -> Looking:
    ids = readable(conn, who.route.code, who.party)
    return Looking(who.route.code, who.party, ids, ctx.clock.now(), who.route.zone)


def require(who: Visitor, kind: str) -> None:
    if kind not in who.may:
        raise NotAllowed(_("Contact points, deputies and coordinators do this. Your party's office nominates them."))


@router.get("/requests")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """What waits for the visitor's party first, then open needs and questions by their due time, then offers that
    answer no need, and what is over."""

    def read(conn: Connection) -> tuple[list[RequestView], list[OfferView]]:
        seen = look(conn, ctx, who)
        return queries.requests_of(conn, seen), queries.offers_of(conn, seen, unasked=True)

    found, unasked = await ctx.db.read(read)
    waiting = [v for v in found if v.waits_for(who.party)]
    still_open = [v for v in found if not v.over and v not in waiting]
    values = {
        "waiting": waiting, "needs": [v for v in still_open if v.counts is not None],
        "questions": [v for v in still_open if v.counts is None], "over": [v for v in found if v.over][:MOST_OVER],
        "unasked": unasked, "words": request_form.WORDS,
    }  # fmt: skip
    return page(request, ctx, who, "requests.html", _("Requests and needs: %(n)s wait for you", n=len(waiting)), values)


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, typed: dict[str, str], asked: tuple[str, ...], faults: Faults,
    status: int = 200,
) -> Response:  # fmt: skip
    today = ctx.clock.now().astimezone(who.route.zone).date()
    values = {
        "typed": typed, "asked": asked, "faults": faults, "fields": request_form.fields(typed["category"]),
        "parties": request_form.parties(who, Names(ctx.directory.value, today), today),
        "places": request_form.places(who.route), "points": request_form.points(),
        "answers_to": request_form.ANSWERS_TO, "mechanism": request_form.MECHANISM,
        "categories": request_form.CATEGORIES, "words": request_form.WORDS,
    }  # fmt: skip
    title = _("Ask: %(typed)s", typed=lowered(_(request_form.WORDS[typed["category"]])))
    return page(
        request,
        ctx,
        who,
        "request_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/requests/new")
async def ask(request: Request, ctx: Web, who: Reading, category: Category = "information") -> Response:
    """The form of one category."""
    require(who, "request")
    typed = request_form.typed(None, request_form.TYPED, category=category, answers_to="readers")
    return _show_form(request, ctx, who, typed, (), Faults())


@router.post("/requests/new")
async def post_request(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Ask: one message to all parties of the route."""
    require(who, "request")
    typed, asked = request_form.typed(form, request_form.TYPED), form.every("asked")
    if typed["category"] not in request_form.WORDS:
        typed["category"] = "information"
    faults = Faults()
    data = request_form.request_data(typed, asked, who, faults)
    try:
        if faults:
            return _show_form(request, ctx, who, typed, asked, faults, 422)
        post = Post(ctx.registry["request"], data, key=typed["key"])
        recorded = await ctx.intake.receive(who.principal, post)
    except HubError as error:
        if not isinstance(error, Refused):
            raise
        return _show_form(request, ctx, who, typed, asked, request_form.add_problems(faults, error), 422)
    ref = (recorded.message.short_id if recorded.message else None) or recorded.message_id
    return go(f"{who.base}/requests/{ref}?done=asked")


async def _one(ctx: WebContext, who: Visitor, ref: str) -> RequestView:
    def read(conn: Connection) -> RequestView | None:
        return queries.request(conn, look(conn, ctx, who), ref)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no request with this id that you can see."))
    return found


def _show(
    request: Request, ctx: WebContext, who: Visitor, view: RequestView, *, done: str = "",
    said: dict[str, str] | None = None, faults: Faults | None = None, tongue: str = "",
) -> Response:  # fmt: skip
    place = who.route.places.get(view.place) if view.place else None
    values = {
        "view": view, "place": place.name if place else view.place, "done": done, "tongue": tongue,
        "faults": faults or Faults(),
        "said": request_form.SAID | (said or {}), "key": fresh_key(),
        "own": view.party == who.party and "response" in who.may,
        "mine": view.asks(who.party), "waits": view.waits_for(who.party) and "response" in who.may,
        "words": request_form.WORDS, "reasons": request_form.DECLINE_REASONS,
    }  # fmt: skip
    title = f"{_(request_form.WORDS[view.category])} {view.short_id}: {view.title}"
    return page(
        request,
        ctx,
        who,
        "request.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=422 if faults else 200,
    )


@router.get("/requests/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One request with its answers and offers, and the forms that fit the visitor."""
    view = await _one(ctx, who, ref)
    said_in = await ctx.db.read(tongues, who, [view.id])
    return _show(request, ctx, who, view, done=done, tongue=said_in.get(view.id, ""))


@router.post("/requests/{ref}/{act}")
async def respond(
    request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref,
    act: Annotated[str, Path(pattern="^(answer|more_time|decline|withdraw|close)$")],
) -> Response:  # fmt: skip
    """An act on a request, for the visitor's party."""
    require(who, "response")
    view = await _one(ctx, who, ref)
    said = {name: form.text(name) for name in ("text", "reason", "new_day", "new_time", "partial", "key")}
    faults = Faults()
    data = _response(view, who, act, said, faults)
    if not faults:
        try:
            await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=said["key"] or None))
            return go(f"{who.base}/requests/{view.short_id}?done={act}")
        except HubError as error:
            if not isinstance(error, Refused):
                raise
            request_form.add_problems(faults, error)
    return _show(request, ctx, who, view, said=said | {"act": act}, faults=faults)


def _response(view: RequestView, who: Visitor, act: str, said: dict[str, str], faults: Faults) -> dict[str, Any]:
    data: dict[str, Any] = {"to": view.id, "act": act}
    if act == "more_time":
        given = {"new_day": said["new_day"], "new_time": said["new_time"]}
        at = request_form.moment(given, "new", who, faults)
        if at is None and not faults:
            faults.add("new_day", _("Say until when"))
        data["new_time"] = at
    text = ". ".join(filter(None, (said["reason"], said["text"]))) if act == "decline" else said["text"]
    data |= {"text": text} if text else {}
    data |= {"partial": True} if act == "answer" and said["partial"] == "yes" else {}
    audience = view.answer_audience(who.party) if act in ("answer", "more_time", "decline") else None
    return data | ({"audience": list(audience)} if audience else {})
