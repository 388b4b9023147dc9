"""The chair's work on a conference: its agenda until it is closed, and the notes from which its minutes are made. For
people in the role of chair or coordinator; what is finished is a message for all."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel

from routehub.api import outcomes
from routehub.api.body import json_body, media_type
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Reader, Someone
from routehub.api.v1.conferences import Number, SeriesName
from routehub.boards.conferences.queries import ConferenceView
from routehub.chairing.agenda import Paper
from routehub.chairing.edits import AgendaChange, PaperItem
from routehub.chairing.meeting import ItemNote, Meeting
from routehub.chairing.notes import Ending, NewItem, Noted, Present
from routehub.core.canonical import dumps
from routehub.core.clock import wall
from routehub.core.errors import Conflict, Stale
from routehub_schemas import parse

router = APIRouter(tags=["conferences"], route_class=Door)

M = TypeVar("M", bound=BaseModel)
IfMatch = Annotated[str | None, Header(max_length=100)]
ItemNumber = Annotated[int, Path(ge=1, le=9_999, description="The number of the item.")]


def _answer(body: Any, etag: str, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store", "ETag": f'"{etag}"'}
    return Response(dumps(body), status, headers, media_type="application/json")


def _version(if_match: str | None) -> str | None:
    return if_match.strip().removeprefix("W/").strip('"') if if_match is not None else None


def _number(if_match: str | None) -> int | None:
    said = _version(if_match)
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Stale("If-Match names no version of this.", current=None)
    return int(said)


async def _body(request: Request, ctx: Context, model: type[M]) -> M:
    return parse.validate(model, await json_body(request, ctx.settings.max_body_bytes))


# --- the agenda ---


@router.get("/conferences/{number}/draft")
async def get_draft(ctx: Ctx, who: Reader, number: Number, series: SeriesName = "weekly") -> Response:
    """The agenda as the chair works on it: the newest edition with the changes laid over it."""
    held, paper = await ctx.chair.paper(who, series, number)
    if paper is None:
        raise Conflict(f"The agenda of conference {held.number} is not compiled yet.")
    return _answer(_paper(paper), paper.stamp)


@router.patch("/conferences/{number}/draft")
async def patch_draft(
    request: Request, ctx: Ctx, who: Someone, number: Number, if_match: IfMatch = None, series: SeriesName = "weekly"
) -> Response:
    """Change the agenda: who leads an item, its minutes and outcome, the order, what is dropped and why. What is not
    sent stays as it is, and null takes a change back."""
    sent = await _body(request, ctx, AgendaChange)
    paper = await ctx.chair.change_agenda(who, series, number, _version(if_match), sent)
    return _answer(_paper(paper), paper.stamp)


@router.post("/conferences/{number}/compile", status_code=201)
async def compile_agenda(ctx: Ctx, who: Someone, number: Number, series: SeriesName = "weekly") -> Response:
    """Compile the agenda now, as a draft that everybody is sent: before its time, or of a conference of its own."""
    recorded = await ctx.chair.compile(who, series, number)
    return await outcomes.accepted(ctx, who, recorded, dry_run=False)


@router.post("/conferences/{number}/close", status_code=201)
async def close_agenda(
    ctx: Ctx, who: Someone, number: Number, if_match: IfMatch = None, series: SeriesName = "weekly"
) -> Response:
    """Close the agenda: it is frozen as it stands, numbered, and sent to everybody. What is accepted afterwards is a
    late item."""
    recorded = await ctx.chair.close_agenda(who, series, number, _version(if_match))
    return await outcomes.accepted(ctx, who, recorded, dry_run=False)


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "series": paper.conference.series, "conference": paper.conference.number, "state": paper.ref.state,
        "edition": paper.ref.edition, "version": paper.version, "agenda": paper.ref.message_id,
        "closes_at": paper.closes_at, "minutes": paper.minutes, "length": paper.conference.minutes,
        "changed_by": paper.changed_by, "changed_at": paper.changed_at,
        "items": [_paper_item(one) for one in paper.items], "dropped": [_paper_item(one) for one in paper.dropped],
        "undecided": [p.message_id for p in paper.undecided],
    }  # fmt: skip


def _paper_item(one: PaperItem) -> dict[str, Any]:
    item = one.item
    return {
        "key": one.key, "title": item["title"], "rule": item["rule"], "why": item["why"],
        "points": list(item.get("points", [])), "lead": item.get("lead"), "minutes": item.get("minutes", 0),
        "outcome": item.get("outcome", "note"), "changed": list(one.changed), "dropped": one.dropped,
        "sources": list(item.get("sources", [])),
    }  # fmt: skip


# --- the notes ---


@router.post("/conferences/{number}/start", status_code=201)
async def start(ctx: Ctx, who: Someone, number: Number, series: SeriesName = "weekly") -> Response:
    """Start the conference: an agenda that is open is closed, and its items become those of the minutes."""
    meeting = await ctx.chair.start(who, series, number)
    return _answer(_meeting(meeting), str(meeting.version), 201)


@router.get("/conferences/{number}/notes")
async def get_notes(ctx: Ctx, who: Reader, number: Number, series: SeriesName = "weekly") -> Response:
    """The minutes while they are taken, for those who take them."""
    held, meeting = await ctx.chair.meeting(who, series, number)
    if meeting is None:
        raise Conflict(f"Conference {held.number} has not been started.")
    return _answer(_meeting(meeting), str(meeting.version))


@router.put("/conferences/{number}/notes/attendance")
async def put_attendance(
    request: Request, ctx: Ctx, who: Someone, number: Number, if_match: IfMatch = None, series: SeriesName = "weekly"
) -> Response:
    """Who takes part, and who speaks for whom."""
    sent = await _body(request, ctx, Present)
    meeting = await ctx.chair.note_present(who, series, number, _number(if_match), sent)
    return _answer(_meeting(meeting), str(meeting.version))


@router.post("/conferences/{number}/notes/items", status_code=201)
async def post_item(
    request: Request, ctx: Ctx, who: Someone, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Add what came up in the call, behind the items of the agenda."""
    note = await ctx.chair.add_item(who, series, number, await _body(request, ctx, NewItem))
    return _answer(_note(note), str(note.version), 201)


