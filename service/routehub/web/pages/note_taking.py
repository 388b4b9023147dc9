"""The minutes of a conference, from its start to a correction (UX 3.7). Two who take notes see where the other writes;
whatever both changed is shown side by side."""

import contextlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView
from routehub.boards.minutes.queries import ActionView, MinutesRef, actions, editions
from routehub.chairing import seat
from routehub.chairing.meeting import EARLY, Held, ItemNote, Meeting
from routehub.chairing.notes import NewItem, Noted, Present
from routehub.core.clock import wall
from routehub.core.errors import Conflict, HubError, Refused, Stale, Unknown
from routehub.core.language import _, later
from routehub.digests.render.page import only_plan
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.web import minutes_form, times
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form
from routehub.web.guard import OwnForm
from routehub.web.local_times import read_time, write_time
from routehub.web.minutes_form import NotesForm
from routehub.web.pages.chairing import Number, SeriesName, more
from routehub.web.render import page
from routehub.web.stages import has_readout
from routehub.web.visitor import Reading, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid
from routehub_schemas.kinds.minutes.payload import Minutes

router = APIRouter(route_class=PageRoute)

ItemNumber = Annotated[int, Path(ge=1, le=9_999)]
Done = Annotated[str, Query(max_length=20)]
DONE = {
    "started": later("The conference has begun."),
    "present": later("Who is present was noted."),
    "added": later("The item was added."),
    "ended": later(
        "The conference is over. The minutes were sent to all who were invited, and the actions to their owners."
    ),
    "saved": later("Saved."),
    "correct": later("The minutes are open for a correction."),
}
SEND_CORRECTED = later("Send the corrected minutes of conference %(number)s?")


def _at(who: Visitor, number: int, series: str, path: str = "", done: str = "") -> Response:
    query = more(series)
    query += f"{'&' if query else '?'}done={done}" if done else ""
    return go(f"{who.base}/conference/{number}/minutes{path}{query}")


@router.get("/conference/{number}/minutes")
async def show(
    request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = "weekly", done: Done = ""
) -> Response:
    """The notes for those who take them while they do; for everybody the minutes as they were sent."""
    return await _show(request, ctx, who, series, number, {"done": DONE.get(done)})


async def _show(
    request: Request, ctx: WebContext, who: Visitor, series: str, number: int, values: dict[str, Any],
    status: int = 200,
) -> Response:  # fmt: skip
    def read(conn: Connection) -> tuple[ConferenceView, MinutesRef | None, Minutes | None, list[ActionView]]:
        held = seat.find(conn, who.principal, series, number)
        ids = readable(conn, who.route.code, who.party)
        known = editions(conn, ids, who.route.code, series, number)
        item = feed.one(conn, who.route.code, who.party, known[0].message_id) if known else None
        said = Minutes.model_validate_json(json.dumps(json.loads(item.body)["data"])) if item and item.body else None
        owed = actions(conn, ids, who.route.code, ctx.clock.now(), who.route.zone, series=series)
        return held, known[0] if known else None, said, [one for one in owed if one.conference == number]

    held, ref, said, owed = await ctx.db.read(read)
    chairs = seat.may_chair(who.principal, held)
    meeting = (await ctx.chair.meeting(who.principal, series, number))[1] if chairs else None
    now, machine = ctx.clock.now(), wall()
    usual = {
        "has_readout": await has_readout(ctx, who, series, number),
        "held": held, "ref": ref, "said": said, "owed": {one.id: one for one in owed}, "chairs": chairs,
        "meeting": meeting, "more": more(series), "faults": Faults(), "done": None, "typed": {},
        "writing": {one.number: one.held(who.principal, machine) for one in meeting.items} if meeting else {},
        "may_start": chairs and meeting is None and said is None and held.state != "cancelled",
        "soon": now >= held.start - EARLY, "rows": _attending(ctx, who, meeting), "plan": _plan(said, meeting),
    }  # fmt: skip
    title = _("Conference %(number)s: minutes", number=number)
    wrong = bool(values.get("faults"))
    return page(
        request,
        ctx,
        who,
        "minutes.html",
        _("Error: %(title)s", title=title) if wrong else title,
        usual | values,
        status=status,
        of=[held, ref],
    )


