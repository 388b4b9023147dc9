"""Whether a form came from our own page. Two independent checks: where the browser says the request comes from, and
a token that only our page knows (OWASP CSRF prevention: Sec-Fetch-Site with the synchroniser token)."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from routehub.core.errors import HubError, NotAllowed


class FormOutdated(HubError):
    """The form was made in a session that is over: what was typed is kept and asked for again."""

    status, code, title = 403, "form-outdated", "You signed in again after opening this form"


def same(given: str, expected: str) -> bool:
    """Compare secrets in constant time; as bytes, because text outside ASCII cannot be compared so."""
    return hmac.compare_digest(given.encode(), expected.encode())


def from_here(request: Request) -> bool | None:
    """Whether the browser says that our own page sent this; None when it says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is not None:
        return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == request.headers.get("host")
    return None


def check_source(request: Request) -> None:
    """Refuse a form that another site made the browser send."""
    if from_here(request) is False:
        raise NotAllowed("This form was sent from another site. Open the page here and send it again.")


def check_token(request: Request, given: str, expected: str) -> None:
    """The session's token. An old one is no attack when the browser vouches for the page: then the text is kept."""
    if given and same(given, expected):
        return
    if from_here(request):
        raise FormOutdated("You signed in again after opening this form. What you typed is kept; send it now.")
    raise NotAllowed("This form does not belong to your session. Open the page and send it again.")
