"""What the ways to sign in share: the form before there is a session, the cookies, and the way on."""

from fastapi import Request, Response
from starlette.background import BackgroundTask

from routehub.core.errors import NotAllowed
from routehub.core.ids import token as new_token
from routehub.core.language import _
from routehub.directory import passkeys, sessions, steps
from routehub.directory.sign_in import SignedIn, Waiting
from routehub.web import guard
from routehub.web.answers import go
from routehub.web.context import WebContext
from routehub.web.forms import Faults, Form, read_form
from routehub.web.render import page

STEP = "routehub-step"
PATH = "/sign-in"


def show(
    request: Request, ctx: WebContext, template: str, title: str, *, to: str = "/", email: str = "",
    faults: Faults | None = None, status: int = 200, **more: object,
) -> Response:  # fmt: skip
    """A page before sign-in, with a value of its own that is in the cookie and in the form (double submit)."""
    value = request.cookies.get(guard.PRE_SESSION) or new_token()
    faults = faults or Faults()
    values = {
        "to": to, "email": email, "faults": faults, "passkeys": passkeys.offered(ctx.settings.public_url),
        "provider": ctx.settings.oidc_name if ctx.settings.oidc_issuer else "",
    } | more  # fmt: skip
    answer = page(
        request,
        ctx,
        None,
        template,
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
        csrf=value,
    )
    answer.set_cookie(guard.PRE_SESSION, value, httponly=True, samesite="lax", secure=ctx.https, path=PATH)
    return answer


def show_sign_in(
    request: Request, ctx: WebContext, faults: Faults | None = None, *, to: str = "/", email: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    """The ways to sign in."""
    return show(request, ctx, "sign_in.html", _("Sign in"), to=to, email=email, faults=faults, status=status)


def refused(request: Request, ctx: WebContext, words: str, to: str = "/", field: str = "email") -> Response:
    """The ways to sign in, and why this one did not."""
    faults = Faults()
    faults.add(field, words)
    return show_sign_in(request, ctx, faults, to=to, status=422)


async def entrance_form(request: Request, ctx: WebContext) -> Form:
    """The form of a page before sign-in. Errors: 403 when it did not come from that page in this browser.

    Pages of one browser that were asked for at once, such as the tabs that it opens again, each bring a cookie, and
    the last one stands: where the browser vouches for the page, any of them will do for who is not signed in yet.
    """
    guard.check_source(request)
    form = await read_form(request, ctx.settings.max_body_bytes)
    ours, field = request.cookies.get(guard.PRE_SESSION, ""), form.raw("csrf")
    signed_in = sessions.cookie_name(ctx.settings.public_url) in request.cookies
    of_another_page = bool(ours and field) and not signed_in and guard.from_here(request)
    if not of_another_page and not guard.matching(ours, field):
        raise NotAllowed(
            _("Your browser did not send back the cookie of this form. Allow cookies, then sign in again.")
        )
    return form


def address(request: Request) -> str:
    return request.client.host if request.client else ""


def browser(request: Request, ctx: WebContext) -> tuple[str, int, str | None]:
    """The browser's name for the list of sessions, the hours that a sign-in lasts, and the session that it ends."""
    name = sessions.cookie_name(ctx.settings.public_url)
    return request.headers.get("user-agent", "")[:200], ctx.settings.session_hours, request.cookies.get(name)


def onward(ctx: WebContext, made: SignedIn | Waiting, to: str) -> Response:
    """On to the page that was wanted, with the session's cookie; or to the second step, with that step's."""
    if isinstance(made, Waiting):
        answer = go(f"{PATH}/second")
        keep_step(ctx, answer, made.token)
        return answer
    answer = go(to)
    answer.set_cookie(**sessions.cookie(ctx.settings.public_url, made.token, ctx.settings.session_hours))
    answer.delete_cookie(guard.PRE_SESSION, path=PATH)
    answer.delete_cookie(STEP, path=PATH)
    return answer


def keep_step(ctx: WebContext, answer: Response, token: str) -> None:
    """Give the browser the cookie of its step."""
    answer.set_cookie(
        STEP, token, max_age=steps.MINUTES * 60, httponly=True, samesite="lax", secure=ctx.https, path=PATH
    )


def after(answer: Response, task: BackgroundTask) -> Response:
    """Do something once the answer is out."""
    answer.background = task
    return answer