def _plan(said: Minutes | None, meeting: Meeting | None) -> str | None:
    """The plan of all points on the page; None when there are several."""
    codes: list[str] = []
    for note in meeting.items if meeting is not None else ():
        codes += [*note.head.points, *(code for one in note.noted.conclusions for code in one.points)]
    for item in said.items if said is not None else ():
        codes += [*item.points, *(code for one in item.conclusions for code in one.points)]
    return only_plan(codes)


@dataclass(frozen=True)
class Seat:
    """One party on the list of who is present, as it stands or as it was typed."""

    party: str
    name: str
    present: bool
    spoken_for: str
    people: str


def _attending(ctx: WebContext, who: Visitor, meeting: Meeting | None, form: Form | None = None) -> list[Seat]:
    on = ctx.clock.now().astimezone(who.route.zone).date()
    known = meeting.attendance if meeting is not None else ()
    if form is None:
        told = [(one.party, one.present, one.represented_by or "", ", ".join(one.people)) for one in known]
    else:
        ticked = form.every("present")
        told = [
            (one.party, one.party in ticked, form.text(f"for-{one.party}"), form.text(f"people-{one.party}"))
            for one in known
        ]
    return [
        Seat(code, ctx.directory.value.name(code, on), there, spoken, people) for code, there, spoken, people in told
    ]


