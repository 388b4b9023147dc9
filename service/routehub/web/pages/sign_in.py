"""Sign in, by a one-time link sent by mail or with a password; sign out.

Mail scanners open links: the link's page only shows a button, and only that signs in (UX 1.10). Whether an address
is known is told to nobody: the answers are alike, and mail is sent after them.
"""

import asyncio
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.background import BackgroundTask

from routehub.core.clock import wall
from routehub.core.errors import NotAllowed, SignInNeeded, TooMany
from routehub.core.ids import token as new_token
from routehub.core.observe import log
from routehub.delivery.mail import Mail, Mailbox
from routehub.directory import attempts, sessions, sign_in
from routehub.directory.sign_in import SignedIn
from routehub.journal.jobs import Change
from routehub.web import guard
from routehub.web.answers import PageRoute, go, local
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, read_form
from routehub.web.render import page
from routehub.web.visitor import session_of

router = APIRouter(route_class=PageRoute)

Next = Annotated[str, Query(max_length=500)]
Token = Annotated[str, Path(max_length=100, pattern="^[A-Za-z0-9_-]+$")]


def _show(
    request: Request, ctx: WebContext, template: str, title: str, *, to: str = "/", email: str = "",
    faults: Faults | None = None, status: int = 200, **more: str,
) -> Response:  # fmt: skip
    """A page before sign-in, with a value of its own that is in the cookie and in the form (double submit)."""
    value = request.cookies.get(guard.PRE_SESSION) or new_token()
    faults = faults or Faults()
    values = {"to": to, "email": email, "faults": faults} | more
    answer = page(
        request, ctx, None, template, f"Error: {title}" if faults else title, values, status=status, csrf=value
    )
    answer.set_cookie(guard.PRE_SESSION, value, httponly=True, samesite="lax", secure=ctx.https, path="/sign-in")
    return answer


async def _form(request: Request, ctx: WebContext) -> Form:
    guard.check_source(request)
    form = await read_form(request, ctx.settings.max_body_bytes)
    if not guard.matching(request.cookies.get(guard.PRE_SESSION, ""), form.raw("csrf")):
        raise NotAllowed("Your browser did not send back the cookie of this form. Allow cookies, then sign in again.")
    return form


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@router.get("/sign-in")
async def show(request: Request, ctx: Web, next: Next = "/") -> Response:
    """The ways to sign in; who is signed in goes on to ``next``."""
    if await session_of(request, ctx) is not None:
        return go(local(next))
    return _show(request, ctx, "sign_in.html", "Sign in", to=local(next))


@router.post("/sign-in/link")
async def send_link(request: Request, ctx: Web) -> Response:
    """Mail a one-time link, if the address is that of a nominated person."""
    form = await _form(request, ctx)
    email, to = form.text("email"), local(form.text("next"))
    faults = Faults()
    if "@" not in email or len(email) > 254:
        faults.add("email", "Enter your e-mail address, like name@ministry.example")
        return _show(request, ctx, "sign_in.html", "Sign in", to=to, email=email, faults=faults, status=422)
    wanted = attempts.may_ask_for_link(ctx.rates, _address(request), email)
    answer = _show(request, ctx, "link_sent.html", "Look at your mail", to=to, email=email)
    if wanted:
        answer.background = BackgroundTask(_mail_link, ctx, email, to)
    return answer


async def _mail_link(ctx: WebContext, email: str, to: str) -> None:
    known = await ctx.db.read(sign_in.person_to_mail, email, wall())
    if known is None:
        return
    person, address = known
    token = await ctx.writer.submit(Change(lambda tx: sign_in.make_link(tx.conn, person, tx.wall)))
    url = sign_in.link_url(ctx.settings.public_url, token) + (f"?next={quote(to)}" if to != "/" else "")
    text = (
        f"Open this page and press the button to sign in to Routehub:\n\n{url}\n\n"
        f"It works once, within {sign_in.LINK_MINUTES} minutes. Opening the page changes nothing.\n"
        "If you did not ask for it, delete this mail: nobody can sign in without it.\n"
    )
    try:
        await ctx.mail.send(Mailbox(address), Mail("Sign in to Routehub", text))
    except Exception as fault:  # noqa: BLE001 - the answer is out already; the operator reads the log
        log("web").error("a sign-in link was not mailed", fault=type(fault).__name__)


