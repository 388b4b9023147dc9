"""The visitor's own settings: when mail may come, and the ways to the other settings."""

from fastapi import APIRouter, Request, Response

from routehub.core.clock import wall
from routehub.core.language import _
from routehub.delivery.addressees import Moment
from routehub.delivery.escalation.held import zone_of
from routehub.delivery.escalation.quiet import put, remove
from routehub.delivery.escalation.quiet import wishes as wishes_of
from routehub.directory.key_office import FOLLOW
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.web import quiet_form
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.quiet_form import QuietForm
from routehub.web.render import page
from routehub.web.visitor import SignedIn

router = APIRouter(route_class=PageRoute)


@router.get("/settings")
async def show(request: Request, ctx: Web, who: SignedIn) -> Response:
    """The visitor's roles, quiet hours, and the ways to the other settings."""
    return await _show(request, ctx, who, Faults())


async def _show(
    request: Request, ctx: WebContext, who: SignedIn, faults: Faults, quiet: QuietForm | None = None
) -> Response:
    wishes = await ctx.db.read(wishes_of, [who.person.id])
    zone = zone_of(Moment(ctx.directory.value, ctx.clock.now(), wall()), who.route.code, who.person.id)
    form = quiet or QuietForm.of_wish(wishes.get(who.person.id), ctx.settings.night, zone.key)
    values = {
        "roles": sorted(who.principal.roles), "faults": faults,
        "keys": bool(who.principal.roles & (FOLLOW | {"operator"})),
        "done": "" if faults else request.query_params.get("done", ""),
        "quiet": form, "days": quiet_form.DAY_WORDS, "ways": quiet_form.WAYS, "night": ctx.settings.night,
    }  # fmt: skip
    return page(request, ctx, who, "settings.html", _("Settings"), values, status=422 if faults else 200)


@router.post("/settings/quiet-hours")
async def set_quiet_hours(request: Request, ctx: Web, who: SignedIn, form: OwnForm) -> Response:
    """When the visitor wants no mail that can wait."""
    typed = QuietForm.of(form)
    faults = quiet_form.check(typed)
    if faults:
        return await _show(request, ctx, who, faults, typed)
    person, party, wish = who.person.id, who.party, typed.wish(who.person.id)

    def apply(tx: Transaction) -> None:
        if wish is None:
            remove(tx, person)
        else:
            put(tx, person, party, wish)

    await ctx.writer.submit(Change(apply))
    return go(f"{who.base}/settings?done=quiet#quiet-hours")
