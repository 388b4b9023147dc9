"""Sign in, by a one-time link sent by mail or with a password; sign out.

Mail scanners open links: the link's page only shows a button, and only that signs in (UX 1.10). Whether an address
is known is told to nobody: the answers are alike, and mail is sent after them. Who has a second step goes on to it
(``second_step``); the other ways are in ``sign_in_passkey`` and ``sign_in_provider``.
"""

import asyncio
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.background import BackgroundTask

from routehub.core.clock import wall
from routehub.core.errors import SignInNeeded, TooMany
from routehub.core.language import _, later
from routehub.core.observe import log
from routehub.delivery.mail import Mail, Mailbox
from routehub.delivery.rendering import marked_for
from routehub.directory import attempts, factors, sessions, sign_in
from routehub.journal.jobs import Change
from routehub.web import guard
from routehub.web.answers import PageRoute, go, local
from routehub.web.context import Web, WebContext
from routehub.web.entrance import address, browser, entrance_form, onward, refused, show, show_sign_in
from routehub.web.forms import Faults
from routehub.web.visitor import session_of

router = APIRouter(route_class=PageRoute)

Next = Annotated[str, Query(max_length=500)]
Token = Annotated[str, Path(max_length=100, pattern="^[A-Za-z0-9_-]+$")]
ALONE = later(
    "A password alone is not enough here. Sign in with a link by mail, then set up a passkey or "
    "an authenticator app on your account page."
)


@router.get("/sign-in")
async def show_ways(
    request: Request, ctx: Web, next: Next = "/", again: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    """The ways to sign in; who is signed in goes on to ``next``, unless they are to prove themselves again."""
    if not again and await session_of(request, ctx) is not None:
        return go(local(next))
    return show_sign_in(request, ctx, to=local(next))


@router.post("/sign-in/link")
async def send_link(request: Request, ctx: Web) -> Response:
    """Mail a one-time link, if the address is that of a nominated person."""
    form = await entrance_form(request, ctx)
    email, to = form.text("email"), local(form.text("next"))
    faults = Faults()
    if "@" not in email or len(email) > 254:
        faults.add("email", _("Enter your e-mail address, like name@ministry.example"))
        return show_sign_in(request, ctx, faults, to=to, email=email, status=422)
    wanted = attempts.may_ask_for_link(ctx.rates, address(request), email)
    answer = show(request, ctx, "link_sent.html", _("Look at your mail"), to=to, email=email)
    if wanted:
        answer.background = BackgroundTask(_mail_link, ctx, email, to)
    return answer


async def _mail_link(ctx: WebContext, email: str, to: str) -> None:
    known = await ctx.db.read(sign_in.person_to_mail, email, wall())
    if known is None:
        return
    person, mailbox = known
    token = await ctx.writer.submit(Change(lambda tx: sign_in.make_link(tx.conn, person, tx.wall)))
    url = sign_in.link_url(ctx.settings.public_url, token) + (f"?next={quote(to)}" if to != "/" else "")
    text = _(
        "Open this page and press the button to sign in to Routehub:\n\n%(url)s\n\nIt works once, within "
        "%(link_minutes)s minutes. Opening the page changes nothing.\nIf you did not ask for it, "
        "delete this mail: nobody can sign in without it.\n",
        url=url,
        link_minutes=sign_in.LINK_MINUTES,
    )
    letter, view = Mail(_("Sign in to Routehub"), text), ctx.directory.value.people.get(person)
    if view is not None:
        letter = marked_for(letter, view, ctx.directory.value)
    try:
        await ctx.mail.send(Mailbox(mailbox), letter)
    except Exception as fault:  # noqa: BLE001 - the answer is out already; the operator reads the log
        log("web").error("a sign-in link was not mailed", fault=type(fault).__name__)


@router.get("/sign-in/{token}")
async def show_link(request: Request, ctx: Web, token: Token, next: Next = "/") -> Response:
    """What the mail's link opens. It looks nothing up: opening it changes nothing and tells nothing."""
    return show(request, ctx, "link.html", _("Sign in"), to=local(next), token=token)


@router.post("/sign-in/with-password")
async def with_password(request: Request, ctx: Web) -> Response:
    """Sign in with e-mail and password. A wrong one and an unknown address take as long and read alike."""
    form = await entrance_form(request, ctx)
    email, to = form.text("email"), local(form.text("next"))
    faults = Faults()
    try:
        attempts.may_try_password(ctx.rates, address(request), email)
    except TooMany as error:
        faults.add("password", error.detail)
        return show_sign_in(request, ctx, faults, to=to, email=email, status=429)
    known = await ctx.db.read(sign_in.password_of, email, wall())
    right = await asyncio.to_thread(sign_in.matches, known[1] if known else None, form.raw("password"))
    if known is None or not right:
        faults.add("password", _("This e-mail address and password do not belong together. Type both again."))
        refusal = show_sign_in(request, ctx, faults, to=to, email=email, status=422)
        if known is not None:  # after the answer, which would otherwise take longer for a known address
            refusal.background = BackgroundTask(_record_failure, ctx, known[0])
        return refusal
    agent, hours, before = browser(request, ctx)
    person = known[0]
    if ctx.settings.second_factor != "offered" and not (await ctx.db.read(factors.of, person)).second:
        return refused(request, ctx, ALONE, to)
    change = Change(lambda tx: sign_in.first_step(tx, person, "password", agent, hours, before, to))
    return onward(ctx, await ctx.writer.submit(change), to)


async def _record_failure(ctx: WebContext, person: str) -> None:
    await ctx.writer.submit(Change(lambda tx: sign_in.failed(tx, person)))


@router.post("/sign-in/{token}")
async def with_link(request: Request, ctx: Web, token: Token) -> Response:
    """Use the one-time link up."""
    form = await entrance_form(request, ctx)
    attempts.may_open_link(ctx.rates, address(request))
    agent, hours, before = browser(request, ctx)
    to = local(form.text("next"))
    try:
        made = await ctx.writer.submit(Change(lambda tx: sign_in.by_link(tx, token, agent, hours, before, to)))
    except SignInNeeded as error:
        return refused(request, ctx, error.detail)
    return onward(ctx, made, to)


@router.post("/sign-out")
async def sign_out(request: Request, ctx: Web, form: guard.OwnForm) -> Response:
    """End this session; its open pages stop being live at once, and what the browser kept of pages goes."""
    known = await session_of(request, ctx)
    if known is not None:
        session = known[0]
        await ctx.writer.submit(Change(lambda tx: sign_in.end(tx, session)))
    answer = go("/sign-in")
    answer.set_cookie(**sessions.cookie(ctx.settings.public_url, "", 0))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
