"""Who is excused from reporting, when and why: told by the party's office or a coordinator."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from routehub.api.body import json_body
from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader, Someone
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.people import created
from routehub.directory import pauses
from routehub.directory.pauses import NewPause
from routehub.directory.snapshot import Directory, PauseView
from routehub_schemas import parse

router = APIRouter(tags=["boards"], route_class=Door)


@router.get("/reporting/pauses")
async def get_pauses(
    ctx: Ctx, who: Reader, route: OnRoute,
    all: Annotated[bool, Query(description="Also those that are over or were ended.")] = False,
) -> Response:  # fmt: skip
    """Days for which parties of the route are excused from reporting, and why: those that run or are to come."""
    directory, now = ctx.directory.value, ctx.clock.now()
    found = [_pause(directory, pause, now) for pause in pauses.visible(directory, who)]
    return answer({
        "route": marking(route),
        "pauses": [pause for pause in found if all or pause["state"] in ("planned", "running")],
    })  # fmt: skip


@router.post("/reporting/pauses", status_code=201)
async def post_pause(request: Request, ctx: Ctx, who: Someone) -> Response:
    """Excuse a party from reporting for some days, such as a public holiday: its office does it, or a coordinator.
    Nobody is told of silence then, and no reminder is sent."""
    given = parse.validate(NewPause, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.change(lambda tx: pauses.make(tx, who, given))
    return created(_pause(ctx.directory.value, made, ctx.clock.now()), f"/v1/routes/{who.route}/reporting/pauses")


@router.post("/reporting/pauses/{pause}/end")
async def end_pause(ctx: Ctx, who: Someone, pause: Annotated[str, Path(max_length=60)]) -> Response:
    """End a pause before its last day: from the present reporting day on the party is to report again."""
    ended = await ctx.change(lambda tx: pauses.end(tx, who, pause))
    return answer(_pause(ctx.directory.value, ended, ctx.clock.now()))


def _pause(directory: Directory, pause: PauseView, now: datetime) -> dict[str, Any]:
    person = directory.people.get(pause.made_by.removeprefix("person:"))
    return {
        "id": pause.id, "party": pause.party, "from": pause.first, "until": pause.last, "reason": pause.reason,
        "state": pauses.state(pause, pauses.today_of(directory, pause.route, pause.party, now)),
        "made_by": f"{person.name}, {person.party}" if person else "operator", "made_at": pause.made_at,
        "ended_at": pause.ended_at, "ended_from": pause.ended_from,
    }  # fmt: skip
