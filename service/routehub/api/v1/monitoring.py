"""The monitoring report of a plan over a week or any other days."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, PDF, XLSX, Chosen, offer
from routehub.api.sheets import commitments as sheet
from routehub.api.sheets.answers import Bom, Hxl, Sheets, named
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.plans import PlanName, WeekName, asked_week, known_plan, plan_body, reached_body, step_body
from routehub.core.errors import Refused, refused
from routehub.digests.render.monitoring_paper import monitoring_paper
from routehub.digests.render.pdf import pdf
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest
from routehub.views import monitoring as views
from routehub.views.monitoring import Followed, MonitoringReport, PointReport, Span
from routehub_schemas.errors import Problem

router = APIRouter(tags=["plans"], route_class=Door)

First = Annotated[date | None, Query(description="The first day, such as 2015-12-01; together with `last`.")]
Last = Annotated[date | None, Query(description="The last day, such as 2015-12-15.")]


def _span(ctx: Context, route: RouteView, week: str | None, first: date | None, last: date | None) -> Span:
    """The days that are asked for: those of a week, or any from one day to another."""
    if first is None and last is None:
        return views.week_span(route, asked_week(ctx, route, week))
    if week is not None:
        raise refused("/query/week", "twice", "Ask for a week, or for a first and a last day.", sent=week[:10])
    if first is None or last is None:
        missing = "first" if first is None else "last"
        raise refused(f"/query/{missing}", "missing", "Give the first and the last day.")
    found = views.span(route, first, last, ctx.clock.now())
    if found is not None:
        return found
    if first > last:
        problem = Problem("/query/last", "order", "The last day lies before the first.", last, first)
    else:
        problem = Problem("/query/first", "not-begun", "These days have not begun.", first)
    raise Refused(problem.message, [problem])


@offer(router, "/plans/{plan}/report", JSON, CSV, XLSX, PDF)
async def get_monitoring_report(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen, plan: PlanName, week: WeekName = None,
    first: First = None, last: Last = None, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Every point of a plan with its commitments: how each stands at the end of a week or of any other days, how it
    stood at their beginning, what was added, and what was said about it. As was known then, so that a report of a time
    that is over always reads the same."""
    known, days = known_plan(plan), _span(ctx, route, week, first, last)

    def read(conn: Connection) -> MonitoringReport:
        return views.load(conn, readable(conn, who.route, who.party), route, known, days)

    found = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "plan": plan_body(known, route)} | _report(found))
    tlp = strictest(sheet.tlp_of(one.now) for one in found.commitments)
    title = f"{known.title}: {days.first} to {days.last}"
    name = f"{plan}-report-{days.name or f'{days.first}-{days.last}'}"
    if form is PDF:
        paper = monitoring_paper(found, ctx.directory.value, route, ctx.settings.public_url.rstrip("/"), tlp)
        headers = named(route, name, days.end, PDF) | {"TLP": tlp}
        return Response(await asyncio.to_thread(pdf, paper), headers=headers, media_type=PDF.content_type)
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    return await sheets.one(sheet.monitoring(found, sheets.marking), name, title, tlp)


def _report(found: MonitoringReport) -> dict[str, Any]:
    span = found.span
    return {
        "days": {
            "first": span.first, "last": span.last, "week": span.name, "begin": span.begin, "end": span.end,
            "over": span.over,
        },
        "overdue": [one.now.view.short_id for one in found.overdue],
        "nothing_heard": [one.now.view.short_id for one in found.silent],
        "points": [_point(point) for point in found.points],
    }  # fmt: skip


def _point(one: PointReport) -> dict[str, Any]:
    return {
        "number": one.point.number, "title": one.point.title, "owners": list(one.point.owners), "code": one.code,
        "elsewhere": list(one.elsewhere), "state": one.state, "state_before": one.state_before,
        "commitments": [_followed(followed) for followed in one.commitments],
    }  # fmt: skip


def _followed(one: Followed) -> dict[str, Any]:
    now, s = one.now.view.now, one.now.standing
    return {
        "short_id": one.now.view.short_id, "title": now.title, "owners": list(now.owners), "state": s.state,
        "state_before": one.state_before, "reached": reached_body(one.now),
        "reached_before": reached_body(one.before) if one.before is not None else None, "change": one.change,
        "target": now.target, "unit": now.unit, "deadline": now.deadline, "days_overdue": s.days_overdue,
        "projected": s.projection.date, "reported_at": s.reported_at, "made": one.made,
        "changed": [said.message_id for said in one.said], "progress": [step_body(step) for step in one.steps],
        "tlp": sheet.tlp_of(one.now),
    }  # fmt: skip
