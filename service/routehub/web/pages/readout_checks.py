"""A readout in check, for the parties that are named in it: the text, and two answers. Silence is acceptance."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.readouts.queries import CheckView, check
from routehub.core.errors import HubError, Refused, Unknown
from routehub.core.language import _
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]


async def _one(ctx: WebContext, who: Visitor, ref: str) -> CheckView:
    def read(conn: Connection) -> CheckView | None:
        return check(conn, readable(conn, who.route.code, who.party), who.route.code, ref)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no check with this id that you can see."))
    return found


def _page(
    request: Request, ctx: WebContext, who: Visitor, view: CheckView, *, done: str = "", text: str = "",
    faults: Faults | None = None,
) -> Response:  # fmt: skip
    now, faults = ctx.clock.now(), faults or Faults()
    mine = view.answer(who.party)
    values = {
        "view": view, "state": view.state(now), "mine": mine, "done": done, "said": text, "faults": faults,
        "key": fresh_key(), "name": Names(ctx.directory.value, view.text.day),
        "answers": mine is not None and now < view.until and view.party != who.party and "response" in who.may,
    }  # fmt: skip
    title = _("Check of the readout of conference %(conference)s", conference=view.conference)
    return page(
        request, ctx, who, "readout_check.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.get("/readout-checks/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The text word for word, until when a change can be asked for, and who has said what."""
    return _page(request, ctx, who, await _one(ctx, who, ref), done=done)


@router.post("/readout-checks/{ref}/{act}")
async def answer(
    request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref,
    act: Annotated[str, Path(pattern="^(accept|ask_change)$")],
) -> Response:  # fmt: skip
    """Accept the text or ask for a change, for the visitor's party."""
    view = await _one(ctx, who, ref)
    text = form.text("text") if act == "ask_change" else ""
    data: dict[str, Any] = {"to": view.id, "act": act} | ({"text": text} if text else {})
    try:
        await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=form.text("key") or None))
    except HubError as error:
        if not isinstance(error, Refused):
            raise
        faults = Faults()
        for problem in error.problems:
            missing = problem.pointer == "/text" and not text
            faults.add("text", _("Write which words are to be changed, and how") if missing else problem.message)
        return _page(request, ctx, who, view, text=text, faults=faults)
    return go(f"{who.base}/readout-checks/{view.short_id}?done={act}")
