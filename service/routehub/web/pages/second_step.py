"""The second step of signing in: a code of an app, a recovery code, or a passkey."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from routehub.core.clock import wall
from routehub.core.errors import Refused, SignInNeeded, TooMany
from routehub.core.language import _, later, plural
from routehub.core.vault import Vault
from routehub.directory import attempts, codes, factors, passkeys, sign_in, steps
from routehub.directory.factors import Factors
from routehub.directory.sign_in import SignedIn
from routehub.directory.steps import Step
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import notices
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.entrance import STEP, address, browser, entrance_form, onward, refused, show
from routehub.web.forms import Faults, Form

router = APIRouter(route_class=PageRoute)
OVER = later("That took too long, or too many codes were wrong. Begin again.")


async def _step(request: Request, ctx: WebContext) -> Step | None:
    token = request.cookies.get(STEP, "")
    found: Step | None = await ctx.db.read(steps.find, token, "second", wall()) if token else None
    return found


def _show(request: Request, ctx: WebContext, step: Step, ways: Factors, words: str = "", status: int = 200) -> Response:
    faults = Faults()
    if words:
        faults.add("code", words)
    return show(request, ctx, "second_step.html", _("One more step"), to=step.onward, ways=ways, faults=faults,
                status=status)  # fmt: skip


@router.get("/sign-in/second")
async def show_second(request: Request, ctx: Web) -> Response:
    """Ask for the second step of who has taken the first in this browser."""
    step = await _step(request, ctx)
    if step is None or step.person is None:
        return refused(request, ctx, OVER)
    return _show(request, ctx, step, await ctx.db.read(factors.of, step.person))


@router.post("/sign-in/second/options")
async def options(request: Request, ctx: Web) -> Response:
    """What one of this person's passkeys is to sign, as JSON for the page's script."""
    await entrance_form(request, ctx)
    step = await _step(request, ctx)
    if step is None or step.person is None:
        raise SignInNeeded(OVER)
    known = await ctx.db.read(passkeys.of, step.person)
    found = passkeys.request_options(ctx.settings.public_url, known)
    asked = step
    await ctx.writer.submit(Change(lambda tx: steps.ask(tx, asked, found["challenge"])))
    return JSONResponse(found)


@router.post("/sign-in/second")
async def second(request: Request, ctx: Web) -> Response:
    """Take the second step."""
    form = await entrance_form(request, ctx)
    step = await _step(request, ctx)
    if step is None or step.person is None:
        return refused(request, ctx, OVER)
    ways = await ctx.db.read(factors.of, step.person)
    try:
        made, paper = await _try(request, ctx, step, form)
    except TooMany as error:
        return _show(request, ctx, step, ways, error.detail, 429)
    except SignInNeeded as error:
        return refused(request, ctx, error.detail)
    except Refused as error:
        return _show(request, ctx, step, ways, error.detail, 422)
    answer = onward(ctx, made, step.onward)
    if paper:
        answer.background = notices.later(ctx, step.person, "A recovery code was used to sign in.")
    return answer


async def _try(request: Request, ctx: WebContext, step: Step, form: Form) -> tuple[SignedIn, bool]:
    """The session that begins, and whether a recovery code began it. Errors: 422 for a wrong answer, 401 when it was
    the last that is looked at, 429."""
    typed, answer = form.text("code"), form.raw("credential")
    paper = not answer and codes.looks_like_paper(typed)
    attempts.may_open_link(ctx.rates, address(request))
    if not answer and not paper:
        attempts.may_try_code(ctx.rates, address(request), step.person or "", step.how)
    agent, hours, before = browser(request, ctx)
    token = request.cookies[STEP]
    url = ctx.settings.public_url

    def apply(tx: Transaction) -> SignedIn | int:
        how = _right(tx, ctx.vault, url, step, typed, answer, paper)
        if how is None:
            sign_in.failed(tx, step.person or "", "second step")
            return steps.wrong(tx, step)
        if steps.use(tx, token, "second") is None:
            return 0
        return sign_in.begin(tx, step.person or "", f"{step.how}+{how}", agent, hours, before)

    made = await ctx.writer.submit(Change(apply))
    if isinstance(made, SignedIn):
        return made, paper
    if made == 0:
        raise SignInNeeded(OVER)
    more = plural(
        "%(n)s more try, then the first step is asked for again.",
        "%(n)s more tries, then the first step is asked for again.",
        made,
    )
    if answer:
        raise Refused(_("This passkey was not accepted. %(more)s", more=more))
    raise Refused(_("This code is not right, or was used already. Wait for the next one. %(more)s", more=more))


def _right(tx: Transaction, vault: Vault, url: str, step: Step, typed: str, answer: str, paper: bool) -> str | None:
    """The name of the way that was right; None when none was."""
    person = step.person or ""
    if answer:
        try:
            passkeys.use(tx, url, step.challenge, answer, person)
        except Refused:
            return None
        return "passkey"
    if paper:
        return "paper" if codes.use_paper(tx, person, typed) else None
    return "code" if codes.use(tx, vault, person, typed) else None
