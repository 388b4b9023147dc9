"""The visitor's own sessions: see them, end them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from routehub.core.clock import wall
from routehub.directory import sessions
from routehub.directory.transaction import Transaction
from routehub.journal.jobs import Change
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import SignedIn

router = APIRouter(route_class=PageRoute)


@router.get("/settings")
async def show(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The visitor's roles and own sessions."""
    found = await ctx.db.read(sessions.own, who.person.id, wall())
    values = {"sessions": found, "current": who.session.id, "roles": sorted(who.principal.roles)}
    return page(request, ctx, who, "settings.html", "Settings", values)


@router.post("/settings/sessions/{session}/end")
async def end(ctx: Web, who: SignedIn, form: OwnForm, session: Annotated[str, Path(max_length=20)]) -> Response:
    """End one of the visitor's own sessions, or with ``others`` all but this one; their open pages stop at once."""
    person, current = who.person.id, who.session.token_hash

    def apply(tx: Transaction) -> None:
        if session == "others":
            sessions.end_all(tx.conn, person, tx.wall, current)
        else:
            sessions.end_own(tx.conn, person, session, tx.wall)
        tx.directory_changed()

    await ctx.writer.submit(Change(apply))
    return go(f"{who.base}/settings")
