"""Errors as pages: what happened, what is safe, what to do. A form that could not be taken keeps what was typed."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from routehub.core.errors import HubError, LooksPersonal, SignInNeeded, Unknown
from routehub.core.language import _, using
from routehub.web.answers import PageRoute, protect
from routehub.web.context import WebContext, web_context
from routehub.web.forms import Form, read_form
from routehub.web.guard import CHECKED, FormOutdated, from_here
from routehub.web.render import page
from routehub.web.tongue import asked_for
from routehub.web.visitor import Visitor, visitor

# Forms of content call no field so: what their people typed would be lost here.
NEVER_KEPT = (CHECKED, "csrf", "password", "again", "current", "before", "code", "credential", "step")
NOT_PAGES = ("/v1/", "/health", "/metrics", "/openapi", "/asyncapi", "/schemas")


async def error_page(request: Request, ctx: WebContext, error: HubError) -> Response:
    """The page of an error. Asking who looks may itself fail: then the page stands alone."""
    try:
        who: Visitor | None = await visitor(request, ctx)
    except HubError:
        who = None
    asks_again = isinstance(error, (SignInNeeded, FormOutdated, LooksPersonal))
    kept = await _kept(request, ctx) if asks_again else None
    template = "error.html" if kept is None else "personal.html" if isinstance(error, LooksPersonal) else "kept.html"
    answer = page(
        request,
        ctx,
        who,
        template,
        _("Error: %(title)s", title=_(error.title)),
        {"error": error, "kept": kept, "to": _asked(request)},
        status=error.status,
    )
    for name, value in error.headers.items():
        if name == "Retry-After":
            answer.headers[name] = value
    return answer


def _asked(request: Request) -> str:
    """Where the form was sent to: a series of conferences stands in the query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


async def _kept(request: Request, ctx: WebContext) -> tuple[tuple[str, str], ...] | None:
    """The fields of a form that came too late or without a session; only when our own page sent it."""
    if request.method != "POST" or not from_here(request):
        return None
    try:
        form: Form = await read_form(request, ctx.settings.max_body_bytes)
    except HubError:
        return None
    return form.without(*NEVER_KEPT)


def install(app: FastAPI) -> None:
    """Addresses that nothing answers get a page where a browser asks, and a problem document elsewhere."""
    PageRoute.error_page = staticmethod(error_page)
    as_problem = app.exception_handlers[HTTPException]

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(NOT_PAGES)
        if error.status_code == 404 and wants_page:
            with using(asked_for(request)):
                return protect(await error_page(request, web_context(request), Unknown(_("There is no such page."))))
        found: Response = await as_problem(request, error)  # type: ignore[misc]
        return found

    app.add_exception_handler(HTTPException, of_http)
