"""The clock of an exercise hub. A live hub has none that could be moved (DECISIONS 2)."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Who
from routehub.core import state
from routehub.core.canonical import iso
from routehub.core.clock import MovableClock, wall
from routehub.core.errors import Conflict, NotAllowed
from routehub.directory.principal import Principal
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub_schemas import parse
from routehub_schemas.kind import Part
from routehub_schemas.vocab import Moment

router = APIRouter(tags=["housekeeping"], route_class=Door)


class ClockSet(Part):
    """Where to set the clock."""

    now: Moment


def _told(ctx: Context) -> dict[str, Any]:
    return {"now": iso(ctx.clock.now()), "movable": ctx.clock.movable}


def _may_set(who: Principal) -> bool:
    return "operator" in who.roles or (who.scopes is not None and "set:clock" in who.scopes)


@router.get("/clock")
async def get_clock(ctx: Ctx, who: Who) -> dict[str, Any]:
    """What time it is for the hub, and whether its clock can be moved."""
    return _told(ctx)


@router.put("/clock", openapi_extra={"requestBody": {"required": True, "content": {"application/json": {
    "schema": {"type": "object", "required": ["now"], "properties": {"now": {"type": "string", "format": "date-time"}}},
}}}})  # fmt: skip
async def put_clock(request: Request, ctx: Ctx, who: Who) -> dict[str, Any]:
    """Move the clock of an exercise hub; it goes on from there. Other hubs on the same database follow within a
    second. For operators, and for keys with the scope ``set:clock``.

    Early warning closes the days that are due by the new time before it is answered, so that in a replay its alerts
    bear the time at which they would have come.

    Errors: 409 on a live hub.
    """
    clock = ctx.clock
    if not _may_set(who):
        raise NotAllowed("Moving the clock needs the role operator, or a key with the scope set:clock.")
    if not isinstance(clock, MovableClock):
        raise Conflict("This hub is live: its clock cannot be moved. Start one with ROUTEHUB_MODE=exercise.")
    wanted = parse.validate(ClockSet, await json_body(request, ctx.settings.max_body_bytes)).now
    await ctx.warning.catch_up()
    clock.take(*await ctx.writer.submit(Change(lambda tx: _move(tx, who, wanted))))
    await ctx.warning.catch_up()
    return _told(ctx)


def _move(tx: Batch, who: Principal, wanted: datetime) -> tuple[int, Any]:
    offset = wanted - wall()
    times = state.set_clock_offset(tx.conn, offset)
    tx.audit("set-clock", who.route, who.party, who.actor, {"now": iso(wanted)})
    return times, offset
