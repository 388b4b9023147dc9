"""Administration of early warning: the thresholds of a route's rules, and how they were changed."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from routehub.core.errors import HubError, Refused
from routehub.core.language import _
from routehub.directory.principal import HUB_PARTY
from routehub.journal.jobs import Change
from routehub.warning import steering
from routehub.warning.parameters import Parameters
from routehub.web.admin import Operator
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.pages.admin import actor_name
from routehub.web.render import page
from routehub.web.visitor import Visitor
from routehub_schemas import wire
from routehub_schemas.errors import Invalid

router = APIRouter(route_class=PageRoute)
LONGEST = 20_000


@router.get("/admin/early-warning")
async def show(request: Request, ctx: Web, who: Operator) -> Response:
    """The parameters of this route's rules beside their defaults, and every change of them."""
    return await _show(request, ctx, who, None, Faults())


async def _show(request: Request, ctx: WebContext, who: Visitor, typed: str | None, faults: Faults) -> Response:
    history = await ctx.db.read(steering.history, who.route.code)
    said = dict(history[0].said) if history else {}
    values = {
        "rules": _rules(said), "faults": faults,
        "typed": typed if typed is not None else json.dumps(said, indent=2) if said else "{}",
        "history": [
            (one, actor_name(ctx.directory.value, one.made_by), json.dumps(dict(one.said))) for one in history
        ],
        "done": "" if faults else request.query_params.get("done", ""),
    }  # fmt: skip
    title = _("Thresholds of early warning")
    return page(
        request, ctx, who, "admin_warning.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


def _rules(said: dict[str, Any]) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    """Each rule with (parameter, value, default)."""
    now, usual = Parameters.from_json(said).to_json(), Parameters().to_json()
    return [
        (rule.replace("_", " ").capitalize(), [(name, now[rule][name], usual[rule][name]) for name in usual[rule]])
        for rule in usual
    ]


@router.post("/admin/early-warning")
async def set_parameters(request: Request, ctx: Web, who: Operator, form: OwnForm) -> Response:
    """Say what differs from the defaults, from the next day that closes on."""
    typed, faults = form.text("parameters"), Faults()
    try:
        said = wire.loads(typed.encode()[:LONGEST] or b"{}")
        if not isinstance(said, dict):
            raise Refused("Write an object in braces, such as {} for the defaults.")
        route, actor = who.route.code, who.principal.actor
        await ctx.writer.submit(Change(lambda tx: steering.set_parameters(tx, route, said, HUB_PARTY, actor)))
    except (Invalid, HubError) as error:
        for problem in error.problems:
            faults.add("parameters", f"{problem.pointer or 'It'}: {problem.message}")
        if not faults:
            faults.add("parameters", str(error))
        return await _show(request, ctx, who, typed, faults)
    return go(f"{who.base}/admin/early-warning?done=set")
