"""Alerts with who has acknowledged them, and what has changed since."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import records as record_sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.route import picture_of
from routehub.boards.alerts.queries import AlertView, alert, alerts
from routehub.core.errors import Unknown, refused
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest
from routehub.views import briefing
from routehub.views.briefing import Briefing
from routehub.views.changes import Line

router = APIRouter(tags=["boards"], route_class=Door)


def alert_body(view: AlertView) -> dict[str, Any]:
    found = asdict(view)
    found["acknowledgements"] = [
        {
            "party": a.party, "state": "acknowledged" if a.at else "waiting", "at": a.at, "by": a.by, "text": a.text,
            "channel": a.channel,
        }
        for a in view.acknowledgements
    ]  # fmt: skip
    return found


@offer(router, "/alerts", JSON, CSV, XLSX)
async def get_alerts(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    open_only: Annotated[bool, Query(alias="open")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Alerts, open ones first, worst first."""
    now = ctx.clock.now()

    def read(conn: Connection) -> list[AlertView]:
        ids = readable(conn, who.route, who.party)
        return alerts(conn, ids, who.route, now, open_only=open_only, limit=limit)

    views = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "alerts": [alert_body(view) for view in views]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    title = "Open alerts" if open_only else "Alerts"
    return await sheets.one(
        record_sheets.alerts(views, sheets.marking), "alerts", title, strictest(view.tlp for view in views)
    )


@router.get("/alerts/{ref}")
async def get_alert(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Short id or message id.")]
) -> Response:
    """One alert with its acknowledgements."""
    now = ctx.clock.now()

    def read(conn: Connection) -> AlertView | None:
        return alert(conn, readable(conn, who.route, who.party), who.route, ref, now)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown("There is no alert with this id that you can see.")
    return answer(alert_body(view))


def line_body(line: Line) -> dict[str, Any]:
    """One ranked change."""
    return {
        "mark": line.mark, "at": line.at, "party": line.party, "text": line.text, "ref": line.ref,
        "severity": line.severity,
    }  # fmt: skip


@router.get("/status")
async def get_status(
    ctx: Ctx, who: Reader, route: OnRoute,
    since: Annotated[datetime | None, Query(description="From when; 24 hours back when absent.")] = None,
) -> Response:  # fmt: skip
    """What changed, in ranked lines, and what waits for your party."""
    if since is not None and since.tzinfo is None:
        raise refused("/query/since", "form", "Give a time with its offset, such as 2015-10-20T18:00:00Z.")
    picture = await picture_of(ctx, who, route)
    begin = since or picture.now - timedelta(hours=24)

    def read(conn: Connection) -> Briefing:
        ids = readable(conn, who.route, who.party)
        return briefing.load(conn, ctx.directory.value, route, who, ids, picture, begin)

    found = await ctx.db.read(read)
    return answer(
        {
            "route": marking(route), "now": picture.now, "party": who.party,
            "expected": len(picture.stations), "reported": len(picture.in_states("in", "nothing_to_report")),
            "due": len(picture.in_states("due")), "late": len(picture.in_states("late")),
            "silent": len(picture.in_states("silent")), "excused": len(picture.in_states("excused")),
            "lines": [line_body(line) for line in found.lines[:5]], "more": max(0, len(found.lines) - 5),
            "todo": [asdict(item) for item in found.todo],
        }
    )  # fmt: skip
