"""Published readouts, for everybody and without a key: as a list and a feed, one as JSON, text and PDF."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import route_code
from routehub.api.negotiation import ATOM, JSON, PDF, Chosen, Form, offer
from routehub.api.v1.answers import marking
from routehub.boards.readouts.correcting import corrected
from routehub.boards.readouts.queries import ReadoutView, readouts
from routehub.core.canonical import dumps
from routehub.core.errors import Unknown
from routehub.digests.render.readout import address, readout_page, text
from routehub.digests.render.readout_feed import readout_feed
from routehub.digests.render.readout_paper import readout_pdf
from routehub.directory.snapshot import RouteView
from routehub.formats import atom
from routehub_schemas.vocab import SLUG_PATTERN

router = APIRouter(tags=["readouts"], route_class=Door)

Number = Annotated[int, Path(ge=1, le=9_999, description="The number of the conference.")]
SeriesName = Annotated[str, Query(max_length=40, pattern=SLUG_PATTERN)]
TXT = Form("txt", "text/plain", "; charset=utf-8")
FOR_EVERYBODY = {"Cache-Control": "public, max-age=60", "TLP": "CLEAR"}
"""A correction is seen by everybody within a minute."""


def public_route(request: Request, ctx: Context) -> RouteView:
    """The route of a public address. Errors: 404."""
    code = route_code(request, ctx)
    found = ctx.directory.value.routes.get(code)
    if found is None:
        raise Unknown(f"There is no route {code} here that you can see.")
    return found


async def _published(
    request: Request, ctx: Context, series: str | None, number: int | None = None
) -> list[ReadoutView]:
    """What is published. Routes other than the usual one are told of only once something of theirs is public."""
    route = public_route(request, ctx)

    def read(conn: Connection) -> list[ReadoutView]:
        return readouts(conn, route.code, series, number)

    found = await ctx.db.read(read)
    if not found and route.code != ctx.settings.default_route and not await ctx.db.read(readouts, route.code, limit=1):
        raise Unknown(f"There is no route {route.code} here that you can see.")
    return found


def readout_body(view: ReadoutView, ctx: Context, route: RouteView) -> dict[str, Any]:
    """A readout as the API gives it: ``text`` as it was published, ``corrected`` as it reads now."""
    return {
        "id": view.id, "series": view.series, "conference": view.conference, "day": view.day,
        "published_at": view.published_at, "updated_at": view.updated_at, "party": view.party,
        "language": view.language, "text": view.text.model_dump(mode="json"),
        "corrected": corrected(view.text, view.errata).model_dump(mode="json"),
        "checked": None if view.until is None else {
            "sent_at": view.sent_at, "until": view.until, "parties": list(view.asked),
        },
        "reason": view.reason, "errata": [asdict(one) for one in view.errata], "tlp": "CLEAR",
        "web": address(view, route, ctx.settings.public_url.rstrip("/")),
    }  # fmt: skip


@offer(router, "/readouts", JSON, ATOM)
async def get_readouts(request: Request, ctx: Ctx, form: Chosen, series: SeriesName | None = None) -> Response:
    """All published readouts, the newest conference first. No key is needed."""
    views = await _published(request, ctx, series)
    route, base = public_route(request, ctx), ctx.settings.public_url.rstrip("/")
    if form is ATOM:
        feed = readout_feed(views, route, ctx.directory.value, base, ctx.clock.now())
        return Response(atom.write(feed), headers=FOR_EVERYBODY, media_type=ATOM.content_type)
    told = [readout_body(view, ctx, route) for view in views]
    return _json({"route": marking(route), "readouts": told})


@offer(router, "/readouts/{number}", JSON, TXT, PDF)
async def get_readout(
    request: Request, ctx: Ctx, form: Chosen, number: Number, series: SeriesName = "weekly"
) -> Response:
    """The readout of one conference, with its errata. No key is needed."""
    found = await _published(request, ctx, series, number)
    if not found:
        raise Unknown(f"No readout of conference {number} is published.")
    view, route = found[0], public_route(request, ctx)
    if form is JSON:
        return _json({"route": marking(route)} | readout_body(view, ctx, route))
    page = readout_page(view, route, ctx.directory.value, ctx.settings.public_url.rstrip("/"))
    if form is PDF:
        made = await asyncio.to_thread(readout_pdf, page)
        name = f'inline; filename="readout-{route.code}-{number}.pdf"'
        return Response(made, headers=FOR_EVERYBODY | {"Content-Disposition": name}, media_type=PDF.media)
    return Response(text(page), headers=FOR_EVERYBODY, media_type=TXT.content_type)


def _json(body: Any) -> Response:
    return Response(dumps(body), headers=FOR_EVERYBODY, media_type="application/json")
