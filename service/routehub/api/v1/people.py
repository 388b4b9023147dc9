"""People of the route: nominated, changed, withdrawn; and the hand-over of duties."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Someone, Who
from routehub.api.v1.answers import answer
from routehub.core.canonical import dumps
from routehub.core.clock import wall
from routehub.core.errors import Unknown
from routehub.directory import hand_over, people
from routehub.directory.hand_over import NewHandOver
from routehub.directory.people import Nomination, PersonChange
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, HandOverView, PersonView
from routehub_schemas import parse

router = APIRouter(tags=["directory"], route_class=Door)
Id = Annotated[str, Path(max_length=60)]


def created(body: Any, where: str) -> Response:
    return Response(dumps(body), 201, {"Cache-Control": "no-store", "Location": where}, media_type="application/json")


@router.get("/people")
async def get_people(
    ctx: Ctx,
    who: Who,
    party: Annotated[str | None, Query(max_length=40, description="Only of this party.")] = None,
    all: Annotated[bool, Query(description="Withdrawn and ended nominations too, of your own party.")] = False,
) -> Response:
    """Nominated people of the route that you may see, with who is on duty now."""
    directory, at = ctx.directory.value, wall()
    code = directory.party_code(party) if party else None
    found = [
        person for person in directory.people.values()
        if people.may_see(directory, who, person)
        and (party is None or person.party == code)
        and (person.active(at) or (all and people.may_manage(who, person.party)) or _to_come(person, at))
        and (person.roles.get(who.route) or "operator" in who.roles or all)
    ]  # fmt: skip
    return answer({"people": [person_body(directory, who, person, at) for person in found]})


def _to_come(person: PersonView, at: datetime) -> bool:
    return person.withdrawn_at is None and at < person.valid_from


@router.get("/people/{person}")
async def get_person(ctx: Ctx, who: Who, person: Id) -> Response:
    """One person that you may see."""
    directory = ctx.directory.value
    found = directory.people.get(person)
    if found is None or not people.may_see(directory, who, found):
        raise Unknown("There is no such person that you can see.")
    return answer(person_body(directory, who, found, wall()))


@router.post("/people", status_code=201)
async def post_person(request: Request, ctx: Ctx, who: Someone) -> Response:
    """Nominate a person for your party (its office), or for any (the operator)."""
    given = parse.validate(Nomination, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.change(lambda tx: people.nominate(tx, who, given))
    body = person_body(ctx.directory.value, who, made, wall())
    return created(body, f"/v1/routes/{who.route}/people/{made.id}")


@router.patch("/people/{person}")
async def patch_person(request: Request, ctx: Ctx, who: Someone, person: Id) -> Response:
    """Change a person; what is not named stays. ``roles`` are those on this route, all of them."""
    given = parse.validate(PersonChange, await json_body(request, ctx.settings.max_body_bytes))
    changed = await ctx.change(lambda tx: people.change(tx, who, person, given))
    return answer(person_body(ctx.directory.value, who, changed, wall()))


@router.post("/people/{person}/withdraw")
async def withdraw_person(
    ctx: Ctx, who: Someone, person: Id,
    leave_gap: Annotated[bool, Query(description="Even if nobody of the party can be reached then.")] = False,
) -> Response:  # fmt: skip
    """Withdraw a nomination at once: sign-ins and streams of the person end, hand-overs too. Where nobody of the party
    could be reached afterwards, 422 says so first."""
    gone = await ctx.change(lambda tx: people.withdraw(tx, who, person, leave_gap=leave_gap))
    return answer(person_body(ctx.directory.value, who, gone, wall()))


def person_body(directory: Directory, who: Principal, person: PersonView, at: datetime) -> dict[str, Any]:
    duty = directory.on_duty(who.route, person.party, at)
    return {
        "id": person.id, "party": person.party, "name": person.name, "function": person.function,
        "email": person.email, "phone": person.phone, "languages": person.languages, "zone": person.zone or None,
        "roles": sorted(person.roles.get(who.route, ())), "on_duty": any(p.id == person.id for p in duty),
        "stands_in_for": [p.id for p in directory.stands_in_for(who.route, person.id, at)],
        "valid_from": person.valid_from, "valid_until": person.valid_until, "withdrawn_at": person.withdrawn_at,
        "nominated_at": person.nominated_at, "accepted_at": person.accepted_at,
    }  # fmt: skip


@router.get("/hand-overs")
async def get_hand_overs(
    ctx: Ctx, who: Who, all: Annotated[bool, Query(description="Also those that are over.")] = False
) -> Response:
    """Hand-overs of your party on this route: proposed, accepted and running ones."""
    directory, at = ctx.directory.value, wall()
    found = [
        view for view in directory.hand_overs
        if view.route == who.route
        and ("operator" in who.roles or directory.people[view.person].party == who.party)
        and (all or hand_over.state(view, at) in ("proposed", "accepted", "running"))
    ]  # fmt: skip
    return answer({"hand_overs": [_hand_over(directory, view) for view in found]})


@router.post("/hand-overs", status_code=201)
async def post_hand_over(request: Request, ctx: Ctx, who: Someone) -> Response:
    """Hand your duty over, or as the party's office a colleague's. Nothing moves before the deputy accepts."""
    given = parse.validate(NewHandOver, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.change(lambda tx: hand_over.make(tx, who, given))
    return created(_hand_over(ctx.directory.value, made), f"/v1/routes/{who.route}/hand-overs")


@router.post("/hand-overs/{hand_over}/{act}")
async def act_on_hand_over(
    ctx: Ctx,
    who: Someone,
    hand_over: Id,
    act: Annotated[str, Path(max_length=20, description="accept, take-over (at once), decline or take-back.")],
) -> Response:
    """Accept, take over at once, decline, or take back."""
    done = await _act(ctx, who, hand_over, act)
    return answer(_hand_over(ctx.directory.value, done))


async def _act(ctx: Context, who: Principal, found: str, act: str) -> HandOverView:
    if act in ("accept", "take-over"):
        return await ctx.change(lambda tx: hand_over.accept(tx, who, found, now=act == "take-over"))
    if act in ("decline", "take-back"):
        return await ctx.change(lambda tx: hand_over.end(tx, who, found))
    raise Unknown("A hand-over is answered with accept, take-over, decline or take-back.")


def _hand_over(directory: Directory, view: HandOverView) -> dict[str, Any]:
    people_concerned = {
        name: {"id": found, "name": directory.people[found].name}
        for name, found in (("person", view.person), ("deputy", view.deputy))
    }
    return {
        "id": view.id, **people_concerned, "starts": view.starts, "ends": view.ends,
        "accepted_at": view.accepted_at, "ended_at": view.ended_at, "state": hand_over.state(view, wall()),
    }  # fmt: skip