@router.post("/conference/{number}/start")
async def start(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """The agenda becomes the minutes."""
    await ctx.chair.start(who.principal, series, number)
    return _at(who, number, series, done="started")


@router.post("/conference/{number}/attendance")
async def attendance(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Tick who is present; say who speaks for whom."""
    _way, meeting = await ctx.chair.meeting(who.principal, series, number)
    if meeting is None:
        raise Conflict(_("Conference %(number)s has not been started.", number=number))
    typed = _attending(ctx, who, meeting, form)
    rows = [_attendance(one, ctx) for one in typed]
    version = form.text("version")
    try:
        sent = parse.validate(Present, {"attendance": rows})
        known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
        await ctx.chair.note_present(who.principal, series, number, known, sent)
    except (Refused, Invalid, Stale) as error:
        faults = Faults()
        for problem in error.problems:
            place, _sep, name = problem.pointer.removeprefix("/attendance/").partition("/")
            party = rows[int(place)]["party"] if place.isdigit() and int(place) < len(rows) else ""
            faults.add(f"{'people' if name.startswith('people') else 'for'}-{party}", f"{party}: {problem.message}")
        if isinstance(error, HubError) and not faults:
            faults.add(
                "attendance", _("%(detail)s Below is what is noted now; tick again and save.", detail=error.detail)
            )
        status = error.status if isinstance(error, HubError) else 422
        shown = {"faults": faults} | ({} if isinstance(error, Stale) else {"rows": typed})
        return await _show(request, ctx, who, series, number, shown, status)
    return _at(who, number, series, done="present")


def _attendance(one: Seat, ctx: WebContext) -> dict[str, Any]:
    row: dict[str, Any] = {"party": one.party, "present": one.present}
    spoken = minutes_form.codes(one.spoken_for, ctx.directory.value)
    people = [name.strip() for name in one.people.split(",") if name.strip()]
    return row | ({"represented_by": spoken[0]} if spoken else {}) | ({"people": people} if people else {})


@router.post("/conference/{number}/items")
async def add(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Something that came up in the call."""
    lead = minutes_form.codes(form.text("lead"), ctx.directory.value)[:1]
    try:
        sent = parse.validate(NewItem, {"title": form.text("title")} | ({"lead": lead[0]} if lead else {}))
        note = await ctx.chair.add_item(who.principal, series, number, sent)
    except (Refused, Invalid) as error:
        faults = Faults()
        for problem in error.problems:
            name = problem.pointer.strip("/")
            faults.add(
                name or "title", _("Write what it is about, in one line.") if name == "title" else problem.message
            )
        typed = {"title": form.text("title"), "lead": form.text("lead")}
        return await _show(request, ctx, who, series, number, {"faults": faults, "typed": typed}, 422)
    return _at(who, number, series, f"/{note.number}")


# --- one item ---------------------------------------------------------------------------------------------------


@router.get("/conference/{number}/minutes/{item}")
async def write(
    request: Request, ctx: Web, who: Reading, number: Number, item: ItemNumber, series: SeriesName = "weekly",
    done: Done = "",
) -> Response:  # fmt: skip
    """The boxes of one item. Opening it takes nothing from anybody; a save or the button does."""
    note, meeting = await _note(ctx, who, series, number, item)
    form = NotesForm.showing(note.noted, note.version)
    return _write(request, ctx, who, meeting, note, form, Faults(), done=DONE.get(done))


async def _note(ctx: WebContext, who: Visitor, series: str, number: int, item: int) -> tuple[ItemNote, Meeting]:
    _way, meeting = await ctx.chair.meeting(who.principal, series, number)
    if meeting is None:
        raise Unknown(_("Conference %(number)s has not been started.", number=number))
    if not meeting.open:
        raise Conflict(
            _("Conference %(number)s is over and its minutes are sent. Open them for a correction.", number=number)
        )
    return meeting.item(item), meeting


def _write(
    request: Request, ctx: WebContext, who: Visitor, meeting: Meeting, note: ItemNote, form: NotesForm, faults: Faults,
    *, done: str | None = None, mine: NotesForm | None = None, status: int = 200,
) -> Response:  # fmt: skip
    numbers = [one.number for one in meeting.items]
    at = numbers.index(note.number)
    values = {
        "held": meeting.conference, "meeting": meeting, "note": note, "rows": form.with_room(), "faults": faults,
        "version": note.version if mine is None else form.version, "more": more(meeting.conference.series),
        "locked": note.held(who.principal, wall()), "done": done, "mine": mine,
        "usual": f"{minutes_form.USUAL} ", "plan": only_plan(note.head.points),
        "before": numbers[at - 1] if at else None, "after": numbers[at + 1] if at + 1 < len(numbers) else None,
    }  # fmt: skip
    title = _("Item %(note)s: %(title)s", note=note.number, title=note.head.title)
    template = "minutes_changed.html" if mine is not None else "minutes_item.html"
    return page(
        request, ctx, who, template, _("Error: %(title)s", title=title) if faults else title, values, status=status,
        of=[meeting.conference],
    )  # fmt: skip


@router.post("/conference/{number}/minutes/{item}/hold")
async def hold(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, item: ItemNumber,
    series: SeriesName = "weekly",
) -> Response:  # fmt: skip
    """Write here alone for a while; with ``take_over``, although somebody else does."""
    with contextlib.suppress(Held):  # the page shows who writes, and the button to take over
        await ctx.chair.hold(who.principal, series, number, item, take_over=bool(form.text("take_over")))
    return _at(who, number, series, f"/{item}")


@router.post("/conference/{number}/minutes/{item}")
async def save(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, item: ItemNumber,
    series: SeriesName = "weekly",
) -> Response:  # fmt: skip
    """Save what is noted; the script of the page saves as it is typed and asks for JSON."""
    typed = NotesForm.of(form)
    by_script = "application/json" in request.headers.get("accept", "")
    data, places = typed.data(ctx.directory.value)
    try:
        sent = parse.validate(Noted, data)
        saved = await ctx.chair.save_item(who.principal, series, number, item, typed.version, sent)
    except (Invalid, Refused, Stale, Held) as error:
        if by_script:
            raise _told(error) from None
        note, meeting = await _note(ctx, who, series, number, item)
        if isinstance(error, (Stale, Held)):
            theirs = NotesForm.showing(note.noted, note.version)
            return _write(request, ctx, who, meeting, note, theirs, Faults(), mine=typed, status=error.status)
        faults = minutes_form.faults_of(error, places)
        return _write(request, ctx, who, meeting, note, typed, faults, status=422)
    if by_script:
        return _saved(ctx, who, saved)
    return await _onward(ctx, who, form, series, number, item)


def _told(error: Invalid | HubError) -> HubError:
    return error if isinstance(error, HubError) else Refused(str(error), error.problems)


def _saved(ctx: WebContext, who: Visitor, note: ItemNote) -> Response:
    now = ctx.clock.now()
    body = {
        "version": note.version, "saved": _("Saved %(zone)s", zone=times.clock(now, who.zone)),
        "conclusions": [one.id for one in note.noted.conclusions], "actions": [one.id for one in note.noted.actions],
    }  # fmt: skip
    return Response(json.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})


async def _onward(ctx: WebContext, who: Visitor, form: Form, series: str, number: int, item: int) -> Response:
    """Where the button leads: on with this item, to the next, or back to all of them."""
    to = form.text("do")
    if to == "more":
        return _at(who, number, series, f"/{item}", "saved")
    await ctx.chair.release(who.principal, series, number, item)
    if to.isascii() and to.isdigit() and len(to) < 5:
        return _at(who, number, series, f"/{to}", "saved")
    return _at(who, number, series, done="saved")


# --- the end ----------------------------------------------------------------------------------------------------


@router.get("/conference/{number}/end")
async def ask_end(request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = "weekly") -> Response:
    """The full sentence before the minutes are sent. Opening it does nothing."""
    return await _ask_end(request, ctx, who, series, number, Faults(), None)


async def _ask_end(
    request: Request, ctx: WebContext, who: Visitor, series: str, number: int, faults: Faults, typed: str | None
) -> Response:
    held, meeting = await ctx.chair.meeting(who.principal, series, number)
    if meeting is None or not meeting.open:
        what = _("has not been started") if meeting is None else _("is over and its minutes are sent")
        raise Conflict(_("Conference %(number)s %(what)s.", number=number, what=what))
    proposed = await ctx.chair.next_start(who.principal, series, number)
    noted = [one.noted for one in meeting.items]
    owners = dict.fromkeys(code for one in noted for action in one.actions for code in action.owners)
    values = {
        "held": held, "meeting": meeting, "more": more(series), "faults": faults,
        "next": typed if typed is not None else write_time(proposed, who.zone),
        "conclusions": sum(len(one.conclusions) for one in noted),
        "public": sum(c.publish == "public" for one in noted for c in one.conclusions),
        "actions": sum(len(one.actions) for one in noted), "owners": list(owners),
        "before": ctx.clock.now() < held.start,
        "machine": wall(), "writing": [one for one in meeting.items if one.held(who.principal, wall())],
    }  # fmt: skip
    ends = meeting.state == "running"
    words = later("End conference %(number)s?") if ends else SEND_CORRECTED
    title = _(words, number=number)
    return page(
        request, ctx, who, "minutes_end.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200, of=[held],
    )  # fmt: skip


@router.post("/conference/{number}/end")
async def end(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Send the minutes."""
    typed = form.text("next")
    following = read_time(typed, who.zone) if typed else None
    faults = Faults()
    if typed and following is None:
        faults.add("next", _("Give the day and time, such as 2016-01-28 10:00, or leave it empty."))
        return await _ask_end(request, ctx, who, series, number, faults, typed)
    try:
        await ctx.chair.end(who.principal, series, number, following)
    except (Refused, Stale) as error:
        for words in [problem.message for problem in error.problems] or [error.detail]:
            faults.add("next", words)
        return await _ask_end(request, ctx, who, series, number, faults, typed)
    return _at(who, number, series, done="ended")


@router.post("/conference/{number}/correct")
async def correct(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Open minutes that were sent."""
    await ctx.chair.correct(who.principal, series, number)
    return _at(who, number, series, done="correct")
