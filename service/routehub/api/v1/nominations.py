"""Who has nominated contact points, by a clock per party; and who is on duty now."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Who
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import people as people_sheet
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.people import person_body
from routehub.core.clock import wall
from routehub.directory import nominations
from routehub.directory.people import may_see
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView

router = APIRouter(tags=["directory"], route_class=Door)


@offer(router, "/nominations", JSON, CSV, XLSX)
async def get_nominations(
    request: Request, ctx: Ctx, who: Who, route: OnRoute, form: Chosen, hxl: Hxl = False, bom: Bom = False
) -> Response:
    """Whether each party has nominated a contact point within 24 hours: nominated, running (due at) or overdue. Times
    are those of the real calendar, also in an exercise."""
    directory, at = ctx.directory.value, wall()
    today = ctx.clock.now().astimezone(route.zone).date()
    rows = [
        {"name": directory.name(one.party, today), **asdict(one), "hours": one.hours}
        for one in nominations.standings(directory, route, today, at)
    ]
    if form is JSON:
        return answer({"route": marking(route), "now": at, "parties": rows})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    return await sheets.one(
        people_sheet.nominations(rows, sheets.marking), "nominations", "Nominations of contact points", "AMBER"
    )


@router.get("/duty")
async def get_duty(ctx: Ctx, who: Who, route: OnRoute) -> Response:
    """Who is on duty now, party by party, and which deputies can be reached. A party without anybody says so. Contact
    details are of those whom you may see."""
    directory, at = ctx.directory.value, wall()
    today = ctx.clock.now().astimezone(route.zone).date()
    rows = [
        {"party": member.party, "name": directory.name(member.party, today)}
        | _duty(directory, who, route, member.party, at)
        for member in route.members(today, "member", "coordinator")
    ]
    return answer({"route": marking(route), "now": at, "parties": rows})


def _duty(directory: Directory, who: Principal, route: RouteView, party: str, at: datetime) -> dict[str, Any]:
    on_duty = directory.on_duty(route.code, party, at)
    others = [p for p in directory.reachable(route.code, party, at) if p not in on_duty]
    return {
        "covered": bool(on_duty),
        "on_duty": [person_body(directory, who, p, at) for p in on_duty if may_see(directory, who, p)],
        "deputies": [person_body(directory, who, p, at) for p in others if may_see(directory, who, p)],
    }
