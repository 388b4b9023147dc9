"""People: who is on duty now and how to reach them, nominations with their clock, and withdrawal, which asks first
(UX 9.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from routehub.core.clock import wall
from routehub.core.errors import Conflict, HubError, NotAllowed, Refused, Unknown
from routehub.core.language import _, later
from routehub.directory import hand_over, nominations, people
from routehub.directory.nominations import Standing
from routehub.directory.people import Nomination, may_manage, may_see
from routehub.directory.snapshot import HandOverView, PersonView
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.people_forms import at_fields, change, moment, own_people
from routehub.web.render import page
from routehub.web.visitor import SignedIn, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid

router = APIRouter(route_class=PageRoute)
Id = Annotated[str, Path(max_length=60)]
ROLES = (
    ("contact_point", later("Contact point")),
    ("deputy", later("Deputy")),
    ("party_office", later("Party office")),
    ("chair", later("Chair")),
    ("observer", later("Observer")),
)


@dataclass(frozen=True)
class Duty:
    """One party now: who is on duty, which deputies can be reached, and where its nominations stand."""

    party: str
    on_duty: tuple[PersonView, ...]
    deputies: tuple[PersonView, ...]
    standing: Standing | None
    covered: bool


@dataclass(frozen=True)
class Handed:
    """A hand-over with the people concerned and what the visitor may do with it."""

    view: HandOverView
    state: str
    giver: PersonView
    deputy: PersonView
    takes: bool
    ends: bool


def _duties(ctx: WebContext, who: Visitor) -> list[Duty]:
    directory, at = ctx.directory.value, wall()
    today = ctx.clock.now().astimezone(who.route.zone).date()
    stand = {one.party: one for one in nominations.standings(directory, who.route, today, at)}
    found = []
    for member in who.route.members(today, "member", "coordinator"):
        duty = directory.on_duty(who.route.code, member.party, at)
        others = [p for p in directory.reachable(who.route.code, member.party, at) if p not in duty]
        seen = tuple(p for p in duty if may_see(directory, who.principal, p))
        more = tuple(p for p in others if may_see(directory, who.principal, p))
        found.append(Duty(member.party, seen, more, stand.get(member.party), bool(duty)))
    return sorted(found, key=lambda duty: duty.party != who.party)


def _handed(ctx: WebContext, who: Visitor) -> list[Handed]:
    directory, at, me = ctx.directory.value, wall(), who.person.id
    found = []
    for view in directory.hand_overs:
        giver, deputy = directory.people[view.person], directory.people[view.deputy]
        state = hand_over.state(view, at)
        if view.route == who.route.code and giver.party == who.party and state in ("proposed", "accepted", "running"):
            takes = me == deputy.id and state != "running"
            ends = me in (giver.id, deputy.id) or may_manage(who.principal, giver.party)
            found.append(Handed(view, state, giver, deputy, takes, ends))
    return found


@router.get("/people")
async def show_all(
    request: Request, ctx: Web, who: SignedIn, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Who is on duty now, party by party; then the visitor's own people and their hand-overs."""
    return show_people(request, ctx, who, done)


def show_people(
    request: Request, ctx: WebContext, who: Visitor, done: str = "", refusal: HubError | None = None
) -> Response:
    own, office = own_people(ctx, who), may_manage(who.principal, who.party)
    values = {
        "duties": _duties(ctx, who), "own": own, "handed": _handed(ctx, who), "done": done,
        "office": office, "refusal": refusal, "roles": dict(ROLES), "wall": wall(),
        "hands_over": bool(own) and (office or any(p.id == who.person.id for p in own)),
    }  # fmt: skip
    return page(request, ctx, who, "people.html", _("People"), values, status=refusal.status if refusal else 200)


# --- nominate and withdraw ----------------------------------------------------------------------------

NOMINATED = ("name", "email", "function", "phone", "languages", "zone", "from", "until", "party")


def _require_office(who: Visitor) -> None:
    if not {"party_office", "operator"} & who.principal.roles:
        raise NotAllowed(_("Your party's office nominates people and withdraws them."))


