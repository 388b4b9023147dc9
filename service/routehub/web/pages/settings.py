"""The visitor's own sessions and password."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from routehub.core.clock import wall
from routehub.core.errors import Refused, TooMany
from routehub.delivery.addressees import Moment
from routehub.delivery.escalation.held import zone_of
from routehub.delivery.escalation.quiet import put, remove
from routehub.delivery.escalation.quiet import wishes as wishes_of
from routehub.directory import attempts, sessions, sign_in
from routehub.directory.key_office import FOLLOW
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import quiet_form
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.quiet_form import QuietForm
from routehub.web.render import page
from routehub.web.visitor import SignedIn

router = APIRouter(route_class=PageRoute)


@router.get("/settings")
async def show(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The visitor's roles, own sessions, and the form for a password."""
    return await _show(request, ctx, who, Faults())


async def _show(
    request: Request, ctx: WebContext, who: SignedIn, faults: Faults, quiet: QuietForm | None = None
) -> Response:
    wishes = await ctx.db.read(wishes_of, [who.person.id])
    zone = zone_of(Moment(ctx.directory.value, ctx.clock.now(), wall()), who.route.code, who.person.id)
    form = quiet or QuietForm.of_wish(wishes.get(who.person.id), ctx.settings.night, zone.key)
    found = await ctx.db.read(sessions.own, who.person.id, wall())
    known = await ctx.db.read(sign_in.password_of, who.person.email, wall())
    values = {
        "sessions": found, "current": who.session.id, "roles": sorted(who.principal.roles),
        "has_password": known is not None and known[1] is not None, "faults": faults,
        "keys": bool(who.principal.roles & (FOLLOW | {"operator"})),
        "done": "" if faults else request.query_params.get("done", ""),
        "quiet": form, "days": quiet_form.DAY_WORDS, "ways": quiet_form.WAYS, "night": ctx.settings.night,
    }  # fmt: skip
    return page(request, ctx, who, "settings.html", "Settings", values, status=422 if faults else 200)


@router.post("/settings/quiet-hours")
async def set_quiet_hours(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """When the visitor wants no mail that can wait."""
    typed = QuietForm.of(form)
    faults = quiet_form.check(typed)
    if faults:
        return await _show(request, ctx, who, faults, typed)
    person, party, wish = who.person.id, who.party, typed.wish(who.person.id)

    def apply(tx: Transaction) -> None:
        if wish is None:
            remove(tx, person)
        else:
            put(tx, person, party, wish)

    await ctx.writer.submit(Change(apply))
    return go(f"{who.base}/settings?done=quiet#quiet-hours")


@router.post("/settings/password")
async def set_password(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Set a password beside the one-time link, or change it: the one before has to be given, and ends elsewhere."""
    faults = Faults()
    known = await ctx.db.read(sign_in.password_of, who.person.email, wall())
    if known is not None and known[1] is not None:
        try:
            attempts.may_try_password(ctx.rates, request.client.host if request.client else "", who.person.email)
            if not await asyncio.to_thread(sign_in.matches, known[1], form.raw("before")):
                faults.add("before", "This is not your present password.")
        except TooMany as error:
            faults.add("before", error.detail)
    made = ""
    try:
        made = await asyncio.to_thread(sign_in.hashed, form.raw("password"), who.person.email)
    except Refused as error:
        faults.add("password", error.detail)
    if faults:
        return await _show(request, ctx, who, faults)
    person, current = who.person.id, who.session.token_hash
    await ctx.writer.submit(Change(lambda tx: sign_in.set_password(tx, person, made, current)))
    return go(f"{who.base}/settings?done=password")


@router.post("/settings/sessions/{session}/end")
async def end(ctx: Web, who: SignedIn, form: OwnForm, session: Annotated[str, Path(max_length=20)]) -> Response:
    """End one of the visitor's own sessions, or with ``others`` all but this one; their open pages stop at once."""
    person, current = who.person.id, who.session.token_hash

    def apply(tx: Transaction) -> None:
        if session == "others":
            sessions.end_all(tx.conn, person, tx.wall, current)
        else:
            sessions.end_own(tx.conn, person, session, tx.wall)
        tx.directory_changed()

    await ctx.writer.submit(Change(apply))
    return go(f"{who.base}/settings")
