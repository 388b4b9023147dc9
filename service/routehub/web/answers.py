"""What every page answer has in common: headers that protect it, and errors as pages in words."""

import secrets
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from routehub.core.errors import HubError, SecondStepNeeded, SignInNeeded, Unknown
from routehub.core.language import _, using
from routehub.core.observe import log
from routehub.web.compression import compressed
from routehub.web.context import WebContext, web_context
from routehub.web.live_answers import is_shared, shared
from routehub.web.tongue import asked_for

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PROTECTION = {
    "Content-Security-Policy": CSP,
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

ErrorPage = Callable[[Request, WebContext, HubError], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose answer is a page: protected by headers, and with errors that a person can act on."""

    error_page: ErrorPage | None = None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            with using(asked_for(request)):  # until the visitor is known, whose setting comes before the browser's
                try:
                    response = await (shared(request, answer) if is_shared(request) else answer(request))
                except HubError as error:
                    response = await self._refused(request, error)
                except RequestValidationError:
                    response = await self._refused(request, Unknown(_("There is no such page.")))
                except Exception as fault:  # noqa: BLE001 - whatever it was, the reader gets a page and a code
                    response = await self._refused(request, _unexpected(self.path_format, fault))
            _told(request, response)
            return compressed(request, protect(response))

        return handler

    async def _refused(self, request: Request, error: HubError) -> Response:
        if isinstance(error, SignInNeeded) and request.method in ("GET", "HEAD"):
            return RedirectResponse(f"/sign-in?next={quote(here(request))}", 303)
        if isinstance(error, SecondStepNeeded) and request.method in ("GET", "HEAD"):
            return RedirectResponse("/account?done=needed", 303)
        assert PageRoute.error_page is not None, "the error page is set when the pages are put together"
        return await PageRoute.error_page(request, web_context(request), error)


def _told(request: Request, response: Response) -> None:
    """A page on its way out: what it names of TLP:RED, its reader has been given."""
    who = getattr(request.state, "reader", None)
    if who is not None:
        web_context(request).red_reads.answered(who, request.url.path, bytes(getattr(response, "body", b"")))


def protect(response: Response) -> Response:
    """Put the protecting headers on; content is never kept by caches unless the page said so. ``nosniff`` and HSTS
    stand on every answer of the hub already."""
    for name, value in PROTECTION.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if "html" in response.headers.get("content-type", ""):
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
    return response


def here(request: Request) -> str:
    """The address of this request within the hub."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def local(address: str) -> str:
    """An address to go on to after sign-in, if it lies in this hub; else the start page. A browser reads ``//host``
    and ``/\\host`` as other sites."""
    good = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if good and "\\" not in address and len(address) < 500 else "/"


def go(address: str) -> RedirectResponse:
    """To the page that shows what was done: reloading it does not do it again."""
    return RedirectResponse(address, 303)


def _unexpected(path: str, fault: Exception) -> HubError:
    """path: as the route is written. What stands in an address may be a secret, as in links of mails."""
    code = secrets.token_hex(2).upper()
    log("web").error("a page failed", code=code, path=path, exc_info=fault)
    return HubError(
        _(
            "Something failed in the hub. Nothing of what you sent was stored. Give the operator code %(code)s.",
            code=code,
        )
    )
