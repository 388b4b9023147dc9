"""Conferences, proposals for them and their agendas, each agenda in six forms by suffix or by Accept."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, ICS, JSON, PDF, TEXT, XLSX, Chosen, Form, offer
from routehub.api.sheets import records as record_sheets
from routehub.api.sheets.answers import Bom, Hxl, Sheets, named
from routehub.api.v1.answers import marking
from routehub.boards.conferences.attendance import Place, attendance, counts
from routehub.boards.conferences.queries import (
    ConferenceView,
    ProposalView,
    agendas,
    annex,
    conference,
    conferences,
    proposals_of,
)
from routehub.boards.minutes.queries import newest
from routehub.boards.statements.queries import outcomes
from routehub.core.canonical import dumps
from routehub.core.errors import Unknown
from routehub.digests import series_office
from routehub.digests.render import layout
from routehub.digests.render.annex import annex_page
from routehub.digests.render.calendar import published
from routehub.digests.render.forms import FORMS, agenda_form, agenda_pdf, calendar_entries, proposal_of
from routehub.digests.render.reader import Reader as PageReader
from routehub.digests.render.rule import Repeating
from routehub.digests.series import Series
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal import feed, follow
from routehub.journal.markings import strictest
from routehub.journal.message import Message, as_event

router = APIRouter(tags=["conferences"], route_class=Door)

Number = Annotated[int, Path(ge=1, le=9_999, description="The number of the conference.")]
SeriesName = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
NO_STORE = {"Cache-Control": "no-store"}


def _media(content_type: str) -> tuple[str, str]:
    media, separator, parameters = content_type.partition(";")
    return media, separator + parameters


def _json(body: Any) -> Response:
    return Response(dumps(body), headers=NO_STORE, media_type="application/json")


def _conference(view: ConferenceView, held: Collection[tuple[str, int]]) -> dict[str, Any]:
    return {
        "series": view.series, "number": view.number, "title": view.title, "start": view.start,
        "minutes": view.minutes, "zone": view.zone, "link": view.link, "chair": view.chair,
        "participants": list(view.participants), "state": view.state, "reason": view.reason, "extra": view.extra,
        "held": (view.series, view.number) in held, "about": view.about, "revision": view.revision,
        "message": view.message_id,
    }  # fmt: skip


def _place(place: Place) -> dict[str, Any]:
    return {
        "party": place.party, "state": place.state, "represented_by": place.represented_by,
        "delegates": list(place.delegates), "text": place.text, "at": place.at, "by": place.by,
        "joined_at": place.joined_at, "answered_for_another_time": place.earlier, "message": place.message_id,
    }  # fmt: skip


def _proposal(view: ProposalView) -> dict[str, Any]:
    decision = view.decision
    return {
        "message": view.message_id, "party": view.party, "conference": view.conference, "title": view.title,
        "text": view.text, "outcome": view.outcome, "minutes": view.minutes, "points": list(view.points),
        "state": view.state, "at": view.accepted_at,
        "decision": None if decision is None else {
            "act": decision.act, "text": decision.text, "at": decision.at, "message": decision.message_id,
        },
    }  # fmt: skip


@offer(router, "/conferences", JSON, ICS, CSV, XLSX)
async def get_conferences(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen, series: SeriesName | None = None,
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """The conferences that you know of, by their start. As iCalendar, each keeps its UID, and its SEQUENCE rises with
    every change; what the series propose stands there as tentative."""
    now = ctx.clock.now()

    def read(conn: Connection) -> tuple[list[ConferenceView], list[Series], Collection[tuple[str, int]]]:
        ids, day = readable(conn, who.route, who.party), now.astimezone(route.zone).date()
        return (
            conferences(conn, ids, who.route, series),
            [one for one in series_office.visible(conn, ctx.directory.value, who, day) if series in (None, one.name)],
            newest(conn, ids, who.route, series),
        )

    views, told, held = await ctx.db.read(read)
    if form is JSON:
        return _json({"route": marking(route), "conferences": [_conference(view, held) for view in views]})
    for view in views:
        noted(ctx, who, view.tlp, view.message_id)
    if form is ICS:
        proposals = [found for one in told if (found := proposal_of(one, route, views, now)) is not None]
        return _calendars(ctx, route, views, "conferences", proposals, f"{route.title}: conferences")
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = record_sheets.conferences(views, sheets.marking)
    return await sheets.one(table, "conferences", "Conferences", strictest(view.tlp for view in views))


@router.get("/conferences/{number}.ics")
async def get_conference_calendar(
    ctx: Ctx, who: Reader, route: OnRoute, number: Number, series: SeriesName = "weekly"
) -> Response:
    """The conference as it stands now, for a calendar."""
    return await _calendar(ctx, who, route, number, series)


@router.get("/conferences/{number}")
async def get_conference(
    ctx: Ctx, who: Reader, route: OnRoute, number: Number, series: SeriesName = "weekly"
) -> Response:  # fmt: skip
    """One conference with who attends, the proposals for it, the editions of its agenda, and what was reported back
    from it. To attend, decline or join, answer its ``message``."""

    def read(conn: Connection) -> dict[str, Any] | None:
        ids = readable(conn, who.route, who.party)
        view = conference(conn, ids, who.route, series, number)
        if view is None:
            return None
        places = attendance(conn, ids, route, view)
        proposed = [p for p in proposals_of(conn, ids, who.route) if p.conference in (None, number)]
        editions = agendas(conn, ids, who.route, series, number)
        reported = outcomes(conn, ids, who.route, series=series, number=number)
        return _conference(view, newest(conn, ids, who.route, series)) | {
            "attendance": [_place(place) for place in places],
            "attending": counts(places),
            "outcomes": [{"short_id": one.short_id, "title": one.title, "message": one.id} for one in reported],
            "proposals": [_proposal(p) for p in proposed],
            "agendas": [
                {"edition": a.edition, "compiled_at": a.compiled_at, "items": a.items, "message": a.message_id}
                for a in editions
            ],
        }

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(f"There is no conference {number} that you can see.")
    return _json(found)


@offer(router, "/conferences/{number}/attendance", JSON, CSV, XLSX)
async def get_attendance(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, number: Number, form: Chosen,
    series: SeriesName = "weekly", hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Who attends a conference: what each invited party answered, who speaks for whom, and who has joined."""

    def read(conn: Connection) -> tuple[ConferenceView, list[Place]] | None:
        ids = readable(conn, who.route, who.party)
        view = conference(conn, ids, who.route, series, number)
        return (view, attendance(conn, ids, route, view)) if view is not None else None

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(f"There is no conference {number} that you can see.")
    view, places = found
    noted(ctx, who, view.tlp, view.message_id)
    if form is JSON:
        told = {"route": marking(route), "series": series, "number": number, "start": view.start}
        return _json(told | {"attending": counts(places), "attendance": [_place(place) for place in places]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = record_sheets.attendance(view, places, sheets.marking)
    return await sheets.one(table, f"attendance-{number}", f"Attendance of conference {number}", view.tlp)


AGENDA = tuple(Form(suffix, *_media(FORMS[suffix])) for suffix in ("json", "txt", "html", "md", "ics", "pdf"))


@offer(router, "/conferences/{number}/agenda", *AGENDA)
async def get_agenda(
    ctx: Ctx, who: Reader, route: OnRoute, number: Number, form: Chosen, series: SeriesName = "weekly"
) -> Response:
    """The newest edition of a conference's agenda."""
    return await _agenda(ctx, who, route, number, series, form.suffix)


async def _agenda(ctx: Context, who: Principal, route: RouteView, number: int, series: str, form: str) -> Response:
    if form == "ics":
        return await _calendar(ctx, who, route, number, series)

    def read(conn: Connection) -> str | None:
        ids = readable(conn, who.route, who.party)
        return next((ref.message_id for ref in agendas(conn, ids, who.route, series, number, limit=1)), None)

    found = await ctx.db.read(_as_read, ctx, who, read)
    if found is None:
        raise Unknown(f"There is no agenda of conference {number} that you can see.")
    message, event = found
    noted(ctx, who, message.tlp, message.id)
    if form == "json":
        return _json(event)
    reader = PageReader(route, ctx.directory.value, ctx.settings.public_url.rstrip("/"), party=who.party)
    if form == "pdf":
        return Response(
            await asyncio.to_thread(agenda_pdf, message, reader),
            headers=NO_STORE | named(route, f"agenda-{number}", message.accepted_at, PDF), media_type=FORMS[form],
        )  # fmt: skip
    headers = NO_STORE | {"X-Content-Type-Options": "nosniff"}
    if form == "html":
        headers["Content-Security-Policy"] = f"default-src 'none'; style-src {layout.style_source()}"
    return Response(agenda_form(message, reader, form), headers=headers, media_type=FORMS[form])


@offer(router, "/conferences/{number}/annex", JSON, TEXT)
async def get_annex(
    ctx: Ctx, who: Reader, route: OnRoute, number: Number, form: Chosen, series: SeriesName = "weekly"
) -> Response:
    """What your party may read of what is to be discussed, and not everyone in the call."""

    def read(conn: Connection) -> str | None:
        return annex(conn, readable(conn, who.route, who.party), who.route, series, number, who.party)

    found = await ctx.db.read(_as_read, ctx, who, read)
    if found is None:
        raise Unknown(f"There is no annex to the agenda of conference {number} that you can see.")
    message, event = found
    noted(ctx, who, message.tlp, message.id)
    if form is JSON:
        return _json(event)
    reader = PageReader(route, ctx.directory.value, ctx.settings.public_url.rstrip("/"), party=who.party)
    text = layout.annex_text(annex_page(message, reader, route.zone))
    return Response(text, headers=NO_STORE, media_type=TEXT.content_type)


def _as_read(
    conn: Connection, ctx: Context, who: Principal, find: Callable[[Connection], str | None]
) -> tuple[Message, dict[str, Any]] | None:
    """A message with what its reader's feed says of it."""
    message_id = find(conn)
    item = feed.one(conn, who.route, who.party, message_id) if message_id is not None else None
    if item is None or item.body is None:
        return None
    message = follow.by_id(conn, ctx.registry, item.id)
    epoch = feed.head(conn, who.route, who.party).epoch
    return (message, as_event(item.body, epoch, item.feed)) if message is not None else None


async def _calendar(ctx: Context, who: Principal, route: RouteView, number: int, series: str) -> Response:
    def read(conn: Connection) -> ConferenceView | None:
        return conference(conn, readable(conn, who.route, who.party), who.route, series, number)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown(f"There is no conference {number} that you can see.")
    noted(ctx, who, view.tlp, view.message_id)
    return _calendars(ctx, route, [view], f"conference-{number}")


def noted(ctx: Context, who: Principal, tlp: str, message: str) -> None:
    """A calendar, a text or a PDF goes by the conference's number and does not name the message that it is made of."""
    if tlp == "RED":
        ctx.red_reads.sent(who, [message])


def _calendars(
    ctx: Context, route: RouteView, views: list[ConferenceView], name: str, proposals: Sequence[Repeating] = (),
    title: str = "",
) -> Response:  # fmt: skip
    """One calendar object with these conferences, and what series propose."""
    told = calendar_entries(views, route, ctx.directory.value, ctx.settings)
    body = published(told, ctx.settings.public_url.rstrip("/"), proposals, title)
    return Response(body, headers=named(route, name, ctx.clock.now(), ICS), media_type=ICS.content_type)
