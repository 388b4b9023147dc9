"""The choice of the zone in which pages show times and forms understand them."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from routehub.core.language import _
from routehub.web import time_zone
from routehub.web.answers import PageRoute, go, local
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor

router = APIRouter(route_class=PageRoute)

Back = Annotated[str, Query(alias="next", max_length=500)]


@router.get("/settings/time-zone")
async def show(request: Request, ctx: Web, who: SignedIn, back: Back = "") -> Response:
    """The zones of the route and its parties, and a field for any other."""
    return _show(request, ctx, who, "", local(back), Faults())


def _show(request: Request, ctx: WebContext, who: Visitor, typed: str, back: str, faults: Faults) -> Response:
    """``typed``: what stood in the field of another zone; then that is what was chosen."""
    now = ctx.clock.now()
    today = now.astimezone(who.route.zone).date()
    around = [ZoneInfo("UTC"), *(member.zone for member in who.route.members(today))]
    options = time_zone.choices(who.route.zone, around, now)
    known = who.zone.key in {one.key for one in options}
    values = {
        "options": [(one.key, one.words, ", ".join(one.also)) for one in options], "back": back, "faults": faults,
        "chosen": who.zone.key if known and not faults else "other", "other": typed or ("" if known else who.zone.key),
    }  # fmt: skip
    title = _("Time zone")
    title = _("Error: %(title)s", title=title) if faults else title
    return page(request, ctx, who, "time_zone.html", title, values, status=422 if faults else 200)


@router.post("/settings/time-zone")
async def choose(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Keep it on this device, and go back to where the visitor was. What was typed counts before what is ticked, unless
    it is only what the field had from the start: the zone until now."""
    key, typed, back = form.text("zone"), form.text("other"), local(form.text("next"))
    if key == "other" or (typed and typed != who.zone.key):
        key = typed.replace(" ", "_")
    if key not in time_zone.names():
        faults = Faults()
        faults.add("other", _("Write a zone as continent and city, such as Europe/Ljubljana"))
        return _show(request, ctx, who, typed, back, faults)
    answer = go(back if back != "/" else f"{who.base}/")
    if key == who.route.zone.key:
        answer.delete_cookie(time_zone.COOKIE, path="/")
    else:
        answer.set_cookie(
            time_zone.COOKIE, key, max_age=time_zone.YEAR, path="/", secure=ctx.https, httponly=True, samesite="lax"
        )
    return answer
