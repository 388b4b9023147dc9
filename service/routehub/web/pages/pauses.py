"""Days for which parties are excused from reporting, with the form to excuse one."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from routehub.core.errors import HubError, NotAllowed
from routehub.core.language import _, later
from routehub.directory import pauses
from routehub.directory.pauses import NewPause
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import PauseView
from routehub.journal.jobs import Change
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid

router = APIRouter(route_class=PageRoute)
FIELDS = ("party", "from", "until", "reason")
SHOWN = 50
"""Pauses on the page, the newest first."""
WORDS = {
    "reason": later("Say why in one line, such as: public holiday."),
    "from": later("Give the first day, such as 2015-10-26."),
    "until": later("Give the last day, such as 2015-10-27, or leave it empty for one day."),
}


@dataclass(frozen=True)
class Row:
    """A pause as the page shows it. mine: whether the visitor may end it."""

    pause: PauseView
    name: str
    by: str
    state: str
    mine: bool


@router.get("/pauses")
async def show(request: Request, ctx: Web, who: Reading) -> Response:
    """Who is excused from reporting, and the form for a party's office and coordinators."""
    return _show(request, ctx, who, {}, Faults())


def _show(request: Request, ctx: WebContext, who: Visitor, typed: dict[str, str], faults: Faults) -> Response:
    directory, now = ctx.directory.value, ctx.clock.now()
    today = now.astimezone(who.route.zone).date()
    members = [m for m in who.route.members(today) if m.reports and pauses.may_pause(who.principal, m.party)]
    own = next((m for m in members if m.party == who.party), members[0] if members else None)
    values: dict[str, Any] = {
        "rows": [_row(ctx, who, pause) for pause in pauses.visible(directory, who.principal)[:SHOWN]],
        "parties": [(m.party, f"{m.party} {directory.name(m.party, today)}") for m in members],
        "typed": {
            "party": own.party if own else "", "from": str(current_day(own, now)) if own else "", "until": "",
            "reason": "",
        } | typed,
        "faults": faults, "done": not faults and request.query_params.get("done"),
    }  # fmt: skip
    title = _("Excused from reporting")
    return page(
        request,
        ctx,
        who,
        "pauses.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=422 if faults else 200,
    )


def _row(ctx: WebContext, who: Visitor, pause: PauseView) -> Row:
    directory, now = ctx.directory.value, ctx.clock.now()
    today = pauses.today_of(directory, pause.route, pause.party, now)
    state = pauses.state(pause, today)
    person = directory.people.get(pause.made_by.removeprefix("person:"))
    by = f"{person.name}, {person.party}" if person else _("the operator")
    return Row(
        pause, directory.name(pause.party, today), by, state,
        state in ("planned", "running") and pauses.may_pause(who.principal, pause.party),
    )  # fmt: skip


@router.post("/pauses")
async def make(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Excuse a party."""
    typed = {name: form.text(name) for name in FIELDS}
    try:
        given = parse.validate(NewPause, {name: value for name, value in typed.items() if value})
        await _change(ctx, lambda tx: pauses.make(tx, who.principal, given))
    except (Invalid, HubError) as error:
        if isinstance(error, NotAllowed):
            raise
        return _show(request, ctx, who, typed, _faults(error))
    return go(f"{who.base}/pauses?done=made")


@router.post("/pauses/{pause}/end")
async def end(
    request: Request, ctx: Web, who: Reading, form: OwnForm, pause: Annotated[str, Path(max_length=60)]
) -> Response:  # fmt: skip
    """End a pause: the party is to report again."""
    await _change(ctx, lambda tx: pauses.end(tx, who.principal, pause))
    return go(f"{who.base}/pauses?done=ended")


def _faults(error: Invalid | HubError) -> Faults:
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/")
        plain = isinstance(error, Invalid)
        faults.add(name if name in FIELDS else "from", (WORDS.get(name, "") if plain else "") or problem.message)
    if not faults and isinstance(error, HubError):
        faults.add("from", error.detail)
    return faults


async def _change(ctx: WebContext, apply: Any) -> None:
    await ctx.writer.submit(Change(apply))
    await ctx.db.read(ctx.directory.refresh)
