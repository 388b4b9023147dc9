"""Choosing the language at the foot of a page: before sign-in for this browser, after it for the person."""

from fastapi import APIRouter, Request, Response

from routehub.core.errors import Unknown
from routehub.core.language import _, languages
from routehub.directory import people, sessions
from routehub.web.answers import PageRoute, go, local
from routehub.web.context import Web
from routehub.web.forms import read_form
from routehub.web.guard import check_source
from routehub.web.people_forms import change
from routehub.web.tongue import COOKIE, KEPT
from routehub.web.visitor import session_of

router = APIRouter(route_class=PageRoute)


@router.post("/language")
async def choose(request: Request, ctx: Web) -> Response:
    """Back to the page, in the language that was chosen. A person's choice goes with them, to their mail too."""
    check_source(request)
    form = await read_form(request, ctx.settings.max_body_bytes)
    language = form.text("language")
    if language not in languages():
        raise Unknown(_("There is no such language here."))
    known = await session_of(request, ctx)
    if known is not None:
        session, person = known
        sessions.check_unsafe(session, form.raw("csrf"), request.headers.get("sec-fetch-site"))
        await change(ctx, lambda tx: people.set_language(tx, person.id, language))
    answer = go(local(form.text("next")))
    answer.set_cookie(COOKIE, language, max_age=KEPT, httponly=True, secure=ctx.https, samesite="lax")
    return answer
