"""Saving the grid of notifications, and trying one of its channels."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from routehub.core.errors import Unknown
from routehub.core.language import _
from routehub.delivery import choices
from routehub.delivery.choices import OWN, silenced
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import notification_grid
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.pages.notifications import show_page
from routehub.web.visitor import Reading

router = APIRouter(route_class=PageRoute)
ALL = "/settings/notifications"


@router.post("/settings/notifications/choices")
async def save(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Take the grid over as it was sent, in one transaction."""
    grid = await ctx.db.read(notification_grid.load, ctx.registry, who)
    wanted = notification_grid.typed(form, grid)
    if silenced(wanted.values(), grid.rules):
        faults = Faults()
        faults.add(
            f"{OWN}.alert", _("Choose something that tells you of severe and extreme alerts: they have to reach you")
        )
        return await show_page(request, ctx, who, {}, faults, cells=wanted)

    def apply(tx: Transaction) -> None:
        now = notification_grid.load(tx.conn, ctx.registry, who)
        for column in now.columns:
            if column.key in wanted:
                drafts = choices.edited(column, wanted[column.key], now.kinds, now.rules)
                choices.save(tx, who.principal, column, drafts)

    await ctx.writer.submit(Change(apply))
    return go(f"{who.base}{ALL}?done=chosen")


@router.post("/settings/notifications/try/{key}")
async def try_channel(ctx: Web, who: Reading, form: OwnForm, key: Annotated[str, Path(max_length=60)]) -> Response:
    """Send a test by one channel of the grid."""
    grid = await ctx.db.read(notification_grid.load, ctx.registry, who)
    column = next((one for one in grid.columns if one.key == key), None)
    if column is None:
        raise Unknown(_("You have no such channel any more."))
    if column.sending is not None:
        await ctx.subscriptions.test(who.principal, column.sending.id)
    elif key == OWN:
        await ctx.writer.submit(Change(lambda tx: choices.try_own(tx, who.principal)))
    else:
        return go(f"{who.base}{ALL}/{column.subs[0].id}")  # it is paused: its page says so and switches it on
    ctx.due()
    return go(f"{who.base}{ALL}?done=tried#tries")
