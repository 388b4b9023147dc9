"""A person's own account: password, recovery codes, sessions. Passkeys and authenticator apps are elsewhere."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from routehub.core.clock import wall
from routehub.core.errors import Refused, TooMany
from routehub.core.language import _, later
from routehub.directory import attempts, codes, factors, sessions, sign_in
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import notices
from routehub.web.account import Fresh, show_account, show_recovery
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor

router = APIRouter(route_class=PageRoute)
FIRST_A_STEP = later("Set up a passkey or an authenticator app first: a password alone is not enough here.")


@router.get("/account")
async def show(request: Request, ctx: Web, who: SignedIn) -> Response:
    """How you sign in, and where you are signed in."""
    return await show_account(request, ctx, who)


# --- password -----------------------------------------------------------------------------------------


@router.post("/account/password")
async def set_password(request: Request, ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """Set a password, or change it: the one before has to be given, and ends elsewhere."""
    made, faults = await _new_password(request, ctx, who, form)
    if faults:
        return await show_account(request, ctx, who, faults)
    person, current = who.person.id, who.session.token_hash
    await ctx.writer.submit(Change(lambda tx: sign_in.set_password(tx, person, made, current)))
    answer = go(f"{who.base}/account?done=password")
    answer.background = notices.later(ctx, person, "A password was set.")
    return answer


async def _new_password(request: Request, ctx: WebContext, who: Visitor, form: Form) -> tuple[str, Faults]:
    """The hash of the new password, or what keeps it from being taken."""
    faults, made = Faults(), ""
    ways = await ctx.db.read(factors.of, who.person.id)
    if not ways.second and ctx.settings.second_factor != "offered":
        faults.add("password", FIRST_A_STEP)
        return made, faults
    if ways.password:
        known = await ctx.db.read(sign_in.password_of, who.person.email, wall())
        try:
            attempts.may_try_password(ctx.rates, request.client.host if request.client else "", who.person.email)
            if not await asyncio.to_thread(sign_in.matches, known[1] if known else None, form.raw("before")):
                faults.add("before", _("This is not your present password."))
        except TooMany as error:
            faults.add("before", error.detail)
    try:
        made = await asyncio.to_thread(sign_in.hashed, form.raw("password"), who.person.email)
    except Refused as error:
        faults.add("password", error.detail)
    return made, faults


@router.post("/account/password/remove")
async def remove_password(ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """Do without a password from now on."""
    person = who.person.id
    await ctx.writer.submit(Change(lambda tx: sign_in.remove_password(tx, person)))
    answer = go(f"{who.base}/account?done=password-removed")
    answer.background = notices.later(ctx, person, "The password was removed.")
    return answer


# --- recovery codes -----------------------------------------------------------------------------------


@router.post("/account/recovery")
async def make_recovery(request: Request, ctx: Web, who: Fresh, form: OwnForm) -> Response:
    """New recovery codes, shown once; those of before end."""
    person = who.person.id

    def apply(tx: Transaction) -> list[str]:
        if not factors.of(tx.conn, person).second:
            raise Refused(_("Recovery codes stand in for a second step. Set one up first."))
        sign_in.changed(tx, person, "recovery-codes-made")
        return codes.make_paper(tx, person)

    try:
        made = await ctx.writer.submit(Change(apply))
    except Refused as error:
        faults = Faults()
        faults.add("recovery", error.detail)
        return await show_account(request, ctx, who, faults)
    answer = show_recovery(request, ctx, who, made, first=False)
    answer.background = notices.later(ctx, person, "New recovery codes were made; those of before no longer work.")
    return answer


# --- sessions -----------------------------------------------------------------------------------------


@router.post("/account/sessions/{session}/end")
async def end(ctx: Web, who: SignedIn, form: OwnForm, session: Annotated[str, Path(max_length=20)]) -> Response:
    """End one of the visitor's own sessions, or with ``others`` all but this one; their open pages stop at once."""
    person, current = who.person.id, who.session.token_hash

    def apply(tx: Transaction) -> None:
        if session == "others":
            sessions.end_all(tx.conn, person, tx.wall, current)
        else:
            sessions.end_own(tx.conn, person, session, tx.wall)
        tx.audit("session-ended", sign_in.EVERY_ROUTE, who.party, f"person:{person}", {"session": session})
        tx.directory_changed()

    await ctx.writer.submit(Change(apply))
    return go(f"{who.base}/account#sessions")


@router.post("/account/session/longer")
async def stay(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Stay signed in for as long again as a sign-in lasts. Opened in a tab of its own, so that typed text stays."""
    session, hours = who.session, ctx.settings.session_hours

    def apply(tx: Transaction) -> None:
        sessions.extend(tx.conn, session, tx.wall, hours)

    await ctx.writer.submit(Change(apply))
    token = request.cookies[sessions.cookie_name(ctx.settings.public_url)]
    now = await ctx.db.read(sessions.find, token, wall())
    until = now.expires_at if now else session.expires_at
    answer = page(request, ctx, who, "stays.html", _("You stay signed in"), {"until": until})
    answer.headers["X-Session-Ends"] = until.isoformat()
    answer.set_cookie(**sessions.cookie(ctx.settings.public_url, token, hours))
    return answer
