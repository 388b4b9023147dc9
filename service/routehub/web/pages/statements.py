"""Statements: the list, one text with its signatures, a new text, and the page that asks before a party is bound."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences.attendance import COMING, Place, attendance
from routehub.boards.conferences.queries import ConferenceView, conference
from routehub.boards.statements.queries import StatementView, pending, statement, statements
from routehub.core.errors import HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _, later
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key, whole
from routehub.web.guard import OwnForm
from routehub.web.pages.conferences import SeriesName
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]
Act = Annotated[str, Path(pattern="^(sign|decline|withdraw)$")]
TYPES = (
    ("joint_text", later("A joint text"), later("In force when all who are named have signed it.")),
    (
        "meeting_outcome",
        later("The outcome of a meeting"),
        later("What a sub-group’s meeting came to. Signatures are not needed."),
    ),
)
AUDIENCES = (
    ("*", later("All parties of the route"), ""),
    ("signatories", later("Only those who are named below"), later("Others do not learn that it exists.")),
)


async def _one(ctx: WebContext, who: Visitor, ref: str) -> StatementView:
    def read(conn: Connection) -> StatementView | None:
        return statement(conn, readable(conn, who.route.code, who.party), who.route.code, ref)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no statement with this id that you can see."))
    return found


def _names(ctx: WebContext, who: Visitor, view: StatementView) -> Names:
    """Names as they were when the statement was sent (UX 10)."""
    return Names(ctx.directory.value, view.issued_at.astimezone(who.route.zone).date())


@router.get("/statements")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """Those that wait for the visitor's party first, then what is open, in force, and past."""

    def read(conn: Connection) -> list[StatementView]:
        ids = readable(conn, who.route.code, who.party)
        unsigned = pending(conn, ids, who.route.code)
        newest = statements(conn, ids, who.route.code, limit=200)
        return unsigned + [view for view in newest if not view.pending]

    found = await ctx.db.read(read)
    groups = [
        (_("Waits for your party"), [v for v in found if v.waits_for(who.party)]),
        (_("Open for signature"), [v for v in found if v.pending and not v.waits_for(who.party)]),
        (_("In force"), [v for v in found if v.state == "in_force"]),
        (_("Outcomes of meetings"), [v for v in found if v.state == "reported"]),
        (_("Replaced or withdrawn"), [v for v in found if v.state in ("replaced", "withdrawn")]),
    ]
    return page(request, ctx, who, "statements.html", _("Statements"), {"groups": groups, "any": bool(found)})


