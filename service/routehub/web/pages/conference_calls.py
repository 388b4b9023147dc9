"""Calling a conference, moving it, cancelling it. What is not to be undone is asked for with its full sentence."""

import json
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, conference, conferences
from routehub.core.errors import HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _, later
from routehub.digests.render.forms import of_series
from routehub.digests.series import MAIN, Series
from routehub.digests.upcoming import next_number
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.journal import feed
from routehub.web.answers import PageRoute, go
from routehub.web.conference_form import ConferenceForm, cancelled, check, moved, payload
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.pages.conferences import SeriesName, known_series
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Number = Annotated[int, Path(ge=1, le=9_999)]
FIELDS = ("title", "start", "zone", "which", "minutes", "chair", "link", "participants", "about", "reason")
WORDS = {"title": later("Write in one line what the invitation says"), "chair": later("Choose who leads it")}


def _must_lead(who: Visitor) -> None:
    if "conference" not in who.may:
        raise NotAllowed(_("The chair and coordinators call conferences. Ask one of them."))


# --- a new one ----------------------------------------------------------------------------------------


@router.get("/conference/new")
async def ask(
    request: Request, ctx: Web, who: Reading, series: SeriesName = MAIN,
    extra: Annotated[str, Query(max_length=3)] = "",
) -> Response:  # fmt: skip
    """The form, filled with what the series proposes next; an extra one begins with no time."""
    _must_lead(who)
    one, found = await _series(ctx, who, series)
    called = {view.first_start for view in found if not view.extra}
    ahead = [start for start in one.proposed(ctx.clock.now(), 12) if start not in called]
    form = ConferenceForm.proposing(one, next_number(one, found), ahead[0] if ahead else None, extra=bool(extra))
    return _show(request, ctx, who, one, form, Faults())


async def _series(ctx: WebContext, who: Visitor, name: str) -> tuple[Series, list[ConferenceView]]:
    def read(conn: Connection) -> tuple[list[Series], list[ConferenceView]]:
        ids = readable(conn, who.route.code, who.party)
        return known_series(conn, ctx, who), conferences(conn, ids, who.route.code, name)

    told, found = await ctx.db.read(read)
    for one in told:
        if one.name == name:
            return one, found
    raise Unknown(
        _("There is no series %(name)s that you can see. A coordinator begins one on the page Conferences.", name=name)
    )


def _show(
    request: Request, ctx: WebContext, who: Visitor, one: Series, form: ConferenceForm, faults: Faults
) -> Response:  # fmt: skip
    values = {"one": one, "typed": form, "faults": faults, "parties": parties(ctx, who), "more": of_series(one.name)}
    title = _("Call conference %(form)s", form=form.number) + (
        _(" of %(one)s", one=one.name) if one.name != MAIN else ""
    )
    return page(
        request, ctx, who, "conference_call.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


def parties(ctx: WebContext, who: Visitor) -> list[tuple[str, str]]:
    """Code and name of those who can take part."""
    today = ctx.clock.now().astimezone(who.route.zone).date()
    members = who.route.members(today, "member", "coordinator")
    return [(m.party, ctx.directory.value.name(m.party, today)) for m in members]


@router.post("/conference/new")
async def call(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Call it: everybody who is invited gets a mail for the calendar."""
    _must_lead(who)
    typed = ConferenceForm.of(form)
    one, found = await _series(ctx, who, typed.series or MAIN)
    faults = check(typed)
    if not faults:
        post = Post(ctx.registry["conference"], payload(typed), key=typed.key)
        try:
            await ctx.intake.receive(who.principal, post)
        except Refused as error:
            faults = _faults(error)
            if any(problem.code == "number-taken" for problem in error.problems):
                typed = replace(typed, number=str(next_number(one, found)), key=fresh_key())
    if faults:
        return _show(request, ctx, who, one, typed, faults)
    return go(f"{who.base}/conference/{typed.number}/invitation{_done(one.name, 'called')}")


def _done(series: str, what: str) -> str:
    more = of_series(series)
    return f"{more}&done={what}" if more else f"?done={what}"


def _faults(error: HubError) -> Faults:
    """The contract's problems at the fields of the form."""
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        empty = problem.code in ("missing", "length", "too-short", "blank")
        faults.add(name if name in FIELDS else "start", (WORDS.get(name) if empty else None) or problem.message)
    if not error.problems:
        faults.add("start", error.detail)
    return faults


# --- another time, or none ----------------------------------------------------------------------------


async def _called(ctx: WebContext, who: Visitor, series: str, number: int) -> tuple[ConferenceView, dict[str, Any]]:
    """A conference, and what the newest message about it says: a change says all of it again."""

    def read(conn: Connection) -> tuple[ConferenceView, dict[str, Any]] | None:
        ids = readable(conn, who.route.code, who.party)
        view = conference(conn, ids, who.route.code, series, number)
        item = feed.one(conn, who.route.code, who.party, view.message_id) if view is not None else None
        if view is None or item is None or item.body is None:
            return None
        said: dict[str, Any] = json.loads(item.body)["data"]
        return view, said

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no conference %(number)s that you can see.", number=number))
    return found


def _show_change(
    request: Request, ctx: WebContext, who: Visitor, view: ConferenceView, what: str, form: ConferenceForm,
    faults: Faults,
) -> Response:  # fmt: skip
    values = {"view": view, "what": what, "typed": form, "faults": faults, "more": of_series(view.series)}
    title = _("%(what)s conference %(view)s?", what=what.capitalize(), view=view.number)
    return page(
        request, ctx, who, "conference_change.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200, of=[view],
    )  # fmt: skip


@router.get("/conference/{number}/move")
async def ask_move(
    request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """The form of a move. Opening it does nothing."""
    return await _ask(request, ctx, who, series, number, "move")


@router.get("/conference/{number}/cancel")
async def ask_cancel(
    request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """The full sentence of a cancellation. Opening it does nothing."""
    return await _ask(request, ctx, who, series, number, "cancel")


async def _ask(request: Request, ctx: WebContext, who: Visitor, series: str, number: int, what: str) -> Response:
    _must_lead(who)
    view, _rest = await _called(ctx, who, series, number)
    return _show_change(request, ctx, who, view, what, ConferenceForm.moving(view), Faults())


@router.post("/conference/{number}/move")
async def move(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """Move it: all who were invited are told and asked again, and their calendars follow."""
    return await _change(request, ctx, who, form, series, number, "move")


@router.post("/conference/{number}/cancel")
async def cancel(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """Cancel it: all who were invited are told, and their calendars follow."""
    return await _change(request, ctx, who, form, series, number, "cancel")


async def _change(
    request: Request, ctx: WebContext, who: Visitor, form: Form, series: str, number: int, what: str
) -> Response:  # fmt: skip
    _must_lead(who)
    view, said = await _called(ctx, who, series, number)
    typed = ConferenceForm.of(form)
    faults = check(typed) if what == "move" else Faults()
    if not typed.reason:
        faults.add("reason", _("Write why, in a sentence: everybody who was invited reads it"))
    if what == "move" and not faults and typed.begins() == view.start:
        faults.add("start", _("Choose another time: it begins then already"))
    if not faults:
        data = moved(typed, said) if what == "move" else cancelled(said, typed.reason)
        try:
            post = Post(ctx.registry["conference"], data, tlp=view.tlp, key=typed.key)
            await ctx.intake.receive(who.principal, post)
        except Refused as error:
            faults = _faults(error)
    if faults:
        return _show_change(request, ctx, who, view, what, typed, faults)
    return go(f"{who.base}/conference/{number}/invitation{_done(series, what)}")
