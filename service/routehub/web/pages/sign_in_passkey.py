"""Sign in with a passkey: no address to type, and no second step. It needs a script; the other ways need none."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from routehub.core.errors import Refused, SignInNeeded
from routehub.core.language import _
from routehub.directory import attempts, passkeys, sign_in, steps
from routehub.directory.sign_in import SignedIn
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web.answers import PageRoute, local
from routehub.web.context import Web
from routehub.web.entrance import STEP, address, browser, entrance_form, keep_step, onward, refused

router = APIRouter(route_class=PageRoute)


@router.post("/sign-in/passkey/options")
async def options(request: Request, ctx: Web) -> Response:
    """What a passkey of this hub is to sign, as JSON for the page's script."""
    await entrance_form(request, ctx)
    attempts.may_ask_passkey(ctx.rates, address(request))
    found = passkeys.request_options(ctx.settings.public_url, [])
    token = await ctx.writer.submit(Change(lambda tx: steps.begin(tx, "passkey", challenge=found["challenge"])))
    answer = JSONResponse(found)
    keep_step(ctx, answer, token)
    return answer


@router.post("/sign-in/passkey")
async def with_passkey(request: Request, ctx: Web) -> Response:
    """Begin the session of the person whose passkey signed."""
    form = await entrance_form(request, ctx)
    attempts.may_open_link(ctx.rates, address(request))
    agent, hours, before = browser(request, ctx)
    token, said, to = request.cookies.get(STEP, ""), form.raw("credential"), local(form.text("next"))
    url = ctx.settings.public_url

    def apply(tx: Transaction) -> SignedIn:
        step = steps.use(tx, token, "passkey")
        if step is None:
            raise Refused(_("That took too long. Press the button again."))
        person = passkeys.use(tx, url, step.challenge, said)
        return sign_in.begin(tx, person, "passkey", agent, hours, before)

    try:
        made = await ctx.writer.submit(Change(apply))
    except (Refused, SignInNeeded) as error:
        return refused(request, ctx, error.detail, to, "passkey")
    return onward(ctx, made, to)