@router.get("/sign-in/{token}")
async def show_link(request: Request, ctx: Web, token: Token, next: Next = "/") -> Response:
    """What the mail's link opens. It looks nothing up: opening it changes nothing and tells nothing."""
    return _show(request, ctx, "link.html", "Sign in", to=local(next), token=token)


@router.post("/sign-in/with-password")
async def with_password(request: Request, ctx: Web) -> Response:
    """Sign in with e-mail and password. A wrong one and an unknown address take as long and read alike."""
    form = await _form(request, ctx)
    email, to = form.text("email"), local(form.text("next"))
    faults = Faults()
    try:
        attempts.may_try_password(ctx.rates, _address(request), email)
    except TooMany as error:
        faults.add("password", error.detail)
        return _show(request, ctx, "sign_in.html", "Sign in", to=to, email=email, faults=faults, status=429)
    known = await ctx.db.read(sign_in.password_of, email, wall())
    right = await asyncio.to_thread(sign_in.matches, known[1] if known else None, form.raw("password"))
    if known is None or not right:
        faults.add("password", "This e-mail address and password do not belong together. Type both again.")
        refusal = _show(request, ctx, "sign_in.html", "Sign in", to=to, email=email, faults=faults, status=422)
        if known is not None:  # after the answer, which would otherwise take longer for a known address
            refusal.background = BackgroundTask(_record_failure, ctx, known[0])
        return refusal
    agent, hours, before = _browser(request, ctx)
    person = known[0]
    made = await ctx.writer.submit(Change(lambda tx: sign_in.begin(tx, person, "password", agent, hours, before)))
    return _signed_in(ctx, made, to)


async def _record_failure(ctx: WebContext, person: str) -> None:
    await ctx.writer.submit(Change(lambda tx: sign_in.failed(tx, person)))


@router.post("/sign-in/{token}")
async def with_link(request: Request, ctx: Web, token: Token) -> Response:
    """Use the one-time link up."""
    form = await _form(request, ctx)
    attempts.may_open_link(ctx.rates, _address(request))
    agent, hours, before = _browser(request, ctx)
    try:
        made = await ctx.writer.submit(Change(lambda tx: sign_in.by_link(tx, token, agent, hours, before)))
    except SignInNeeded as error:
        faults = Faults()
        faults.add("email", error.detail)
        return _show(request, ctx, "sign_in.html", "Sign in", faults=faults, status=422)
    return _signed_in(ctx, made, local(form.text("next")))


def _browser(request: Request, ctx: WebContext) -> tuple[str, int, str | None]:
    """The browser's name for the list of sessions, the hours that a sign-in lasts, and the session that it ends."""
    name = sessions.cookie_name(ctx.settings.public_url)
    return request.headers.get("user-agent", "")[:200], ctx.settings.session_hours, request.cookies.get(name)


def _signed_in(ctx: WebContext, made: SignedIn, to: str) -> Response:
    answer = go(to)
    answer.set_cookie(**sessions.cookie(ctx.settings.public_url, made.token, ctx.settings.session_hours))
    answer.delete_cookie(guard.PRE_SESSION, path="/sign-in")
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, ctx: Web, form: guard.OwnForm) -> Response:
    """End this session; its open pages stop being live at once."""
    known = await session_of(request, ctx)
    if known is not None:
        session = known[0]
        await ctx.writer.submit(Change(lambda tx: sign_in.end(tx, session)))
    answer = go("/sign-in")
    answer.set_cookie(**sessions.cookie(ctx.settings.public_url, "", 0))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
