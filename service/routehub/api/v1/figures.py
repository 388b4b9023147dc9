"""Figures with their history, the newest of each series, totals of a party's places, and what the indicators mean."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import figures as figure_sheet
from routehub.api.sheets.answers import Bom, Hxl, Sheets, next_link
from routehub.api.v1.answers import answer, marking
from routehub.boards.figures.queries import DayValue, FigureQuery, FigureValue, day_values, figures, history, latest
from routehub.core.errors import Malformed, refused
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readable
from routehub.formats.sheets.table import Row
from routehub.journal import feed
from routehub.journal.feed import Cursor
from routehub.journal.markings import strictest, tlps
from routehub.views.totals import daily_totals
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
SheetPage = tuple[list[FigureValue], list[FigureValue], dict[str, str]]
"""The values of a page, the rows that are shown for them, and the marking of each message."""
Page = Callable[[Connection, tuple[date, str, datetime] | None], SheetPage]


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


@router.get("/indicators")
async def get_indicators() -> Response:
    """The catalogue of indicators."""
    return answer({"indicators": [asdict(i) for i in reference.indicators().values()]})
