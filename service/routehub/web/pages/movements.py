"""Movements: the list with the ledger of each pair, one movement, proposing one, and the acts on it. What binds a state
is asked on a page of its own that repeats party, what, number, place and time (UX 9.2)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.movements.queries import MovementView, ledger, movement, movements
from routehub.core.errors import Conflict, HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _, later, lowered
from routehub.core.words import number
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web import movement_form
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.measure_form import whole
from routehub.web.movement_form import MovementForm
from routehub.web.record_words import tongues
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

STATE_WORDS = {
    "proposed": later("Proposed"), "notified": later("Told in advance"), "agreed": later("Agreed"),
    "agreed_with_conditions": later("Agreed with conditions, not accepted yet"), "objected": later("Objected"),
    "not_agreed": later("Not agreed"), "withdrawn": later("Withdrawn"), "took_place": later("Took place"),
}  # fmt: skip

Ref = Annotated[str, Path(max_length=60)]
ActName = Annotated[str, Path(pattern="^(agree|agree-with-conditions|object|accept-conditions|withdraw|took-place)$")]


@dataclass(frozen=True)
class ActPage:
    """An act as its page asks for it. verb: between the party and the movement; text: what the words are for."""

    act: str
    title: str
    verb: str
    button: str
    text: str = ""
    needed: bool = False


ACTS: Mapping[str, ActPage] = {
    "agree": ActPage("agree", later("Agree"), later("agrees to"), later("Agree for")),
    "agree-with-conditions": ActPage(
        "agree_with_conditions",
        later("Agree with conditions"),
        later("agrees, with conditions, to"),
        later("Agree with conditions for"),
        later("Conditions"),
        needed=True,
    ),
    "object": ActPage(
        "object", later("Object"), later("objects to"), later("Object for"), later("Reason"), needed=True
    ),
    "accept-conditions": ActPage(
        "accept_conditions",
        later("Accept the conditions"),
        later("accepts the conditions for"),
        later("Accept the conditions for"),
    ),
    "withdraw": ActPage("withdraw", later("Withdraw"), later("withdraws"), later("Withdraw for"), later("Why")),
    "took-place": ActPage(
        "took_place",
        later("Say what took place"),
        later("reports what took place of"),
        later("Report for"),
        later("Remarks"),
    ),
}


async def _one(ctx: WebContext, who: Visitor, ref: str) -> MovementView:
    def read(conn: Connection) -> MovementView | None:
        return movement(conn, readable(conn, who.route.code, who.party), who.route.code, ref, ctx.clock.now())

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no movement with this id that you can see."))
    return found


def _require(who: Visitor, kind: str) -> None:
    if kind not in who.may:
        raise NotAllowed(_("Contact points and deputies do this. Your party's office nominates them."))


@router.get("/movements")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """All movements, and what was agreed, not agreed, and took place without agreement, for each pair."""
    now = ctx.clock.now()

    def read(conn: Connection) -> list[MovementView]:
        return movements(conn, readable(conn, who.route.code, who.party), who.route.code, now)

    found = await ctx.db.read(read)
    values = {"movements": found, "pairs": ledger(found, now)}
    return page(request, ctx, who, "movements.html", _("Movements"), values)


# --- propose --------------------------------------------------------------------------------------------


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, form: MovementForm, faults: Faults, status: int = 200
) -> Response:
    values = {
        "form": form, "faults": faults, "legs": movement_form.legs(who.route, who.party, ctx.clock.now()),
        "places": movement_form.crossings(who.route, who.party), "transport": movement_form.TRANSPORT,
    }  # fmt: skip
    title = _("Propose a movement")
    return page(
        request,
        ctx,
        who,
        "movement_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/movements/new")
async def ask(request: Request, ctx: Web, who: Reading) -> Response:
    """The form of a proposal."""
    _require(who, "movement")
    return _show_form(request, ctx, who, MovementForm(key=fresh_key()), Faults())


@router.post("/movements/new")
async def propose(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Propose it: the neighbour is asked, and the coordinators read it."""
    _require(who, "movement")
    typed = MovementForm.of(form)
    faults = movement_form.check(typed, who.zone)
    if faults:
        return _show_form(request, ctx, who, typed, faults, 422)
    data = movement_form.payload(typed, who.zone)
    try:
        post = Post(ctx.registry["movement"], data, key=typed.key, said=asdict(typed))
        recorded = await ctx.intake.receive(who.principal, post)
    except Refused as error:
        return _show_form(request, ctx, who, typed, _faults(error), 422)
    ref = (recorded.message.short_id if recorded.message else None) or recorded.message_id
    return go(f"{who.base}/movements/{ref}?done=proposed")


