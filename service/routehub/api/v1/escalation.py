"""How far an alert has climbed, and one's own quiet hours."""

from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field
from sqlalchemy import Connection

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Reader, Someone
from routehub.api.v1.answers import answer
from routehub.boards.alerts.queries import alert
from routehub.core.clock import wall
from routehub.core.errors import Unknown, refused
from routehub.delivery.addressees import Moment
from routehub.delivery.escalation import quiet
from routehub.delivery.escalation.held import zone_of
from routehub.delivery.escalation.progress import Chain, Progress, progress
from routehub.delivery.escalation.quiet import DAYS, Quiet, Wish
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.journal.jobs import Change
from routehub_schemas import parse
from routehub_schemas.kind import Part
from routehub_schemas.vocab import UNIQUE_ITEMS, Unique, Zone

router = APIRouter(route_class=Door)
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


@router.get("/alerts/{ref}/escalation", tags=["boards"])
async def get_escalation(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Short id or message id.")]
) -> Response:
    """Who was reminded of an alert when, and what comes next: your own party's chain with its people; for the sender
    and the coordinators also how far each party has come."""
    now = ctx.clock.now()
    coordinates = _coordinates(ctx, who)

    def read(conn: Connection) -> tuple[str, Progress] | None:
        found = alert(conn, readable(conn, who.route, who.party), who.route, ref, now)
        if found is None:
            return None
        return found.short_id, progress(conn, found, who.party, coordinates, ctx.directory.value)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown("There is no alert with this id that you can see.")
    short_id, climbed = found
    return answer(
        {
            "alert": short_id, "now": now, "own": _chain(climbed.own, own=True) if climbed.own else None,
            "parties": [_chain(chain, own=False) for chain in climbed.parties],
        }
    )  # fmt: skip


def _coordinates(ctx: Context, who: Principal) -> bool:
    """Whether the reader's party coordinates: what its people see, its systems see too."""
    route = ctx.directory.route(who.route)
    member = route.membership(who.party, ctx.clock.now().astimezone(route.zone).date())
    return member is not None and member.role == "coordinator"


def _chain(chain: Chain, *, own: bool) -> dict[str, Any]:
    following = chain.following
    found: dict[str, Any] = {
        "party": chain.party, "asked_at": chain.asked_at, "acknowledged_at": chain.acknowledged_at,
        "channel": chain.channel, "reached": chain.reached, "reminders": chain.reminders,
        "deputy_at": chain.at("deputy"), "coordinators_at": chain.at("coordinators"),
        "next": {"step": following.step, "to": following.to, "at": following.at} if following else None,
    }  # fmt: skip
    if own:
        found["steps"] = [
            {"step": one.step, "to": one.to, "at": one.at, "state": one.state, "people": list(one.people)}
            for one in chain.rungs
        ]
    return found


class QuietHours(Part):
    """From when until when, in which zone, on which nights. ``off``: never, not even in the hub's night."""

    off: bool = False
    starts: Annotated[str, Field(pattern=CLOCK, examples=["22:00"])] | None = None
    ends: Annotated[str, Field(pattern=CLOCK, examples=["06:30"])] | None = None
    zone: Zone | None = None
    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Unique] = Field(
        default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        min_length=1,
        max_length=7,
        json_schema_extra=UNIQUE_ITEMS,
    )


@router.get("/me/quiet-hours", tags=["identity"])
async def get_quiet_hours(ctx: Ctx, who: Someone) -> Response:
    """When you get no mail that can wait: your own hours, or the hub's night."""
    return await _shown(ctx, who)


@router.put("/me/quiet-hours", tags=["identity"])
async def put_quiet_hours(request: Request, ctx: Ctx, who: Someone) -> Response:
    """Set your quiet hours. Nothing severe, extreme or unrated ever waits for their end."""
    asked = parse.validate(QuietHours, await json_body(request, ctx.settings.max_body_bytes))
    wish = _wish(asked, who, _zone(ctx, who))
    await ctx.writer.submit(Change(lambda tx: quiet.put(tx, who.person_id or "", who.party, wish)))
    return await _shown(ctx, who)


@router.delete("/me/quiet-hours", status_code=204, tags=["identity"])
async def delete_quiet_hours(ctx: Ctx, who: Someone) -> Response:
    """Back to the hub's night."""
    await ctx.writer.submit(Change(lambda tx: quiet.remove(tx, who.person_id or "")))
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _zone(ctx: Context, who: Principal) -> ZoneInfo:
    return zone_of(Moment(ctx.directory.value, ctx.clock.now(), wall()), who.route, who.person_id or "")


def _wish(asked: QuietHours, who: Principal, usual: ZoneInfo) -> Wish:
    if asked.off:
        return Wish(who.person_id or "", None)
    if asked.starts is None or asked.ends is None:
        raise refused("/starts", "missing", "Quiet hours have a time at which they begin and one at which they end.")
    if asked.starts == asked.ends:
        raise refused("/ends", "order", "They end at another time than they begin.", sent=asked.ends)
    if asked.zone is not None and asked.zone not in available_timezones():
        raise refused("/zone", "unknown-zone", "There is no such time zone.", sent=asked.zone, allowed="Europe/Skopje")
    zone = ZoneInfo(asked.zone) if asked.zone is not None else usual
    days = tuple(day for day in DAYS if day in asked.days)
    return Wish(
        who.person_id or "", Quiet(time.fromisoformat(asked.starts), time.fromisoformat(asked.ends), zone, days)
    )


async def _shown(ctx: Context, who: Principal) -> Response:
    wish = (await ctx.db.read(quiet.wishes, [who.person_id or ""])).get(who.person_id or "")
    hours = wish.quiet if wish is not None else quiet.night(ctx.settings.night, _zone(ctx, who))
    now = ctx.clock.now()
    body: dict[str, Any] = {
        "set_by": "you" if wish is not None else "hub", "off": hours is None, "starts": None, "ends": None,
        "zone": None, "days": [], "quiet_until": hours.until(now) if hours else None,
    }  # fmt: skip
    if hours is not None:
        body |= {
            "starts": f"{hours.starts:%H:%M}", "ends": f"{hours.ends:%H:%M}", "zone": hours.zone.key,
            "days": list(hours.days),
        }  # fmt: skip
    return answer(body)
