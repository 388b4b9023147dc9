"""The form in which a party proposes an item for a conference."""

from typing import Any

from fastapi import APIRouter, Request, Response

from routehub.chairing import seat
from routehub.core.errors import NotAllowed, Refused
from routehub.core.language import _, later
from routehub.intake.receive import Post
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.pages.chairing import Number, outcomes
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)
FIELDS = ("title", "text", "outcome", "minutes")
WORDS = {"title": later("Write in one line what it is about."), "minutes": later("Give whole minutes from 1 to 60.")}


async def _show(
    request: Request, ctx: WebContext, who: Visitor, number: int, typed: dict[str, str], faults: Faults
) -> Response:
    if "agenda_item" not in who.may:
        raise NotAllowed(_("Contact points, deputies and coordinators do this. Your party's office nominates them."))
    held = await ctx.db.read(seat.find, who.principal, "weekly", number)
    values = {
        "held": held,
        "outcomes": [(*one, "") for one in outcomes()],
        "typed": {"title": "", "text": "", "outcome": "discuss", "minutes": "5"} | typed, "faults": faults,
        "key": typed.get("key") or fresh_key(),
    }  # fmt: skip
    title = _("Propose an item for conference %(number)s", number=number)
    return page(
        request,
        ctx,
        who,
        "propose.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=422 if faults else 200,
        of=[held],
    )


@router.get("/conference/{number}/propose")
async def ask(request: Request, ctx: Web, who: Reading, number: Number) -> Response:
    """The form."""
    return await _show(request, ctx, who, number, {}, Faults())


@router.post("/conference/{number}/propose")
async def propose(request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number) -> Response:
    """Send the proposal to everyone on the route."""
    typed = {name: form.text(name) for name in FIELDS}
    minutes = typed["minutes"]
    data: dict[str, Any] = {name: typed[name] for name in ("title", "text", "outcome") if typed[name]}
    whole = minutes.isascii() and minutes.isdigit() and len(minutes) < 4
    data |= {"conference": number, "minutes": int(minutes) if whole else minutes}
    try:
        await ctx.intake.receive(who.principal, Post(ctx.registry["agenda_item"], data, key=form.text("key") or None))
    except Refused as error:
        faults = Faults()
        for problem in error.problems:
            name = problem.pointer.strip("/")
            faults.add(name if name in FIELDS else "title", WORDS.get(name) or problem.message)
        if not faults:
            faults.add("title", error.detail)
        return await _show(request, ctx, who, number, typed | {"key": form.text("key")}, faults)
    return go(f"{who.base}/conference/{number}#proposals")