@router.put("/conferences/{number}/notes/items/{item}")
async def put_item(
    request: Request, ctx: Ctx, who: Someone, number: Number, item: ItemNumber, if_match: IfMatch = None,
    series: SeriesName = "weekly",
) -> Response:  # fmt: skip
    """What is noted under an item, in the place of what was; new conclusions and actions get their numbers."""
    sent = await _body(request, ctx, Noted)
    note = await ctx.chair.save_item(who, series, number, item, _number(if_match), sent)
    return _answer(_note(note), str(note.version))


@router.put("/conferences/{number}/notes/items/{item}/lock")
async def put_lock(
    ctx: Ctx, who: Someone, number: Number, item: ItemNumber,
    take_over: Annotated[bool, Query(description="Although somebody else writes there.")] = False,
    series: SeriesName = "weekly",
) -> Response:  # fmt: skip
    """Write under an item alone, for two minutes after the last sign of you."""
    note = await ctx.chair.hold(who, series, number, item, take_over=take_over)
    return _answer(_note(note), str(note.version))


@router.delete("/conferences/{number}/notes/items/{item}/lock", status_code=204)
async def delete_lock(
    ctx: Ctx, who: Someone, number: Number, item: ItemNumber, series: SeriesName = "weekly"
) -> Response:
    """Let others write under the item."""
    await ctx.chair.release(who, series, number, item)
    return Response(status_code=204)


@router.post("/conferences/{number}/end", status_code=201)
async def end(request: Request, ctx: Ctx, who: Someone, number: Number, series: SeriesName = "weekly") -> Response:
    """End the conference: the notes become the minutes and are sent to all who were invited. The body may be left out,
    or say when the group meets again."""
    sent = await _body(request, ctx, Ending) if media_type(request) else Ending()
    recorded = await ctx.chair.end(who, series, number, sent.next)
    return await outcomes.accepted(ctx, who, recorded, dry_run=False)


@router.post("/conferences/{number}/correct", status_code=201)
async def correct(ctx: Ctx, who: Someone, number: Number, series: SeriesName = "weekly") -> Response:
    """Open minutes that were sent for a correction; ending it sends an edition that takes their place."""
    meeting = await ctx.chair.correct(who, series, number)
    return _answer(_meeting(meeting), str(meeting.version), 201)


def _meeting(meeting: Meeting) -> dict[str, Any]:
    held: ConferenceView = meeting.conference
    return {
        "series": held.series, "conference": held.number, "state": meeting.state, "edition": meeting.edition,
        "agenda": meeting.agenda, "minutes": meeting.minutes, "began": meeting.began, "ended": meeting.ended,
        "begun_by": meeting.begun_by, "version": meeting.version, "changed_by": meeting.changed_by,
        "changed_at": meeting.changed_at,
        "attendance": [one.model_dump(mode="json") for one in meeting.attendance],
        "items": [_note(one) for one in meeting.items],
    }  # fmt: skip


def _note(note: ItemNote) -> dict[str, Any]:
    writes: datetime | None = note.held_until if note.held_until and note.held_until > wall() else None
    return {
        "number": note.number, "title": note.head.title, "points": note.head.points, "outcome": note.head.outcome,
        "rule": note.head.rule, "lead": note.head.lead, "minutes": note.head.minutes, "version": note.version,
        "changed_by": note.changed_by, "changed_at": note.changed_at,
        "held_by": note.held_name if writes else None, "held_until": writes,
        **note.noted.model_dump(mode="json"),
    }  # fmt: skip
