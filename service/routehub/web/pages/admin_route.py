"""Administration of a route: parties with their names and reporting times, borders, places, fields."""

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from routehub.core.language import _, later
from routehub.directory import route_office
from routehub.directory.route_office import PLACE_KINDS, NewName, NewPlace, NewTimes
from routehub.web.admin import Operator, put
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import Visitor
from routehub_schemas import reference

router = APIRouter(route_class=PageRoute)
WORDS = {
    "name": later("Write the name"),
    "start": later("Give a day, such as 2026-02-01"),
    "due": later("Write a time, such as 08:00"),
    "period_end": later("Write a time, such as 06:00"),
    "zone": later("Write a zone, such as Europe/Ljubljana"),
    "code": later("Write a border or party and a short name, such as GR-MK/gevgelija"),
}
Apply = Callable[[Any, Any, Any], object]
FORMS: dict[str, tuple[str, type[BaseModel], Apply]] = {
    "name": ("name-", NewName, route_office.name_party), "times": ("times-", NewTimes, route_office.set_times),
    "place": ("place-", NewPlace, route_office.put_place),
}  # fmt: skip


@router.get("/admin/route")
async def show(request: Request, ctx: Web, who: Operator) -> Response:
    """The route's reference data, and the forms that change it from a day on."""
    return _show(request, ctx, who, {}, Faults())


def _show(request: Request, ctx: WebContext, who: Visitor, typed: dict[str, str], faults: Faults) -> Response:
    directory, today = ctx.directory.value, ctx.clock.now().astimezone(who.route.zone).date()
    members = who.route.members(today)
    names = {m.party: directory.parties[m.party].names for m in members if m.party in directory.parties}
    fields = {prefix + name: "" for prefix, model, _ in FORMS.values() for name in model.model_fields}
    values = {
        "members": members, "names": names, "to_come": _to_come(who, today), "legs": who.route.legs_on(today),
        "places": sorted(who.route.places.values(), key=lambda place: place.code), "kinds": PLACE_KINDS,
        "plans": [reference.plans()[plan] for plan in who.route.plans if plan in reference.plans()],
        "indicators": list(reference.indicators().values()), "typed": fields | typed, "faults": faults,
        "done": "" if faults else request.query_params.get("done", ""),
    }  # fmt: skip
    title = _("Route")
    return page(
        request, ctx, who, "admin_route.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


def _to_come(who: Visitor, today: date) -> list[Any]:
    """Places of parties on the route that begin later: new reporting times, parties that join."""
    return [m for m in who.route.memberships if m.valid_from is not None and m.valid_from > today]


async def _put(request: Request, ctx: WebContext, who: Visitor, form: Form, what: str) -> Response:
    prefix, model, apply = FORMS[what]
    typed, faults = await put(ctx, form, model, prefix, WORDS, lambda tx, given: apply(tx, who.principal, given))
    return _show(request, ctx, who, typed, faults) if faults else go(f"{who.base}/admin/route?done={what}#{what}")


@router.post("/admin/route/name")
async def name(request: Request, ctx: Web, who: Operator, form: OwnForm) -> Response:
    """Give a party a name from a day on; earlier records keep the one before."""
    return await _put(request, ctx, who, form, "name")


@router.post("/admin/route/times")
async def times(request: Request, ctx: Web, who: Operator, form: OwnForm) -> Response:
    """Give a party other reporting times from a day to come."""
    return await _put(request, ctx, who, form, "times")


@router.post("/admin/route/place")
async def place(request: Request, ctx: Web, who: Operator, form: OwnForm) -> Response:
    """Add a crossing point or centre, or give one another name."""
    return await _put(request, ctx, who, form, "place")
