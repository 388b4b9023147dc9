"""Measures: the list, one in full with preview and cap table, and the preview before a notice is sent."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from routehub.api.body import json_body
from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader, Who
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import acting
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.messages import plain
from routehub.boards.measures.notice import Notice
from routehub.boards.measures.project import AROUND
from routehub.boards.measures.queries import Act, MeasureView, PartyView, measure, measures
from routehub.core.errors import Unknown, refused
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest
from routehub.views import preview as previews
from routehub.views.compliance import CapDay, compliance
from routehub.warning.preview import LegPreview, Preview
from routehub_schemas import parse
from routehub_schemas.kinds.measure.payload import Measure
from routehub_schemas.vocab import Moment

router = APIRouter(tags=["measures"], route_class=Door)

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
AsOf = Annotated[str | None, Query(max_length=40, description="A time with offset: what was known then.")]


def moment_of(text: str | None, now: datetime) -> datetime | None:
    """``as_of`` as a time; a ``+`` that an address turned into a space is one again. Nothing is known of what is to
    come: a later time is the present one."""
    if text is None:
        return None
    try:
        return min(_MOMENT.validate_python(text.replace(" ", "+")), now)
    except ValidationError:
        raise refused(
            "/query/as_of", "form", "Give a time with its offset, such as 2016-02-18T18:00:00Z.", sent=text[:40]
        ) from None


def _act(act: Act) -> dict[str, Any]:
    return {"act": act.act, "text": act.text, "at": act.at, "by": act.author, "message": act.message_id}


def _party_view(view: PartyView) -> dict[str, Any]:
    return {
        "party": view.party, "asked": view.asked, "view": _act(view.current) if view.current else None,
        "before_change": view.outdated, "earlier": [_act(act) for act in view.earlier],
    }  # fmt: skip


def _notice(notice: Notice) -> dict[str, Any]:
    said = notice.said
    return {
        "message": notice.message_id, "at": notice.at, "title": said.title, "start": said.start, "until": said.until,
        "views_by": said.views_by, "hours_of_notice": notice.hours, "short_notice": notice.short,
        "unilateral": list(notice.unilateral), "caps": [cap.model_dump(mode="json") for cap in said.caps],
        "by": notice.author,
    }  # fmt: skip


def measure_body(view: MeasureView) -> dict[str, Any]:
    """A measure as the API gives it: what its newest notice says, and how it stands."""
    said = view.said
    shown = said.model_dump(mode="json", exclude=AROUND | {"co_authors"})
    return {
        "id": view.id, "short_id": view.short_id, "party": view.party, "state": view.state, **shown,
        "notified_at": view.notified_at, "changed_at": view.changed_at, "ended_at": view.ended_at,
        "withdrawn_at": view.withdrawn_at, "why": view.why, "hours_of_notice": view.latest.hours,
        "short_notice": view.short_notice, "unilateral": list(view.unilateral), "takes_views": view.takes_views,
        "co_authors": [{"party": c.party, "confirmed_at": c.confirmed_at} for c in view.co_authors],
        "views": [_party_view(one) for one in view.views], "notices": [_notice(one) for one in view.notices],
        "exercise": view.exercise, "tlp": view.latest.tlp, "message": view.latest.message_id,
    }  # fmt: skip


def _leg(leg: LegPreview) -> dict[str, Any]:
    return {
        "leg": leg.leg, "limit": leg.limit, "expected": None if leg.expected is None else _expected(leg.expected),
        "passes": leg.passes, "held": leg.held, "stay": leg.stay, "moved": dict(leg.moved),
        "unused": list(leg.unused), "chain": [asdict(step) for step in leg.chain],
        "arithmetic": list(leg.arithmetic),
    }  # fmt: skip


def _expected(one: Any) -> dict[str, Any]:
    return {"leg": one.leg, "people": one.people, "how": one.how, "low": one.low, "high": one.high}


def preview_body(found: Preview) -> dict[str, Any]:
    return {
        "lines": list(found.lines), "legs": [_leg(leg) for leg in found.legs],
        "concerned": [_expected(one) for one in found.concerned], "inputs": list(found.inputs),
    }  # fmt: skip


def _cap_day(one: CapDay) -> dict[str, Any]:
    return {
        "day": one.day, "counts": one.counts, "leg": one.leg, "cap": one.cap, "verdict": one.verdict,
        "sides": [
            {
                "party": side.party, "indicator": side.indicator, "people": side.people, "over": side.over,
                "flags": side.flags, "messages": list(side.messages),
            }
            for side in one.sides
        ],
    }  # fmt: skip


@offer(router, "/measures", JSON, CSV, XLSX)
async def get_measures(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen,
    open_only: Annotated[bool, Query(alias="open", description="Only those that are not over.")] = False,
    as_of: AsOf = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Measures that neighbours feel, those that are not over first. With ``as_of`` as they were known to stand then."""
    now = ctx.clock.now()
    at = moment_of(as_of, now)

    def read(conn: Connection) -> list[MeasureView]:
        ids = readable(conn, who.route, who.party)
        return measures(conn, ids, who.route, now, as_of=at, open_only=open_only, limit=limit)

    views = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "as_of": at, "measures": [measure_body(view) for view in views]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    marks = strictest(view.latest.tlp for view in views)
    return await sheets.one(acting.measures(views, sheets.marking), "measures", "Measures", marks)


@router.get("/measures/{ref}")
async def get_measure(
    ctx: Ctx, who: Reader, route: OnRoute,
    ref: Annotated[str, Path(max_length=60, description="Short id or message id.")], as_of: AsOf = None,
) -> Response:  # fmt: skip
    """One measure with the views on it, what it was expected to do when it was told, and each cap beside both sides'
    figures by day. Observers see no preview: it rests on figures of all parties."""
    now = ctx.clock.now()
    at = moment_of(as_of, now)
    today = now.astimezone(route.zone).date()

    def read(conn: Connection) -> dict[str, Any] | None:
        ids = readable(conn, who.route, who.party)
        view = measure(conn, ids, who.route, ref, now, as_of=at)
        if view is None:
            return None
        shown = previews.shared_with(route, who.party, today)
        return measure_body(view) | {
            "preview": preview_body(previews.of_measure(conn, route, view)) if shown else None,
            "compliance": [_cap_day(one) for one in compliance(conn, route, view, ids, at or now, at)],
        }

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown("There is no measure with this id that you can see.")
    return answer(found)


@router.post("/measures/preview")
async def preview_measure(request: Request, ctx: Ctx, who: Who, route: OnRoute) -> Response:
    """What a measure would do, before it is sent: the body is that of a notice, which is checked in full and not
    stored. The forecast, the places and the sums that it rests on are in the answer."""
    kind, data = ctx.registry["measure"], await json_body(request, ctx.settings.max_body_bytes)
    checked = plain(kind, data, key=None, dry_run=True)
    recorded = await ctx.intake.receive(who, checked)
    said = parse.payload(kind, checked.data)
    return answer(await _previewed(ctx, who, said, [caution.as_dict() for caution in recorded.cautions]))


async def _previewed(ctx: Any, who: Principal, said: Any, warnings: list[dict[str, Any]]) -> dict[str, Any]:
    assert isinstance(said, Measure)
    route, now = ctx.directory.route(who.route), ctx.clock.now()

    def read(conn: Connection) -> dict[str, Any]:
        return preview_body(previews.of_draft(conn, route, said, now))

    return {"route": marking(route), "preview": await ctx.db.read(read), "warnings": warnings}