FIELDS = frozenset(MovementForm.__dataclass_fields__)


def _faults(error: HubError) -> Faults:
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        faults.add(name if name in FIELDS else "form", problem.message)
    if not error.problems:
        faults.add("form", error.detail)
    return faults


# --- one movement ---------------------------------------------------------------------------------------


@router.get("/movements/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=30)] = ""
) -> Response:
    """One movement: what, how many, where, when, the answer, and what happens without one."""
    found = await _one(ctx, who, ref)
    answers = "response" in who.may
    values = {
        "movement": found, "done": done, "acts": ACTS,
        "answers": answers and who.party == found.asked and found.takes_answers,
        "sends": answers and who.party == found.party,
        "over": found.state in ("withdrawn", "took_place"), "past": found.at <= ctx.clock.now(),
        "tongue": (await ctx.db.read(tongues, who, [found.id])).get(found.id),
    }  # fmt: skip
    title = _(
        "%(leg)s: about %(people)s people, %(state)s",
        leg=found.leg,
        people=number(found.people),
        state=lowered(_(STATE_WORDS[found.state])),
    )
    return page(request, ctx, who, "movement.html", title, values)


@router.get("/movements/{ref}/{act}")
async def ask_act(request: Request, ctx: Web, who: Reading, ref: Ref, act: ActName) -> Response:
    """The page that repeats what is agreed to, before anything is done."""
    _require(who, "response")
    found = await _one(ctx, who, ref)
    return _show_act(request, ctx, who, found, act, {"text": "", "people": "", "key": fresh_key()}, Faults())


@router.post("/movements/{ref}/{act}")
async def do(request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref, act: ActName) -> Response:
    """The act: one message to all who read the movement."""
    _require(who, "response")
    found, asks = await _one(ctx, who, ref), ACTS[act]
    typed = {name: form.text(name) for name in ("text", "people", "key")}
    data: dict[str, Any] = {"to": found.id, "act": asks.act} | ({"text": typed["text"]} if typed["text"] else {})
    faults = Faults()
    if act == "took-place":
        people = whole(typed["people"] or "x")
        if people is None:
            faults.add("people", _("Write how many people it was, or 0"))
        data["people"] = people
    if asks.needed and not typed["text"]:
        faults.add("text", _("Write the %(text)s", text=asks.text.lower()))
    if faults:
        return _show_act(request, ctx, who, found, act, typed, faults, 422)
    try:
        await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=typed["key"] or None))
    except (Refused, Conflict) as error:
        faults.add("form", error.problems[0].message if error.problems else error.detail)
        return _show_act(request, ctx, who, found, act, typed, faults, error.status)
    return go(f"{who.base}/movements/{found.short_id}?done={act}")


def _show_act(
    request: Request, ctx: WebContext, who: Visitor, found: MovementView, act: str, typed: Mapping[str, str],
    faults: Faults, status: int = 200,
) -> Response:  # fmt: skip
    asks = ACTS[act]
    title = _("%(title)s: movement %(short_id)s", title=_(asks.title), short_id=found.short_id)
    values = {"movement": found, "act": act, "asks": asks, "typed": typed, "faults": faults}
    return page(
        request,
        ctx,
        who,
        "movement_act.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )
