"""What conferences gave somebody to do: done, more time."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.minutes import queries
from routehub.boards.minutes.queries import ActionView
from routehub.core.errors import Conflict, Refused, Unknown
from routehub.core.language import _, later
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.local_times import iso, read_time
from routehub.web.pages.chairing import SeriesName, more
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

STATES = {"open": later("Open"), "overdue": later("Overdue"), "done": later("Done")}
DONE = {
    "complete": later("Reported as done. All who read the minutes see it."),
    "more_time": later("More time was asked for."),
}
PAST = 50
"""Actions that are done, the newest first."""


async def _all(ctx: WebContext, who: Visitor) -> list[ActionView]:
    def read(conn: Connection) -> list[ActionView]:
        ids = readable(conn, who.route.code, who.party)
        return queries.actions(conn, ids, who.route.code, ctx.clock.now(), who.route.zone)

    return await ctx.db.read(read)


@router.get("/actions")
async def show(request: Request, ctx: Web, who: Reading, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """What waits for the visitor's party first, then for others, then what is done."""
    return await _show(request, ctx, who, {"done": DONE.get(done)})


async def _show(request: Request, ctx: WebContext, who: Visitor, values: dict[str, Any], status: int = 200) -> Response:
    found = await _all(ctx, who)
    waiting = [one for one in found if one.state != "done"]
    mine = [one for one in waiting if (own := one.owner(who.party)) is not None and own.state != "done"]
    usual = {
        "mine": mine, "others": [one for one in waiting if one not in mine], "faults": Faults(), "done": None,
        "past": [one for one in reversed(found) if one.state == "done"][:PAST], "states": STATES,
        "key": fresh_key(), "more": more, "acts": "response" in who.may, "typed": {}, "at": "",
    }  # fmt: skip
    title = _("Actions: %(n)s for you", n=len(mine)) if mine else _("Actions")
    wrong = bool(values.get("faults"))
    return page(
        request,
        ctx,
        who,
        "actions.html",
        _("Error: %(title)s", title=title) if wrong else title,
        usual | values,
        status=status,
    )


@router.post("/actions/{action}/{act}")
async def answer(
    request: Request, ctx: Web, who: Reading, form: OwnForm, action: Annotated[str, Path(max_length=20)],
    act: Literal["complete", "more_time"], series: SeriesName = "weekly",
) -> Response:  # fmt: skip
    """Report it done, or ask for more time, for the visitor's party."""
    found = next((one for one in await _all(ctx, who) if (one.series, one.id) == (series, action)), None)
    if found is None:
        raise Unknown(_("There is no action %(action)s that you can see.", action=action))
    text, until = form.text("text"), form.text("until")
    data: dict[str, Any] = {"to": found.message_id, "act": act, "item": action} | ({"text": text} if text else {})
    faults = Faults()
    if act == "more_time":
        moment = read_time(f"{until} 23:59", who.route.zone) if until else None
        if moment is None:
            faults.add(f"until-{action}", _("Give the day until which you need, such as 2016-02-03."))
            return await _show(request, ctx, who, {"faults": faults, "at": action}, 422)
        data["new_time"] = iso(moment)
    try:
        await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=form.text("key") or None))
    except (Refused, Conflict) as error:
        field = f"until-{action}" if act == "more_time" else f"text-{action}"
        for words in [problem.message for problem in error.problems] or [error.detail]:
            faults.add(field, words)
        return await _show(request, ctx, who, {"faults": faults, "at": action}, error.status)
    return go(f"{who.base}/actions?done={act}")
