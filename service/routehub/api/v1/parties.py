"""The parties of a route, and who may enter on behalf of whom."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from routehub.api.body import json_body
from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Someone, Who
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import records as record_sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.core.canonical import dumps
from routehub.core.errors import Unknown
from routehub.directory import grants
from routehub.directory.grants import Grant
from routehub.directory.snapshot import Directory, Membership, RouteView
from routehub_schemas import parse

router = APIRouter(tags=["directory"], route_class=Door)
Code = Annotated[str, Path(max_length=40)]


@offer(router, "/parties", JSON, CSV, XLSX)
async def get_parties(
    request: Request, ctx: Ctx, who: Who, route: OnRoute, form: Chosen, hxl: Hxl = False, bom: Bom = False
) -> Response:
    """The parties on the route today, in travel order: names valid today, role, zone and due times."""
    today = ctx.clock.now().astimezone(route.zone).date()
    directory = ctx.directory.value
    found = [_party(directory, m, today) for m in route.members(today)]
    if form is JSON:
        return answer({"route": marking(route), "day": today, "parties": found})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    return await sheets.one(record_sheets.parties(found, sheets.marking), "parties", "Parties of the route", "AMBER")


@router.get("/parties/{party}")
async def get_party(ctx: Ctx, _who: Who, route: OnRoute, party: Code) -> Response:
    """One party of the route by its code or alias, with its neighbours and places."""
    today = ctx.clock.now().astimezone(route.zone).date()
    directory = ctx.directory.value
    member = route.membership(directory.party_code(party) or "", today)
    if member is None:
        raise Unknown(f"There is no party {party} on this route.")
    return answer(_party(directory, member, today) | _surroundings(route, member.party, today))


def _party(directory: Directory, member: Membership, today: date) -> dict[str, Any]:
    party = directory.parties[member.party]
    return {
        "code": party.code, "name": party.name(today), "kind": party.kind, "eu_member": party.eu_member,
        "aliases": sorted(alias for alias, code in directory.aliases.items() if code == party.code),
        "role": member.role, "zone": member.zone.key, "reports": member.reports,
        "due": f"{member.due:%H:%M}" if member.reports else None,
        "period_end": f"{member.period_end:%H:%M}" if member.reports else None,
    }  # fmt: skip


def _surroundings(route: RouteView, party: str, today: date) -> dict[str, Any]:
    places = sorted((p for p in route.places.values() if p.party == party), key=lambda place: place.code)
    return {
        "neighbours": sorted(route.neighbours(party, today)),
        "places": [{"code": place.code, "name": place.name, "kind": place.kind} for place in places],
    }


@router.get("/grants")
async def get_grants(ctx: Ctx, who: Who) -> Response:
    """Who may enter on behalf of whom, as far as it concerns your party."""
    found = grants.visible(ctx.directory.value, who)
    return answer({"grants": [{"actor": actor, "party": party} for actor, party in found]})


@router.post("/grants", status_code=201)
async def post_grant(request: Request, ctx: Ctx, who: Someone) -> Response:
    """Let another party enter on behalf of yours (its office), or of any (the operator)."""
    given = parse.validate(Grant, await json_body(request, ctx.settings.max_body_bytes))
    actor, party = await ctx.change(lambda tx: grants.allow(tx, who, given))
    body = dumps({"actor": actor, "party": party})
    return Response(body, 201, {"Cache-Control": "no-store"}, media_type="application/json")


@router.delete("/grants/{actor}/{party}", status_code=204)
async def delete_grant(ctx: Ctx, who: Someone, actor: Code, party: Code) -> Response:
    """Take it back: from now on ``actor`` enters nothing for ``party``."""
    await ctx.change(lambda tx: grants.withdraw(tx, who, actor, party))
    return Response(status_code=204, headers={"Cache-Control": "no-store"})
