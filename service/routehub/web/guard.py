"""Whether a form came from our own page: where the browser says the request comes from, and the session's token
(OWASP CSRF prevention: Fetch Metadata with the synchroniser token)."""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from routehub.core.errors import HubError, NotAllowed
from routehub.core.language import _, later
from routehub.directory import sessions
from routehub.intake import personal_data
from routehub.web.context import Web
from routehub.web.forms import Form, read_form
from routehub.web.visitor import SignedIn

CHECKED = "text_checked"
"""The field of the page that asks about a text which looks like personal data."""


class FormOutdated(HubError):
    """The form was made in a session that is over: what was typed is kept and asked for again."""

    status, code, title = 403, "form-outdated", later("You signed in again after opening this form")


def from_here(request: Request) -> bool | None:
    """Whether the browser says that our own page sent this; None when it says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in sessions.OWN_SITES
    origin = request.headers.get("origin")
    if origin is not None:
        return bool(urlsplit(origin).netloc) and urlsplit(origin).netloc == request.headers.get("host")
    return None


def check_source(request: Request) -> None:
    """Refuse a form that another site made the browser send."""
    if from_here(request) is False:
        raise NotAllowed(_("This form was sent from another site. Open the page here and send it again."))


async def _own_form(request: Request, ctx: Web, who: SignedIn) -> Form:
    check_source(request)
    form = await read_form(request, ctx.settings.max_body_bytes)
    try:
        sessions.check_unsafe(who.session, form.raw("csrf"), request.headers.get("sec-fetch-site"))
    except NotAllowed:
        # An old token is no attack when the browser vouches for the page: then the text is kept.
        if from_here(request):
            raise FormOutdated(_("You signed in again after opening this form. What you typed is kept.")) from None
        raise
    note_checked(form)
    return form


def note_checked(form: Form) -> None:
    """Take in that the sender has looked at the texts of this form and says that they hold no personal data."""
    personal_data.checked.set(form.text(CHECKED) == "yes")


OwnForm = Annotated[Form, Depends(_own_form)]
"""The fields of a form that our own page sent in this session."""

PRE_SESSION = "routehub-form"


def matching(cookie: str, field: str) -> bool:
    """Forms before sign-in: the cookie's random value is also in the form (double submit)."""
    return bool(cookie) and hmac.compare_digest(cookie.encode(), field.encode())
