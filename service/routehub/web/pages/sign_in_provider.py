"""Sign in with an account of one's own organisation (OpenID Connect). Nominated people come in; nobody is made."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from routehub.core.errors import Busy, SignInNeeded, Unknown
from routehub.core.language import _
from routehub.directory import attempts, identities, sign_in
from routehub.directory.sign_in import SignedIn
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web.answers import PageRoute, local
from routehub.web.context import Web, WebContext
from routehub.web.entrance import PATH, address, browser, onward, refused
from routehub.web.pages.sign_in import Next
from routehub.web.provider import Asked, Provider

router = APIRouter(route_class=PageRoute)
ASKED = "routehub-provider"
MINUTES = 10


def _provider(ctx: WebContext) -> Provider:
    if ctx.provider is None:
        raise Unknown(_("There is no such page."))
    return ctx.provider


@router.get("/sign-in/provider")
async def ask(request: Request, ctx: Web, next: Next = "/") -> Response:
    """Send the browser to the provider. Nothing is kept here: what was asked stays in a cookie of this browser."""
    provider, asked = _provider(ctx), Asked.new(local(next))
    try:
        answer = RedirectResponse(await provider.address(asked), 303)
    except Busy as error:
        return refused(request, ctx, error.detail, asked.to, "provider")
    answer.set_cookie(
        ASKED, asked.cookie, max_age=MINUTES * 60, httponly=True, samesite="lax", secure=ctx.https, path=PATH
    )
    return answer


@router.get("/sign-in/provider/back")
async def back(request: Request, ctx: Web) -> Response:
    """Where the provider sends the browser back to: signs in the nominated person whose account it is."""
    provider, asked = _provider(ctx), Asked.read(request.cookies.get(ASKED, ""))
    if asked is None:
        return refused(request, ctx, _("That took too long, or your browser keeps no cookies. Begin again."))
    attempts.may_ask_provider(ctx.rates, address(request))
    agent, hours, before = browser(request, ctx)
    try:
        claim = await provider.claim(asked, dict(request.query_params))

        def apply(tx: Transaction) -> SignedIn:
            return sign_in.begin(tx, identities.person_of(tx, claim), "provider", agent, hours, before)

        made = await ctx.writer.submit(Change(apply))
    except (SignInNeeded, Busy) as error:
        answer = refused(request, ctx, error.detail, asked.to, "provider")
    else:
        answer = onward(ctx, made, local(asked.to))
    answer.delete_cookie(ASKED, path=PATH)
    return answer
