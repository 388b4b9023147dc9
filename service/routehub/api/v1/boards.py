"""Boards: figures with their history, the route, reporting, alerts, and what changed."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import figures as figure_sheet
from routehub.api.sheets import records as record_sheets
from routehub.api.sheets import route as route_sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets, next_link
from routehub.boards.alerts.queries import AlertView, alert, alerts
from routehub.boards.figures.queries import DayValue, FigureQuery, FigureValue, day_values, figures, history, latest
from routehub.boards.reporting.freshness import Freshness, Record, freshness, record
from routehub.boards.reporting.queries import days_of
from routehub.core.canonical import dumps
from routehub.core.errors import Malformed, Unknown, refused
from routehub.directory.principal import Principal
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import Directory, RouteView
from routehub.directory.visibility import readable
from routehub.formats.sheets.table import Row
from routehub.journal import feed
from routehub.journal.feed import Cursor
from routehub.journal.markings import strictest, tlps
from routehub.views import briefing
from routehub.views import route as route_view
from routehub.views.briefing import Briefing
from routehub.views.changes import Line
from routehub.views.route import LegPicture, RoutePicture, Station, StationFigure
from routehub.views.totals import Total, daily_totals
from routehub_schemas import reference
from routehub_schemas.vocab import Day, Moment

router = APIRouter(tags=["boards"], route_class=Door)

# Dates and times of this century, as in messages: others cannot be moved by a zone without leaving the calendar.
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
Codes = Annotated[list[str], Query(max_length=100)]
PAGE = 1000
SHEET_PAGE = 5000
MOST_IN_A_BOOK = 50_000
"""Rows of a workbook, which is built in memory. CSV has no bound: it is written as it is read."""


def answer(body: Any) -> Response:
    return Response(dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def marking(route: RouteView) -> dict[str, Any]:
    return {
        "code": route.code, "title": route.title, "zone": route.zone.key, "exercise": route.exercise,
        "marking": route.marking,
    }  # fmt: skip


def figure(value: FigureValue, past: tuple[FigureValue, ...] | None = None) -> dict[str, Any]:
    """A figure as the API gives it: both times, status, and its history when asked for."""
    found: dict[str, Any] = {
        "party": value.party, "indicator": value.indicator, "place": value.place, "counterpart": value.counterpart,
        **value.dimensions, "day": value.day, "period": {"kind": value.bucket, "start": value.start, "end": value.end},
        "value": value.value, "status": value.shown_status, "method": value.method, "coverage": value.coverage,
        "carried_over": value.carried_over, "revised": value.revised, "note": value.note,
        "posted_at": value.accepted_at, "message": value.message_id,
    }  # fmt: skip
    if past is not None:
        found["history"] = [
            {
                "value": v.value, "status": v.status, "posted_at": v.accepted_at, "message": v.message_id,
                "reason": v.reason,
            }
            for v in past
        ]  # fmt: skip
    return found


def _as_of(conn: Connection, who: Principal, text: str) -> tuple[datetime | None, int | None]:
    """``as_of`` as a time with an offset, or as a cursor of the reader's own feed."""
    if "T" in text or "-" in text:
        try:
            return _MOMENT.validate_python(text.replace(" ", "+")), None
        except ValidationError:
            raise refused(
                "/query/as_of", "form", "Give a time with its offset (2015-10-20T18:00:00Z) or a cursor.",
                sent=text[:40],
            ) from None  # fmt: skip
    cursor = Cursor.parse(text)
    feed.check_cursor(cursor, feed.head(conn, who.route, who.party))
    items = feed.page(conn, who.route, who.party, cursor.feed - 1, 1) if cursor.feed else []
    return None, items[0].sequence if items else 0


