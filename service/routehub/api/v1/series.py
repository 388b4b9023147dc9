"""Series of conferences: what each proposes, as JSON and for a calendar, and its terms."""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from sqlalchemy import Connection

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader, Someone
from routehub.api.negotiation import ICS
from routehub.api.sheets.answers import named
from routehub.api.v1.answers import answer, marking
from routehub.boards.conferences.queries import ConferenceView, conferences
from routehub.core.canonical import dumps
from routehub.core.errors import Refused, Unknown
from routehub.digests import series_office
from routehub.digests.render.calendar import published
from routehub.digests.render.forms import calendar_entries, proposal_of
from routehub.digests.series import Series
from routehub.digests.series_office import Terms
from routehub.digests.upcoming import next_number
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub_schemas import parse
from routehub_schemas.errors import Problem

router = APIRouter(tags=["conferences"], route_class=Door)

Name = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="The name of the series.")]
PROPOSALS = 8


def today(ctx: Context, route: RouteView) -> date:
    return ctx.clock.now().astimezone(route.zone).date()


async def _known(ctx: Context, who: Principal, route: RouteView) -> tuple[list[Series], list[ConferenceView]]:
    def read(conn: Connection) -> tuple[list[Series], list[ConferenceView]]:
        found = series_office.visible(conn, ctx.directory.value, who, today(ctx, route))
        return found, conferences(conn, readable(conn, who.route, who.party), who.route)

    return await ctx.db.read(read)


async def _one(ctx: Context, who: Principal, route: RouteView, name: str) -> tuple[Series, list[ConferenceView]]:
    found, called = await _known(ctx, who, route)
    for one in found:
        if one.name == name:
            return one, [view for view in called if view.series == name]
    raise Unknown(f"There is no series {name} that you can see.")


def series_body(one: Series, called: list[ConferenceView], ctx: Context) -> dict[str, Any]:
    """A series as the API gives it: its terms, what it proposes next, and the number that comes next."""
    return {"name": one.name, "version": one.version, **Terms.of(one).model_dump(mode="json")} | {
        "proposed": one.proposed(ctx.clock.now(), PROPOSALS), "next_number": next_number(one, called),
    }  # fmt: skip


@router.get("/series")
async def get_series(ctx: Ctx, who: Reader, route: OnRoute) -> Response:
    """The series of conferences of the route, those of sub-groups too, each with the times that it proposes next."""
    found, called = await _known(ctx, who, route)
    return answer({"route": marking(route), "series": [series_body(one, called, ctx) for one in found]})


@router.get("/series/{name}.ics")
async def get_series_calendar(ctx: Ctx, who: Reader, route: OnRoute, name: Name) -> Response:
    """A calendar to subscribe to: each conference of the series, and tentatively what its rule proposes."""
    one, called = await _one(ctx, who, route, name)
    public_url = ctx.settings.public_url.rstrip("/")
    proposal = proposal_of(one, route, called, ctx.clock.now())
    told = calendar_entries(called, route, ctx.directory.value, ctx.settings)
    body = published(told, public_url, [proposal] if proposal else [], title=f"{route.title}: {one.title}")
    headers = named(route, f"series-{name}", ctx.clock.now(), ICS)
    return Response(body, headers=headers, media_type=ICS.content_type)


@router.get("/series/{name}")
async def get_one_series(ctx: Ctx, who: Reader, route: OnRoute, name: Name) -> Response:
    """One series. Its ETag is the version of its terms."""
    one, called = await _one(ctx, who, route, name)
    return _told(one, called, ctx)


@router.put("/series/{name}", status_code=201)
async def put_series(
    request: Request, ctx: Ctx, who: Someone, name: Name,
    if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> Response:  # fmt: skip
    """Begin a series, or change its terms: then ``If-Match`` says which version you have read. Coordinators begin
    one; its chair and coordinators change it. Conferences that are called already stay as they were called."""
    terms = parse.validate(Terms, await json_body(request, ctx.settings.max_body_bytes))
    version = _version(if_match)
    made, new = await ctx.change(lambda tx: series_office.put(tx, ctx.directory.value, who, name, terms, version))
    route = ctx.directory.route(who.route)
    one, called = await _one(ctx, who, route, name)
    assert one.version >= made.version
    where = {"Location": f"/v1/routes/{who.route}/series/{name}"} if new else {}
    return _told(one, called, ctx, 201 if new else 200, where)


def _told(
    one: Series, called: list[ConferenceView], ctx: Context, status: int = 200, more: dict[str, str] | None = None
) -> Response:  # fmt: skip
    headers = {"Cache-Control": "no-store", "ETag": f'"{one.version}"'} | (more or {})
    return Response(dumps(series_body(one, called, ctx)), status, headers, media_type="application/json")


def _version(if_match: str | None) -> int | None:
    """The version that the ETag names. Errors: 422 for what is no ETag of a series."""
    if if_match is None:
        return None
    found = re.fullmatch(r'(?:W/)?"([0-9]{1,9})"', if_match.strip())
    if found is None:
        words = "Send the ETag of the series as you read it."
        raise Refused(words, [Problem("/if-match", "not-an-etag", words, if_match, '"1"')])
    return int(found.group(1))
