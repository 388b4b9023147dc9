"""The route as it stands today, and who has reported."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import records as record_sheets
from routehub.api.sheets import route as route_sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.boards.reporting.freshness import Freshness, Record, freshness, record
from routehub.boards.reporting.queries import days_of
from routehub.core.errors import refused
from routehub.directory.principal import Principal
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest, tlps
from routehub.views import route as route_view
from routehub.views.route import LegPicture, RoutePicture, Station, StationFigure
from routehub.views.totals import Total
from routehub_schemas.vocab import Day

router = APIRouter(tags=["boards"], route_class=Door)


async def picture_of(ctx: Context, who: Principal, route: RouteView) -> RoutePicture:
    directory, now = ctx.directory.value, ctx.clock.now()

    def read(conn: Connection) -> RoutePicture:
        return route_view.load(conn, directory, route, readable(conn, who.route, who.party), now)

    return await ctx.db.read(read)


@offer(router, "/route", JSON, CSV, XLSX)
async def get_route(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    table: Annotated[str, Query(pattern="^(stations|legs)$", description="CSV: which table.")] = "stations",
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Stations in travel order with freshness, figures and capacity; both counts of every leg. XLSX has both on sheets
    of their own."""
    picture = await picture_of(ctx, who, route)
    if form is not JSON:
        return await _route_sheets(Sheets(request, ctx, who, route, form, hxl, bom), picture, table)
    return answer(
        {
            "route": marking(route), "now": picture.now, "stations": [_station(s) for s in picture.stations],
            "legs": [_leg(leg) for leg in picture.legs],
        }
    )  # fmt: skip


async def _route_sheets(sheets: Sheets, picture: RoutePicture, table: str) -> Response:
    both = {"stations": route_sheets.stations(picture), "legs": route_sheets.legs(picture)}
    if sheets.form is CSV:
        return sheets.csv(both[table], f"route-{table}")
    marks = await sheets.ctx.db.read(tlps, route_sheets.messages(picture))
    return await sheets.xlsx(list(both.values()), "route", "The route as it stands", strictest(marks.values()))


def _fresh(f: Freshness) -> dict[str, Any]:
    return {
        "state": f.state, "day": f.day, "due_at": f.due_at, "at": f.reported_at, "last_day": f.last_day,
        "last_at": f.last_at, "silent_days": f.silent_days, "reason": f.reason, "excused_until": f.excused_until,
    }  # fmt: skip


def _total(total: Total | None) -> dict[str, Any] | None:
    if total is None:
        return None
    return {
        "value": total.value, "day": total.day, "flags": total.flags, "posted_at": total.accepted_at,
        "messages": total.messages,
    }  # fmt: skip


def _station_figure(figure: StationFigure) -> dict[str, Any]:
    return (_total(figure.now) or {}) | {
        "current": figure.current, "change": figure.change,
        "before": figure.before.value if figure.before else None,
    }  # fmt: skip


def _station(station: Station) -> dict[str, Any]:
    capacity = station.capacity
    return {
        "party": station.party, "name": station.name, "role": station.role, "position": station.position,
        "reporting": _fresh(station.freshness), "open_alerts": station.open_alerts,
        "figures": {name: _station_figure(f) for name, f in station.figures.items()},
        "capacity": None if capacity is None else asdict(capacity) | {
            "free": capacity.free, "percent": capacity.percent, "level": capacity.level,
        },
    }  # fmt: skip


def _leg(leg: LegPicture) -> dict[str, Any]:
    return {
        "leg": leg.leg.code, "from": leg.leg.from_party, "to": leg.leg.to_party, "lag_days": leg.leg.lag_days,
        "policy": leg.leg.policy, "day": leg.day, "departures": _total(leg.departures),
        "arrivals": _total(leg.arrivals), "sides": leg.sides, "difference": leg.difference, "differs": leg.differs,
    }  # fmt: skip


@offer(router, "/reporting", JSON, CSV, XLSX)
async def get_reporting(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    from_: Annotated[Day | None, Query(alias="from")] = None, to: Day | None = None,
    table: Annotated[str, Query(pattern="^(reporting|days)$", description="CSV: which table.")] = "reporting",
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Who has reported: the state now, and the record over a range (the last seven days when none is given). XLSX has a
    sheet by party and one by day."""
    now = ctx.clock.now()
    today = now.astimezone(route.zone).date()
    last_day = to or today
    first_day = from_ or max(last_day, date(2000, 1, 7)) - timedelta(days=6)
    if not timedelta(0) <= last_day - first_day <= timedelta(days=366) or first_day.year < 2000 or last_day.year > 2099:
        raise refused(
            "/query/from", "range", "Give a range of up to 366 days, the first day first.", sent=str(first_day)
        )

    def read(conn: Connection) -> list[record_sheets.Standing]:
        ids = readable(conn, who.route, who.party)
        first = min(first_day, today - timedelta(days=60))
        days = days_of(conn, ids, route.code, first, today + timedelta(days=1))
        found = []
        route_began = min((day for made in days.values() for day in made), default=today)
        for member in route.members(today):
            if not member.reports:
                continue
            made, current = days.get(member.party, {}), current_day(member, now)
            began = max(first_day, route_began)
            pauses = ctx.directory.value.pauses_of(route.code, member.party)
            kept = record(member, made, began, min(last_day, current) if to is None else last_day, now, pauses)
            name = ctx.directory.value.name(member.party, today)
            found.append((member.party, name, freshness(member, made, now, pauses), kept))
        return found

    standings = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "now": now, "parties": [_standing(*one) for one in standings]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    both = {
        "reporting": record_sheets.reporting(standings, sheets.marking),
        "days": record_sheets.days(standings, sheets.marking),
    }
    if form is CSV:
        return sheets.csv(both[table], "reporting" if table == "reporting" else "reporting-days")
    return await sheets.xlsx(list(both.values()), "reporting", f"Who has reported, {first_day} to {last_day}", "AMBER")


def _standing(party: str, name: str, state: Freshness, kept: Record) -> dict[str, Any]:
    return (
        {"party": party, "name": name}
        | _fresh(state)
        | {
            "days": [{"day": day, "mark": mark} for day, mark in kept.days], "expected": kept.expected,
            "arrived": kept.arrived, "on_time": kept.on_time,
            "reporting_rate": kept.reporting_rate, "on_time_rate": kept.on_time_rate,
        }
    )  # fmt: skip