# --- a new text ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """What stands in the form of a new statement."""

    key: str
    type: str = "joint_text"
    title: str = ""
    text: str = ""
    signatories: tuple[str, ...] = ()
    audience: str = "*"
    meeting: str = ""
    day: str = ""
    participants: tuple[str, ...] = ()
    replaces: str = ""
    series: str = ""
    number: str = ""

    @classmethod
    def of(cls, form: Form) -> "Typed":
        return cls(
            form.text("key") or fresh_key(), form.text("type"), form.text("title"), form.text("text"),
            form.every("signatories"), form.text("audience"), form.text("meeting"), form.text("day"),
            form.every("participants"), form.text("replaces"),
            form.text("series"), form.text("number"),
        )  # fmt: skip

    def data(self) -> dict[str, Any]:
        """The statement as the contract has it. A new version goes to the readers of the one before."""
        found: dict[str, Any] = {
            "type": self.type, "title": self.title, "text": self.text, "signatories": list(self.signatories),
        }  # fmt: skip
        if self.meeting or self.day or self.participants:
            found["meeting"] = {"name": self.meeting, "day": self.day, "participants": list(self.participants)}
            if self.series and (number := whole(self.number)) is not None:
                found["meeting"] |= {"series": self.series, "number": number}
        if self.replaces:
            found["replaces"] = self.replaces
        elif self.audience == "signatories":
            found["audience"] = list(self.signatories) or ["coordinators"]
        return found


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    if "statement" not in who.may:
        raise NotAllowed(_("Contact points, deputies and coordinators do this. Your party's office nominates them."))
    today = ctx.clock.now().astimezone(who.route.zone).date()
    values = {
        "typed": typed, "faults": faults, "types": TYPES, "audiences": AUDIENCES,
        "parties": parties(ctx, who, today),
    }  # fmt: skip
    title = _("New version of a statement") if typed.replaces else _("Draft a statement")
    return page(
        request,
        ctx,
        who,
        "statement_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


def parties(ctx: WebContext, who: Visitor, today: date) -> list[tuple[str, str]]:
    """Code and name of those who can sign."""
    return [
        (m.party, ctx.directory.value.name(m.party, today)) for m in who.route.members(today, "member", "coordinator")
    ]


@router.get("/statements/new")
async def ask(
    request: Request, ctx: Web, who: Reading, replaces: Annotated[str, Query(max_length=60)] = "",
    series: SeriesName = "", number: Annotated[int, Query(ge=0, le=9_999)] = 0,
) -> Response:  # fmt: skip
    """The form; with ``replaces``, the text of the version before; with a series and a number, what a sub-group
    reports back from that conference."""
    typed = Typed(fresh_key(), signatories=(who.party,))
    if series and number:
        typed = await _outcome(ctx, who, series, number)
    if replaces:
        view = await _one(ctx, who, replaces)
        typed = Typed(
            fresh_key(), view.type, view.title, view.text, tuple(s.party for s in view.signatures), "*",
            view.meeting or "", view.meeting_day.isoformat() if view.meeting_day else "", view.participants,
            view.short_id, view.meeting_series or "", str(view.meeting_number or ""),
        )  # fmt: skip
    return _show_form(request, ctx, who, typed, Faults())


async def _outcome(ctx: WebContext, who: Visitor, series: str, number: int) -> Typed:
    """The form of an outcome: which meeting, when, and who took part is known."""

    def read(conn: Connection) -> tuple[ConferenceView, list[Place]] | None:
        ids = readable(conn, who.route.code, who.party)
        view = conference(conn, ids, who.route.code, series, number)
        return (view, attendance(conn, ids, who.route, view)) if view is not None else None

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no conference %(number)s that you can see.", number=number))
    view, places = found
    return Typed(
        fresh_key(), "meeting_outcome", meeting=view.title,
        day=view.start.astimezone(who.route.zone).date().isoformat(),
        participants=tuple(place.party for place in places if place.state in COMING), series=series, number=str(number),
    )  # fmt: skip


@router.post("/statements/new")
async def draft(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Send the text to those who are to sign it."""
    typed = Typed.of(form)
    try:
        recorded = await ctx.intake.receive(who.principal, Post(ctx.registry["statement"], typed.data(), key=typed.key))
    except Refused as error:
        return _show_form(request, ctx, who, typed, _faults(error), 422)
    ref = (recorded.message.short_id if recorded.message else None) or recorded.message_id
    return go(f"{who.base}/statements/{ref}?done=sent")


FIELDS = {"type", "title", "text", "signatories", "audience", "meeting", "day", "participants"}
WORDS = {"title": later("Write in one line what it is about"), "text": later("Write the text")}


def _faults(error: HubError) -> Faults:
    """The contract's problems at the fields of the form."""
    faults = Faults()
    for problem in error.problems:
        name, _sep, rest = problem.pointer.strip("/").partition("/")
        name = "day" if (name, rest) == ("meeting", "day") else name
        empty = problem.code in ("missing", "length", "too-short", "blank")
        faults.add(name if name in FIELDS else "title", (WORDS.get(name) if empty else None) or problem.message)
    if not error.problems:
        faults.add("title", error.detail)
    return faults


# --- one statement ------------------------------------------------------------------------------------


@router.get("/statements/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The text with who signed when, and what the visitor's party can do."""
    found = await _one(ctx, who, ref)
    mine = found.signature(who.party)
    acts = "response" in who.may and found.pending
    values = {
        "view": found, "done": done, "name": _names(ctx, who, found),
        "signs": acts and mine is not None and mine.act != "sign",
        "declines": acts and mine is not None and mine.act != "decline",
        "withdraws": "response" in who.may and found.party == who.party
        and found.state in ("open", "declined", "reported"),
        "renews": "statement" in who.may and found.state not in ("replaced", "withdrawn")
        and (found.party == who.party or mine is not None),
    }  # fmt: skip
    return page(request, ctx, who, "statement.html", found.title, values)


@router.get("/statements/{ref}/{act}")
async def confirm(request: Request, ctx: Web, who: Reading, ref: Ref, act: Act) -> Response:
    """The full sentence, before it binds the party (UX 9.2). Opening it does nothing."""
    return _ask(request, ctx, who, await _one(ctx, who, ref), act, Faults(), fresh_key())


def _ask(
    request: Request, ctx: WebContext, who: Visitor, view: StatementView, act: str, faults: Faults, key: str,
    text: str = "", status: int = 200,
) -> Response:  # fmt: skip
    values = {
        "view": view, "act": act, "faults": faults, "key": key, "text": text, "name": _names(ctx, who, view),
    }  # fmt: skip
    title = f"{act.capitalize()} {view.short_id}?"
    return page(
        request,
        ctx,
        who,
        "statement_act.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.post("/statements/{ref}/{act}")
async def answer(request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref, act: Act) -> Response:
    """Sign, decline or withdraw, for the visitor's party."""
    found = await _one(ctx, who, ref)
    text = form.text("text")
    data: dict[str, Any] = {"to": found.id, "act": act} | ({"text": text} if text else {})
    try:
        await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=form.text("key") or None))
    except Refused as error:
        faults = Faults()
        for problem in error.problems:
            missing = problem.pointer == "/text" and not text
            faults.add("text", _("Write why, in a sentence") if missing else problem.message)
        return _ask(request, ctx, who, found, act, faults, form.text("key") or fresh_key(), text, 422)
    return go(f"{who.base}/statements/{found.short_id}?done={act}")
