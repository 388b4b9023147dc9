"""Plans with their points, commitments with their progress, and the week's status of each point."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import commitments as sheet
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.boards.commitments.burn_up import burn_up
from routehub.boards.commitments.queries import Said, Step
from routehub.boards.commitments.standing import latest
from routehub.core.errors import Unknown, refused
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest
from routehub.views import plans as views
from routehub.views.plans import STATES, PointStatus, Shown, Week
from routehub_schemas import plan_points, reference
from routehub_schemas.errors import near
from routehub_schemas.reference import Plan, Point
from routehub_schemas.vocab import POINT_PATTERN

router = APIRouter(tags=["plans"], route_class=Door)

PlanName = Annotated[str, Path(max_length=60, description="The id of the plan, such as wbr-2015-final.")]
WeekName = Annotated[
    str | None, Query(max_length=10, description="A week of ISO 8601, such as 2016-W03; the present one when absent.")
]
State = Literal["overdue", "nothing_reported", "behind", "open", "on_track", "done", "withdrawn"]
assert set(State.__args__) == set(STATES)  # type: ignore[attr-defined]


def plan_body(plan: Plan, route: RouteView) -> dict[str, Any]:
    return {
        "id": plan.id, "title": plan.title, "family": plan.family, "version": plan.version, "agreed": plan.agreed,
        "declared": plan.declared, "listed": len(plan.points), "gap": plan.gap, "source": plan.source,
        "monitored": plan.id in route.plans,
        "versions": [other.id for other in reference.plans().values() if other.family == plan.family],
    }  # fmt: skip


def known_plan(name: str) -> Plan:
    found = reference.plans().get(name)
    if found is None:
        meant = near(name, reference.plans())
        hint = f" Did you mean {meant}?" if meant else ""
        raise Unknown(f"There is no plan {name[:60]}. There are: {', '.join(reference.plans())}.{hint}")
    return found


def asked_week(ctx: Context, route: RouteView, name: str | None) -> Week:
    found = views.week_of(route, ctx.clock.now(), name)
    if found is None:
        words = "Give a week of ISO 8601 that has begun, such as 2016-W03."
        raise refused("/query/week", "form", words, sent=(name or "")[:10])
    return found


async def _load(ctx: Context, who: Principal, route: RouteView, week: Week) -> dict[str, Shown]:
    def read(conn: Connection) -> dict[str, Shown]:
        return views.load(conn, readable(conn, who.route, who.party), route, week)

    return await ctx.db.read(read)


@router.get("/plans")
async def get_plans(_ctx: Ctx, _who: Reader, route: OnRoute) -> Response:
    """The plans that this hub knows, those first that the route monitors, each with the points that its text declares
    and how many of them the source names."""
    order = {name: at for at, name in enumerate(route.plans)}
    found = sorted(reference.plans().values(), key=lambda plan: order.get(plan.id, len(order)))
    return answer({"route": marking(route), "plans": [plan_body(plan, route) for plan in found]})


@router.get("/plans/{plan}")
async def get_plan(ctx: Ctx, who: Reader, route: OnRoute, plan: PlanName) -> Response:
    """One plan with its points, sub-items and owners, what the same points are called in other versions, and the
    commitments under each. What was filed under another version is under the point that says the same."""
    found = views.picture(known_plan(plan), await _load(ctx, who, route, week := asked_week(ctx, route, None)), week)
    return answer(
        {"route": marking(route), "now": ctx.clock.now(), "plan": plan_body(found.plan, route)}
        | {"points": [_point_in_full(one) for one in found.points]}
    )


def _point_in_full(one: PointStatus) -> dict[str, Any]:
    return _point(one.point) | {
        "code": one.code, "group": one.point.group, "items": [_point(item) for item in one.point.items],
        "elsewhere": list(one.elsewhere), "state": one.state, "since": one.since,
        "commitments": [shown.view.short_id for shown in one.commitments],
    }  # fmt: skip


def _point(point: Point) -> dict[str, Any]:
    return {"number": point.number, "title": point.title, "owners": list(point.owners)}


@offer(router, "/plans/{plan}/status", JSON, CSV, XLSX)
async def get_plan_status(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen, plan: PlanName, week: WeekName = None,
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """The week's status of each point, as was known at the end of that week: on track, behind, overdue, done, or
    nothing reported since when; and the progress since a week before."""
    known, asked = known_plan(plan), asked_week(ctx, route, week)
    found = views.picture(known, await _load(ctx, who, route, asked), asked)
    if form is JSON:
        return answer(
            {
                "route": marking(route), "plan": plan_body(known, route),
                "week": {"name": asked.name, "first": asked.first, "last": asked.last, "at": asked.at},
                "points": [_status(one) for one in found.points],
            }
        )  # fmt: skip
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    tlp = strictest(sheet.tlp_of(one) for point in found.points for one in point.commitments)
    table = sheet.status(found, sheets.marking)
    return await sheets.one(table, f"{plan}-{asked.name}", f"{known.title}: week {asked.name}", tlp)


def _status(one: PointStatus) -> dict[str, Any]:
    return _point(one.point) | {
        "code": one.code, "state": one.state, "since": one.since,
        "commitments": [
            {
                "short_id": c.view.short_id, "title": c.view.now.title, "owners": list(c.view.now.owners),
                "state": c.standing.state, "reached": reached_body(c), "target": c.view.now.target,
                "unit": c.view.now.unit,
                "change_since_last_week": c.standing.change, "deadline": c.standing.deadline,
                "projected": c.standing.projection.date, "reported_at": c.standing.reported_at,
            }
            for c in one.commitments
        ],
    }  # fmt: skip


# --- commitments --------------------------------------------------------------------------------------


@offer(router, "/commitments", JSON, CSV, XLSX)
async def get_commitments(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    point: Annotated[str | None, Query(max_length=60, pattern=POINT_PATTERN, description="Plan and point.")] = None,
    party: Annotated[str | None, Query(max_length=20, description="One of its owners.")] = None,
    state: State | None = None,
    table: Annotated[str, Query(pattern="^(commitments|progress)$", description="CSV: which table.")] = "commitments",
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Commitments in the order in which they were made, each with how it stands: reached, projected date with its
    arithmetic, overdue. XLSX has all statements of progress on a sheet of their own."""
    every = await _load(ctx, who, route, asked_week(ctx, route, None))
    owner = (ctx.directory.value.party_code(party) or party) if party else None
    found = [one for one in every.values() if _wanted(one, point, owner, state)]
    if form is JSON:
        bodies = [_commitment(one, every) for one in found]
        return answer({"route": marking(route), "now": ctx.clock.now(), "commitments": bodies})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    both = {
        "commitments": sheet.commitments(found, every, sheets.marking),
        "progress": sheet.progress(found, sheets.marking),
    }  # fmt: skip
    if form is CSV:
        return sheets.csv(both[table], table)
    return await sheets.xlsx(
        list(both.values()), "commitments", "Commitments and their progress", strictest(map(sheet.tlp_of, found))
    )


