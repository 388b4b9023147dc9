"""Administration of people: how each signs in, and help for somebody who lost their telephone."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.core.clock import wall
from routehub.core.errors import Unknown
from routehub.core.language import _, plural
from routehub.directory import factors, sessions
from routehub.directory.factors import Factors, Held
from routehub.directory.snapshot import OPERATOR_ROUTE, PersonView
from routehub.web import notices
from routehub.web.admin import FreshOperator, Operator
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.guard import OwnForm
from routehub.web.people_forms import change
from routehub.web.render import page

router = APIRouter(route_class=PageRoute)
Id = Annotated[str, Path(max_length=60)]


@router.get("/admin/people")
async def show(request: Request, ctx: Web, who: Operator) -> Response:
    """Everybody whose nomination holds, with their ways of signing in; never how they use the hub."""

    def read(conn: Connection) -> tuple[dict[str, Held], dict[str, int]]:
        return factors.held(conn), sessions.open_by_person(conn, wall())

    held, open_ = await ctx.db.read(read)
    found = [
        {
            "person": person, "ways": held.get(person.id, Held()), "open": open_.get(person.id, 0),
            "beside": _beside(held.get(person.id, Held())),
            "roles": {role for roles in person.roles.values() for role in roles},
            "operator": "operator" in person.roles.get(OPERATOR_ROUTE, ()),
        }
        for person in ctx.directory.value.people.values() if person.active(wall())
    ]  # fmt: skip
    values = {"rows": found, "done": request.query_params.get("done", "")}
    return page(request, ctx, who, "admin_people.html", _("People and sign-in"), values)


def _person(ctx: WebContext, person_id: str) -> PersonView:
    found = ctx.directory.value.people.get(person_id)
    if found is None or not found.active(wall()):
        raise Unknown(_("There is no such person."))
    return found


@router.get("/admin/people/{person}/reset")
async def confirm(request: Request, ctx: Web, who: FreshOperator, person: Id) -> Response:
    """What a reset takes away, before it does."""
    found = _person(ctx, person)
    ways = await ctx.db.read(factors.of, found.id)
    return page(request, ctx, who, "admin_reset.html", _("Reset how %(found)s signs in?", found=found.name),
                {"person": found, "taken": _taken(ways)})  # fmt: skip


def _beside(held: Held) -> list[str]:
    """The ways of signing in besides the link by mail, in words."""
    found = [plural("%(n)s passkey", "%(n)s passkeys", held.passkeys)] if held.passkeys else []
    return found + [words for there, words in ((held.codes, _("authenticator app")), (held.password, _("password")))
                    if there]  # fmt: skip


def _taken(ways: Factors) -> list[str]:
    """What a reset takes away, in words."""
    found = [plural("%(n)s passkey", "%(n)s passkeys", len(ways.passkeys))] if ways.passkeys else []
    return found + [
        words for there, words in (
            (ways.codes_since, _("the authenticator app")), (ways.password, _("the password")),
            (ways.providers, _("the bound account")), (ways.paper, _("the recovery codes")),
        ) if there
    ]  # fmt: skip


@router.post("/admin/people/{person}/reset")
async def reset(ctx: Web, who: FreshOperator, form: OwnForm, person: Id) -> Response:
    """Take a person's password, passkeys and codes away and end their sign-ins; they are told by mail."""
    found = _person(ctx, person)
    await change(ctx, lambda tx: factors.reset(tx, who.principal, found.id))
    answer = go("/sign-in" if found.id == who.person.id else f"{who.base}/admin/people?done=reset")
    words = _("The operator of the hub took your password, passkeys and codes away. A link by mail signs you in.")
    answer.background = notices.later(ctx, found.id, words)
    return answer
