"""Handing one's duty over, and accepting, taking over, declining or taking it back by one press (UX 3.8)."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from routehub.core.clock import wall
from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown
from routehub.core.language import _, later
from routehub.directory import hand_over
from routehub.directory.hand_over import NewHandOver
from routehub.directory.people import may_manage
from routehub.directory.snapshot import HandOverView, PersonView
from routehub.directory.transaction import Transaction
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.pages.people import show_people
from routehub.web.people_forms import at_fields, change, moment, own_people
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid

router = APIRouter(route_class=PageRoute)
MOVES = (later("figures duty"), later("alert duty"), later("the seat in the conference"), later("open answers"))
"""What moves with a hand-over (UX 3.8)."""
FIELDS = ("person", "deputy", "from", "until")
DONE = {"accept": "accepted", "take-over": "taken-over", "decline": "declined", "take-back": "taken-back"}


def _givers(ctx: WebContext, who: Visitor) -> list[PersonView]:
    """Whose duty the visitor may hand over: the own one, and as the party's office everybody's."""
    own = own_people(ctx, who)
    return own if may_manage(who.principal, who.party) else [p for p in own if p.id == who.person.id]


def _show(request: Request, ctx: WebContext, who: Visitor, typed: Mapping[str, str], faults: Faults) -> Response:
    givers = _givers(ctx, who)
    if not givers:
        raise NotAllowed(_("You have no duty on this route to hand over."))
    at = wall()
    deputies = [
        p for p in ctx.directory.value.people.values()
        if p.party == who.party and p.withdrawn_at is None and (p.valid_until is None or at < p.valid_until)
    ]  # fmt: skip
    values = {
        "typed": typed, "faults": faults, "givers": [(p.id, p.name) for p in givers],
        "deputies": [("", _("Choose who")), *((p.id, p.name) for p in deputies)],
        "moves": [_(words) for words in MOVES],
    }  # fmt: skip
    title = _("Hand over")
    return page(
        request, ctx, who, "hand_over.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.get("/people/hand-over")
async def ask(request: Request, ctx: Web, who: SignedIn) -> Response:
    """To whom, from, until."""
    return _show(request, ctx, who, dict.fromkeys(FIELDS, "") | {"person": who.person.id}, Faults())


@router.post("/people/hand-over")
async def make(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Propose a hand-over. Nothing moves before the deputy accepts; one with a gap is refused with the gap named."""
    typed = {name: form.text(name) for name in FIELDS}
    faults = Faults()
    start, end = (moment(ctx, typed[name], name, who, faults) for name in ("from", "until"))
    if not typed["deputy"]:
        faults.add("deputy", _("Choose who takes over"))
    if not end and faults.of("until") is None:
        faults.add("until", _("Write until when, such as 2026-01-21 18:00"))
    if faults:
        return _show(request, ctx, who, typed, faults)
    data = {"deputy": typed["deputy"], "ends": end, "starts": start, "person": typed["person"]}
    try:
        given = parse.validate(NewHandOver, {name: value for name, value in data.items() if value})
        await change(ctx, lambda tx: hand_over.make(tx, who.principal, given))
    except (Invalid, Refused, Conflict, Unknown) as error:
        return _show(request, ctx, who, typed, at_fields(error, FIELDS, "deputy"))
    return go(f"{who.base}/people?done=proposed")


@router.post("/people/hand-over/{hand_over_id}/{act}")
async def act_on(
    request: Request, ctx: Web, who: SignedIn, form: OwnForm,
    hand_over_id: Annotated[str, Path(max_length=60)],
    act: Annotated[str, Path(pattern="^(accept|take-over|decline|take-back)$")],
) -> Response:  # fmt: skip
    """Accept, take over now, decline, take back: one press each."""

    def apply(tx: Transaction) -> HandOverView:
        if act in ("accept", "take-over"):
            return hand_over.accept(tx, who.principal, hand_over_id, now=act == "take-over")
        return hand_over.end(tx, who.principal, hand_over_id)

    try:
        await change(ctx, apply)
    except (Refused, Conflict) as error:
        return show_people(request, ctx, who, refusal=error)
    return go(f"{who.base}/people?done={DONE[act]}")