def _show_nominate(
    request: Request, ctx: WebContext, who: Visitor, typed: Mapping[str, Any], faults: Faults
) -> Response:
    today = ctx.clock.now().astimezone(who.route.zone).date()
    directory = ctx.directory.value
    operator = "operator" in who.principal.roles
    values = {
        "typed": typed, "faults": faults, "roles": ROLES,
        "parties": [(m.party, directory.name(m.party, today)) for m in who.route.members(today)] if operator else [],
        "standing": nominations.standing(directory, who.route, who.party, today, wall()),
    }  # fmt: skip
    title = _("Nominate a person")
    return page(
        request, ctx, who, "person_new.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.get("/people/new")
async def ask(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The form of a nomination, with the 24-hour clock of the party."""
    _require_office(who)
    typed = dict.fromkeys(NOMINATED, "") | {"chosen": ("contact_point",), "party": who.party}
    return _show_nominate(request, ctx, who, typed, Faults())


@router.post("/people/new")
async def nominate(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Nominate a person for the visitor's party."""
    _require_office(who)
    typed: dict[str, Any] = {name: form.text(name) for name in NOMINATED} | {"chosen": form.every("roles")}
    faults = Faults()
    start, end = (moment(ctx, typed[name], name, who, faults) for name in ("from", "until"))
    if faults:
        return _show_nominate(request, ctx, who, typed, faults)
    data = {
        "name": typed["name"], "email": typed["email"], "roles": list(typed["chosen"]), "function": typed["function"],
        "phone": typed["phone"], "languages": typed["languages"].replace(",", " ").split(), "zone": typed["zone"],
        "party": typed["party"], "valid_from": start, "valid_until": end,
    }  # fmt: skip
    try:
        given = parse.validate(Nomination, {name: value for name, value in data.items() if value not in ("", None)})
        await change(ctx, lambda tx: people.nominate(tx, who.principal, given))
    except (Invalid, Refused, Conflict) as error:
        return _show_nominate(request, ctx, who, typed, at_fields(error, (*NOMINATED, "roles"), "email"))
    return go(f"{who.base}/people?done=nominated")


def _person(ctx: WebContext, who: Visitor, person_id: str) -> PersonView:
    found = ctx.directory.value.people.get(person_id)
    if found is None or not may_manage(who.principal, found.party) or found.withdrawn_at is not None:
        raise Unknown(_("There is no such person whom you can withdraw."))
    return found


@router.get("/people/{person}/withdraw")
async def confirm(request: Request, ctx: Web, who: SignedIn, person: Id) -> Response:
    """The full sentence, and who would be left, before a nomination ends."""
    found = _person(ctx, who, person)
    left = [p for p in ctx.directory.value.on_duty(who.route.code, found.party, wall()) if p.id != found.id]
    return page(
        request, ctx, who, "person_withdraw.html", _("Withdraw %(found)s?", found=found.name),
        {"person": found, "left": left, "term": nominations.TERM,
         "nobody": people.leaves_nobody(ctx.directory.value, found, wall()), "faults": Faults()},
    )  # fmt: skip


@router.post("/people/{person}/withdraw")
async def withdraw(request: Request, ctx: Web, who: SignedIn, form: OwnForm, person: Id) -> Response:
    """Withdraw a nomination at once: sessions, streams and hand-overs of the person end."""
    found = _person(ctx, who, person)
    known = form.text("leave_gap") == "yes"
    try:
        await change(ctx, lambda tx: people.withdraw(tx, who.principal, found.id, leave_gap=known))
    except Refused as error:
        values = {"person": found, "left": [], "nobody": True, "faults": at_fields(error, ("leave_gap",), "leave_gap")}
        return page(
            request, ctx, who, "person_withdraw.html", _("Error: Withdraw %(found)s?", found=found.name), values,
            status=422,
        )  # fmt: skip
    return go(f"{who.base}/people?done=withdrawn")