def _wanted(one: Shown, point: str | None, owner: str | None, state: str | None) -> bool:
    """A point is asked for in any version: what is filed under the same point of another one is found too."""
    if point is not None:
        plan, _, number = point.partition("/")
        over = plan_points.under(plan, point)
        here = {n for code in one.view.now.points for n in plan_points.under(plan, code)}
        if point not in one.view.now.points and (number not in over or number not in here):
            return False
    return (owner is None or one.view.owned_by(owner)) and (state is None or one.standing.state == state)


@router.get("/commitments/{ref}")
async def get_commitment(
    ctx: Ctx, who: Reader, route: OnRoute,
    ref: Annotated[str, Path(max_length=60, description="Short id, or the id of any of its messages.")],
) -> Response:  # fmt: skip
    """One commitment with all that was said about it, and its values by day for a graph."""
    every = await _load(ctx, who, route, asked_week(ctx, route, None))
    found = views.find(every, ref)
    if found is None:
        raise Unknown("There is no commitment with this id that you can see.")
    return answer(
        _commitment(found, every)
        | {
            "said": [_said(one) for one in found.view.said], "progress": [step_body(one) for one in found.view.steps],
            "burn_up": [asdict(mark) for mark in burn_up(found.view)],
        }
    )  # fmt: skip


def reached_body(one: Shown) -> dict[str, Any] | None:
    reached = one.standing.reached
    return None if reached is None else {"value": reached.value, "day": reached.day}


def _commitment(one: Shown, every: Mapping[str, Shown]) -> dict[str, Any]:
    view, now, s = one.view, one.view.now, one.standing
    parent = every.get(now.parent or "")
    hit = {title.casefold(): step.as_of for step in reversed(view.steps) for title in step.milestones}
    return {
        "id": view.id, "short_id": view.short_id, "party": view.party, "owners": list(now.owners),
        "category": now.category, "title": now.title, "text": now.text, "points": list(now.points),
        "target": now.target, "unit": now.unit,
        "rate": None if now.rate is None else {"value": now.rate, "per": now.rate_per},
        "deadline": _deadline(now),
        "milestones": [asdict(goal) | {"reached_on": hit.get(goal.title.casefold())} for goal in now.milestones],
        "parent": parent.view.short_id if parent else None,
        "children": [every[child].view.short_id for child in view.children if child in every],
        "parts": None if one.parts is None else asdict(one.parts) | {
            "left_out": [{"short_id": short_id, "why": why} for short_id, why in one.parts.left_out],
        },
        "report": now.report, "made_at": view.made_at, "updated_at": now.accepted_at, "exercise": view.exercise,
        "tlp": sheet.tlp_of(one), "author": now.author, "message": now.message_id, "state": s.state,
        "stages": [
            {"stage": stage, "value": step.value, "as_of": step.as_of, "message": step.message_id}
            for stage, step in latest(view.steps).items()
        ],
        "reached": reached_body(one), "remaining": s.remaining, "percent": s.percent,
        "projection": asdict(s.projection), "days_overdue": s.days_overdue, "reported_at": s.reported_at,
        "change_since_last_week": s.change,
    }  # fmt: skip


def _deadline(now: Said) -> dict[str, Any] | None:
    if now.deadline_text is None and now.deadline is None:
        return None
    return {"text": now.deadline_text, "date": now.deadline, "exact": now.deadline_exact}


def _said(said: Said) -> dict[str, Any]:
    return {
        "message": said.message_id, "at": said.accepted_at, "title": said.title, "target": said.target,
        "unit": said.unit, "owners": list(said.owners), "deadline": _deadline(said), "party": said.party,
        "author": said.author,
    }  # fmt: skip


def step_body(step: Step) -> dict[str, Any]:
    return {
        "message": step.message_id, "at": step.accepted_at, "stage": step.stage, "value": step.value,
        "as_of": step.as_of, "text": step.text, "reason": step.reason, "milestones": list(step.milestones),
        "report": step.report, "party": step.party, "author": step.author,
    }  # fmt: skip
