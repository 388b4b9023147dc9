"""The invitation to a conference: when it is, who attends, and the visitor's own answer."""

from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences.attendance import COMING, Place, attendance
from routehub.boards.conferences.queries import ConferenceView, conference
from routehub.boards.conferences.taking_part import OPENS
from routehub.boards.statements.queries import StatementView, outcomes
from routehub.core.errors import Refused, Unknown
from routehub.core.language import _, later
from routehub.digests.cities import elsewhere
from routehub.digests.render.forms import of_series
from routehub.digests.series import MAIN, Series
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.pages.conferences import SeriesName, known_series
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Number = Annotated[int, Path(ge=1, le=9_999)]
FIELDS = ("act", "delegates", "represented_by", "text")
WORDS = {
    "joined": later("Joined"),
    "attends": later("Attends"),
    "represented": later("Represented"),
    "chairs": later("Chairs"),
    "declined": later("Does not attend"),
    "unanswered": later("Not answered"),
}


@dataclass(frozen=True)
class Invitation:
    """A conference with who attends; ``one``: its series, where the hub has one of that name."""

    view: ConferenceView
    one: Series | None
    places: list[Place]
    outcomes: list[StatementView]

    def place(self, party: str) -> Place | None:
        return next((place for place in self.places if place.party == party), None)


@dataclass(frozen=True)
class Answer:
    """What stands in the form."""

    key: str
    act: str = ""
    delegates: str = ""
    represented_by: str = ""
    text: str = ""

    @classmethod
    def of(cls, form: Form) -> "Answer":
        return cls(form.text("key") or fresh_key(), *(form.text(name) for name in FIELDS))

    @classmethod
    def standing(cls, place: Place | None) -> "Answer":
        """What the party has answered so far."""
        if place is None:
            return cls(fresh_key())
        act = {"attends": "attend", "joined": "attend", "represented": "represented", "declined": "decline"}
        return cls(
            fresh_key(), act.get(place.state, ""), "\n".join(place.delegates), place.represented_by or "",
            place.text or "",
        )  # fmt: skip

    def data(self, to: str) -> dict[str, Any]:
        """The response as the contract has it."""
        act = "attend" if self.act == "represented" else self.act
        people = [line.strip() for line in self.delegates.splitlines() if line.strip()]
        found: dict[str, Any] = {"to": to, "act": act}
        if self.act == "attend" and people:
            found["delegates"] = people
        if self.act == "represented":
            found["represented_by"] = self.represented_by
        return found | ({"text": self.text} if self.text else {})


async def _load(ctx: WebContext, who: Visitor, series: str, number: int) -> Invitation:
    def read(conn: Connection) -> Invitation | None:
        ids = readable(conn, who.route.code, who.party)
        view = conference(conn, ids, who.route.code, series, number)
        if view is None:
            return None
        one = next((one for one in known_series(conn, ctx, who) if one.name == series), None)
        told = outcomes(conn, ids, who.route.code, series=series, number=number)
        return Invitation(view, one, attendance(conn, ids, who.route, view), told)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no conference %(number)s that you can see.", number=number))
    return found


@router.get("/conference/{number}/invitation")
async def show(
    request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = MAIN,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """When it is here and elsewhere, who attends, and the form for one's own party. Opening it does nothing."""
    found = await _load(ctx, who, series, number)
    return _show(request, ctx, who, found, Answer.standing(found.place(who.party)), Faults(), done)


def _show(
    request: Request, ctx: WebContext, who: Visitor, found: Invitation, typed: Answer, faults: Faults, done: str = ""
) -> Response:  # fmt: skip
    view, now = found.view, ctx.clock.now()
    on = view.start.astimezone(who.route.zone).date()
    zones = [ZoneInfo(view.zone), *(member.zone for member in who.route.members(on))]
    mine = found.place(who.party)
    open_now = view.current and now < view.ends
    names = [place.party for place in found.places if place.party != who.party]
    values = {
        "found": found, "view": view, "mine": mine, "typed": typed, "faults": faults, "words": WORDS, "done": done,
        "elsewhere": elsewhere(view.start, who.zone, zones),
        "coming": sum(place.state in COMING for place in found.places),
        "answers": "response" in who.may and mine is not None and open_now,
        "joins": "response" in who.may and mine is not None and open_now and now >= view.start - OPENS,
        "leads": "conference" in who.may and open_now, "over": now >= view.ends,
        "others": [("", _("Choose")), *((code, ctx.directory.value.name(code, on)) for code in names)],
        "more": of_series(view.series), "named": of_series(view.series).replace("?", "&", 1),
    }  # fmt: skip
    title = _("Invitation to conference %(view)s", view=view.number) + (
        _(" of %(series)s", series=view.series) if view.series != MAIN else ""
    )
    return page(
        request,
        ctx,
        who,
        "conference_invitation.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=422 if faults else 200,
        of=[view],
    )


@router.post("/conference/{number}/attend")
async def answer(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """Say for the visitor's party that it attends and who for it, that another speaks for it, or that it does not."""
    found, typed = await _load(ctx, who, series, number), Answer.of(form)
    faults = _check(typed)
    if not faults:
        faults = await _post(ctx, who, found, typed.data(found.view.message_id), typed.key)
    if faults:
        return _show(request, ctx, who, found, typed, faults)
    return go(f"{who.base}/conference/{number}/invitation{of_series(series)}{_mark(series)}done=answered")


def _mark(series: str) -> str:
    return "?" if series == MAIN else "&"


def _check(typed: Answer) -> Faults:
    faults = Faults()
    if typed.act not in ("attend", "represented", "decline"):
        faults.add("act", _("Choose whether your party attends"))
    if typed.act == "represented" and not typed.represented_by:
        faults.add("represented_by", _("Choose the party that speaks for yours"))
    if typed.act == "decline" and not typed.text:
        faults.add("text", _("Write why, in a sentence"))
    return faults


async def _post(ctx: WebContext, who: Visitor, found: Invitation, data: dict[str, Any], key: str) -> Faults:
    faults = Faults()
    try:
        post = Post(ctx.registry["response"], data, tlp=found.view.tlp, key=key)
        await ctx.intake.receive(who.principal, post)
    except Refused as error:
        for problem in error.problems or ():
            name = problem.pointer.strip("/").partition("/")[0]
            faults.add(name if name in FIELDS else "act", problem.message)
        if not error.problems:
            faults.add("act", error.detail)
    return faults


@router.post("/conference/{number}/join")
async def join(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """Record that the visitor's party is there; the page then leads to the call. A link alone records nothing."""
    found = await _load(ctx, who, series, number)
    data = {"to": found.view.message_id, "act": "join"}
    faults = await _post(ctx, who, found, data, form.text("key") or fresh_key())
    if faults:
        return _show(request, ctx, who, found, Answer.standing(found.place(who.party)), faults)
    return go(f"{who.base}/conference/{number}/invitation{of_series(series)}{_mark(series)}done=joined")