@offer(router, "/figures", JSON, CSV, XLSX)
async def get_figures(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    party: Codes = [], indicator: Codes = [], place: Codes = [], counterpart: Codes = [],  # noqa: B006
    from_: Annotated[Day | None, Query(alias="from")] = None,
    to: Day | None = None,
    bucket: Annotated[str | None, Query(pattern="^(reporting_day|calendar_day|hour)$")] = None,
    as_of: Annotated[str | None, Query(max_length=40, description="A time with offset, or a cursor.")] = None,
    with_history: Annotated[bool, Query(alias="history")] = False,
    limit: Annotated[
        int | None, Query(ge=1, le=5000, description="JSON: 1,000 when not given; CSV and XLSX: all.")
    ] = None,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before.")] = None,
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Figures by day: the newest values, or with ``as_of`` what was known then. In CSV and XLSX all that match, one row
    per value; with ``history`` one per revision."""
    directory = ctx.directory.value

    def query(conn: Connection, most: int, key: tuple[date, str, datetime] | None) -> FigureQuery:
        moment, sequence = _as_of(conn, who, as_of) if as_of else (None, None)
        return FigureQuery(
            who.route, _codes(directory, party), frozenset(indicator), frozenset(place),
            _codes(directory, counterpart), bucket, from_, to, moment, sequence, most, key,
        )  # fmt: skip

    def read(conn: Connection) -> dict[str, Any]:
        ids, asked = readable(conn, who.route, who.party), query(conn, limit or PAGE, _key(after))
        found = figures(conn, ids, asked)
        shown = replace(asked, first=found[0].day, last=found[-1].day) if found else asked
        past = history(conn, ids, shown) if with_history and found else {}
        rows = [figure(v, past.get((v.series_id, v.bucket, v.start), ()) if with_history else None) for v in found]
        return {"route": marking(route), "figures": rows, "next": _next(found, asked.limit)}

    def sheet_page(conn: Connection, key: tuple[date, str, datetime] | None) -> SheetPage:
        ids, asked = readable(conn, who.route, who.party), query(conn, limit or SHEET_PAGE, key)
        found = figures(conn, ids, asked)
        shown = _revisions(conn, ids, asked, found) if with_history else found
        return found, shown, tlps(conn, {v.message_id for v in shown})

    if form is JSON:
        return answer(await ctx.db.read(read))
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    return await _figures_sheet(sheets, sheet_page, _key(after), limit)


SheetPage = tuple[list[FigureValue], list[FigureValue], dict[str, str]]
"""The values of a page, the rows that are shown for them, and the marking of each message."""
Page = Callable[[Connection, tuple[date, str, datetime] | None], SheetPage]


async def _figures_sheet(
    sheets: Sheets, page: Page, begin: tuple[date, str, datetime] | None, limit: int | None
) -> Response:
    """All pages, one after the other; with a limit one page, and a link to the next."""
    most, read = limit or SHEET_PAGE, sheets.ctx.db.read
    found, shown, markings = await read(page, begin)  # what can be refused is refused before the answer begins
    first = figure_sheet.rows(shown, markings, sheets.marking)
    following = _next(found, most)
    links = next_link(sheets.request, after=following) if limit and following else {}

    async def pages() -> AsyncIterator[Sequence[Row]]:
        yield first
        at = found
        while limit is None and _next(at, most):
            at, rows, marks = await read(page, _key(_next(at, most)))
            yield figure_sheet.rows(rows, marks, sheets.marking)

    if sheets.form is CSV:
        response = sheets.csv_stream(figure_sheet.table((), {}, sheets.marking), "figures", pages())
    else:
        rows: list[Row] = []
        async for some in pages():
            rows += some
            if len(rows) > MOST_IN_A_BOOK:
                raise refused(
                    "/query/from", "too-many-rows",
                    f"More than {MOST_IN_A_BOOK} rows match. Narrow the range, or take CSV.", allowed=MOST_IN_A_BOOK,
                )  # fmt: skip
        table = replace(figure_sheet.table((), {}, sheets.marking), rows=rows)
        response = await sheets.one(table, "figures", "Figures", strictest(str(row[-2]) for row in rows))
    response.headers.update(links)
    return response


def _revisions(
    conn: Connection, ids: Collection[int], asked: FigureQuery, found: list[FigureValue]
) -> list[FigureValue]:
    """Every revision of these values, oldest first."""
    if not found:
        return []
    days = [value.day for value in found]
    past = history(conn, ids, replace(asked, first=min(days), last=max(days)))
    return [old for v in found for old in past.get((v.series_id, v.bucket, v.start), (v,))]


def _next(found: Sequence[FigureValue], most: int) -> str | None:
    last = found[-1] if len(found) == most else None
    return f"{last.day}_{last.series}_{last.start.isoformat()}" if last else None


def _codes(directory: Directory, codes: list[str]) -> frozenset[str]:
    return frozenset(directory.party_code(code) or code for code in codes)


def _key(text: str | None) -> tuple[date, str, datetime] | None:
    if text is None:
        return None
    day, _, rest = text.partition("_")
    series, _, start = rest.rpartition("_")
    try:
        if series:
            return _DAY.validate_python(day), series, _MOMENT.validate_python(start.replace(" ", "+"))
    except ValueError:  # pydantic's is one
        pass
    raise Malformed("`after` is the `next` of the page before.")


@offer(router, "/figures/latest", JSON, CSV, XLSX)
async def get_latest(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    party: Codes = [], indicator: Codes = [], hxl: Hxl = False, bom: Bom = False,  # noqa: B006
) -> Response:  # fmt: skip
    """The newest value of every series."""
    directory = ctx.directory.value

    def read(conn: Connection) -> tuple[list[FigureValue], dict[str, str]]:
        query = FigureQuery(who.route, _codes(directory, party), frozenset(indicator))
        found = latest(conn, readable(conn, who.route, who.party), query)
        return found, {} if form is JSON else tlps(conn, {v.message_id for v in found})

    found, markings = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "figures": [figure(v) for v in found]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = figure_sheet.table(found, markings, sheets.marking)
    return await sheets.one(table, "latest-figures", "The newest value of every series", strictest(markings.values()))


LONGEST = 366


@router.get("/figures/totals")
async def get_totals(
    ctx: Ctx, who: Reader, route: OnRoute,
    indicator: Annotated[str, Query(max_length=40, description="One of /v1/indicators.")],
    party: Codes = [],  # noqa: B006
    from_: Annotated[Day | None, Query(alias="from")] = None, to: Day | None = None,
) -> Response:  # fmt: skip
    """Each party's own total of an indicator by reporting day (the last 90 days when none are given). A day without
    figures is not there; totals of different parties are never added up."""
    if indicator not in reference.indicators():
        known = list(reference.indicators())
        raise refused("/query/indicator", "unknown-indicator", "Not in the catalogue.", sent=indicator, allowed=known)
    last = to or ctx.clock.now().astimezone(route.zone).date()
    first = from_ or max(last, date(2000, 4, 1)) - timedelta(days=89)
    if not timedelta(0) <= last - first < timedelta(days=LONGEST):
        raise refused("/query/from", "range", f"Give a range of up to {LONGEST} days.", sent=str(first))
    query = FigureQuery(
        who.route, _codes(ctx.directory.value, party), frozenset({indicator}),
        first=first - timedelta(days=1), last=last,
    )  # fmt: skip

    def read(conn: Connection) -> list[DayValue]:
        return day_values(conn, readable(conn, who.route, who.party), query)

    found = daily_totals(await ctx.db.read(read))
    rows = [
        {"party": code, "days": [{"day": day, "value": days[day]} for day in sorted(days) if first <= day <= last]}
        for code, days in sorted(found.items())
    ]
    return answer({"route": marking(route), "indicator": indicator, "from": first, "to": last, "parties": rows})


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


@router.get("/indicators")
async def get_indicators() -> Response:
    """The catalogue of indicators."""
    return answer({"indicators": [asdict(i) for i in reference.indicators().values()]})
