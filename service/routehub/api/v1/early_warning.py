"""Early warning: forecasts with their arithmetic, and the board on which its rules account for themselves."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.v1.answers import answer, marking
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.warning import queries
from routehub.warning.queries import Account, RuleScore
from routehub.warning.record import Line
from routehub.warning.rules import RULES

router = APIRouter(tags=["early warning"], route_class=Door)


def _shared_with(who: Principal, route: RouteView, today: Any) -> bool:
    """Forecasts and conditions rest on what all parties of the route read, and are theirs; not the observers'."""
    return any(m.party == who.party for m in route.members(today, "member", "coordinator"))


@router.get("/forecasts")
async def get_forecasts(
    ctx: Ctx, who: Reader, route: OnRoute,
    leg: Annotated[str | None, Query(max_length=40, description="Such as GR-MK; all when absent.")] = None,
) -> Response:  # fmt: skip
    """How many people each leg will see in the coming days: an 80 % interval, the naive forecasts beside it, what it
    was worked out from, and its error so far; and set against the free places of each party, in how many days it will
    be full. Observers see none: it rests on figures of all parties."""
    today = ctx.clock.now().astimezone(route.zone).date()
    shared = _shared_with(who, route, today)
    found = await ctx.db.read(queries.account, route.code) if shared else Account(None)
    return answer(
        {
            "route": marking(route), "closed_day": found.closed, "interval": "80 %",
            "forecasts": [f for f in found.forecasts if leg is None or leg == f["leg"]],
            "errors": [e for e in found.errors if leg is None or leg == e["leg"]],
            "rooms": [r for r in found.rooms if leg is None or leg.partition("-")[2] == r["party"]],
        }
    )  # fmt: skip


@router.get("/early-warning")
async def get_early_warning(
    ctx: Ctx, who: Reader, route: OnRoute,
    past: Annotated[bool, Query(description="Conditions that have ended too, the newest 200.")] = False,
) -> Response:  # fmt: skip
    """The rules with their parameters, the conditions that last, and how often each rule was right and how early."""
    today = ctx.clock.now().astimezone(route.zone).date()
    shared = _shared_with(who, route, today)

    def read(conn: Connection) -> tuple[Account, list[tuple[str, Line]], list[RuleScore]]:
        if not shared:
            return Account(None), [], []
        lines = queries.conditions(conn, route.code, open_only=not past)
        return queries.account(conn, route.code), lines, queries.scores(conn, route.code, RULES)

    account, lines, scores = await ctx.db.read(read)
    parameters = account.parameters if shared else {}
    return answer(
        {
            "route": marking(route), "closed_day": account.closed,
            "rules": [_rule(score, parameters) for score in scores],
            "conditions": [_condition(key, line) for key, line in lines], "forecast_errors": list(account.errors),
            "changed_parameters": account.changed, "changed_from": account.changed_from,
        }
    )  # fmt: skip


def _rule(score: RuleScore, parameters: Mapping[str, Any]) -> dict[str, Any]:
    about = RULES.get(score.rule)
    return {
        **asdict(score), "precision": score.precision, "what": about.words if about else score.rule,
        "parameters": {name: parameters[name] for name in about.parameters if name in parameters} if about else {},
    }  # fmt: skip


def _condition(key: str, line: Line) -> dict[str, Any]:
    c, f = line.condition, line.finding
    return {
        "key": key, "rule": c.rule, "subject": c.subject, "level": c.level.value, "severity": c.severity,
        "opened": c.opened, "last": c.last, "days": c.days, "ended": line.ended, "why_ended": line.why,
        "alert": line.alert, "alert_day": line.told, "correct": line.true, "lead_days": line.lead,
        "headline": f.headline, "arithmetic": f.arithmetic, "expects": f.expects, "score": f.score, "legs": f.legs,
        "inputs": f.inputs,
    }  # fmt: skip
