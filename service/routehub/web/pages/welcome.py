"""Putting the first minute away, and having it back."""

from fastapi import APIRouter, Response

from routehub.directory import people
from routehub.journal.message import Transaction
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.guard import OwnForm
from routehub.web.people_forms import change
from routehub.web.visitor import SignedIn, Visitor

router = APIRouter(route_class=PageRoute)


@router.post("/first-minute/hide")
async def hide(ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Never show it again, on no device."""
    await _keep(ctx, who, guided=True)
    return go(who.base or "/")


@router.post("/first-minute/show")
async def show(ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """Show it on the overview once more."""
    await _keep(ctx, who, guided=False)
    return go(f"{who.base or '/'}#first-minute")


async def _keep(ctx: WebContext, who: Visitor, *, guided: bool) -> None:
    person = who.person.id

    def apply(tx: Transaction) -> None:
        people.set_guided(tx, person, guided=guided)

    await change(ctx, apply)
