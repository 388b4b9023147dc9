"""The agenda as the chair works on it (UX 3.6): order, lead, minutes, outcome, drop with a reason and undo, proposals,
close. Each change is a form of its own, and says which state of the agenda it was made on."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from routehub.boards.conferences.attendance import invited
from routehub.boards.conferences.queries import ConferenceView
from routehub.chairing.agenda import Paper
from routehub.chairing.edits import AgendaChange, ItemEdit, moved
from routehub.core.errors import Conflict, HubError, Refused, Stale, Unknown
from routehub.core.language import _, later
from routehub.digests.words import outcome
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.stages import has_readout
from routehub.web.visitor import Reading, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid

router = APIRouter(route_class=PageRoute)

Number = Annotated[int, Path(ge=1, le=9_999)]
SeriesName = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
DONE = {
    "up": later("Moved up."),
    "down": later("Moved down."),
    "change": later("Changed."),
    "drop": later("Taken off the agenda."),
    "restore": later("Put back."),
    "accept": later("Accepted."),
    "decline": later("Declined."),
    "compiled": later("The agenda is compiled. Everybody was sent it as a draft."),
    "anew": later("The agenda was compiled anew."),
}


def outcomes() -> list[tuple[str, str]]:
    """What can be wanted of the conference, as a form has it."""
    return [(one, outcome(one)) for one in ("note", "discuss", "decide")]


def more(series: str) -> str:
    """What an address says of the series: nothing for the one that everybody means."""
    return "" if series == "weekly" else f"?series={series}"


def leads(ctx: WebContext, who: Visitor, held: ConferenceView) -> list[tuple[str, str]]:
    """Code and name of those who take part, and so may introduce an item."""
    today = ctx.clock.now().astimezone(who.route.zone).date()
    return [(code, ctx.directory.value.name(code, today)) for code in invited(who.route, held)]


@router.get("/conference/{number}/draft")
async def show(
    request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = "weekly",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """The items in the chair's order, with what was dropped and what is proposed."""
    held, paper = await ctx.chair.paper(who.principal, series, number)
    return await _show(request, ctx, who, held, paper, {"done": DONE.get(done), "just": done})


async def _show(
    request: Request, ctx: WebContext, who: Visitor, held: ConferenceView, paper: Paper | None,
    values: dict[str, Any], status: int = 200,
) -> Response:  # fmt: skip
    usual = {
        "held": held, "paper": paper, "parties": leads(ctx, who, held), "outcomes": outcomes(),
        "more": more(held.series), "faults": Faults(), "done": None, "just": "", "wrong": "", "clash": None,
        "key": fresh_key(),
        "now": ctx.clock.now(), "has_readout": await has_readout(ctx, who, held.series, held.number),
    }  # fmt: skip
    title = _("Conference %(held)s: put the agenda in order", held=held.number)
    wrong = bool(values.get("faults"))
    return page(
        request,
        ctx,
        who,
        "draft.html",
        _("Error: %(title)s", title=title) if wrong else title,
        usual | values,
        status=status,
        of=[held],
    )


@router.post("/conference/{number}/draft")
async def change(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """One step on one item: ``do`` is up, down, change, drop or restore."""
    held, paper = await ctx.chair.paper(who.principal, series, number)
    if paper is None:
        raise Conflict(_("The agenda of conference %(number)s is not compiled yet.", number=number))
    key, act = form.text("item"), form.text("do")
    at = next((n for n, one in enumerate((*paper.items, *paper.dropped)) if one.key == key), None)
    if at is None:
        raise Unknown(_("There is no such item on this agenda."))
    try:
        sent = _change(form, paper, key, act)
        await ctx.chair.change_agenda(who.principal, series, number, form.text("stamp") or None, sent)
    except Stale as stale:
        clash = {"words": stale.detail, "fields": form.without("csrf", "stamp"), "act": act, "item": paper.one(key)}
        return await _show(request, ctx, who, held, paper, {"clash": clash}, 412)
    except (Refused, Invalid) as error:
        faults = Faults()
        for problem in error.problems:
            name = problem.pointer.rpartition("/")[2]
            field = {"dropped": "reason"}.get(name, name if name in ("lead", "minutes", "outcome") else "minutes")
            faults.add(f"{field}-{at}", _words(field, problem.message))
        return await _show(request, ctx, who, held, paper, {"faults": faults, "wrong": key}, 422)
    sign = "&" if more(series) else "?"
    return go(f"{who.base}/conference/{number}/draft{more(series)}{sign}done={act}#items")


def _words(field: str, message: str) -> str:
    return {
        "reason": "Say why it is taken off: everyone reads it.", "minutes": "Give whole minutes from 0 to 240.",
    }.get(field, message)  # fmt: skip


def _change(form: Form, paper: Paper, key: str, act: str) -> AgendaChange:
    if act in ("up", "down"):
        keys = [one.key for one in paper.items]
        return AgendaChange(order=moved(keys, key, -1 if act == "up" else 1) if key in keys else None)
    if act == "drop":
        return parse.validate(AgendaChange, {"items": {key: {"dropped": form.text("reason")}}})
    if act == "restore":
        return AgendaChange(items={key: ItemEdit(dropped=None)})
    minutes = form.text("minutes")
    edit = {
        "lead": form.text("lead") or None, "outcome": form.text("outcome") or None,
        "minutes": int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else minutes or None,
    }  # fmt: skip
    return parse.validate(AgendaChange, {"items": {key: edit}})


@router.post("/conference/{number}/proposals/{proposal}")
async def decide(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number,
    proposal: Annotated[str, Path(max_length=60)], series: SeriesName = "weekly",
) -> Response:  # fmt: skip
    """Accept a proposal, or decline it and say why."""
    act = "accept" if form.text("do") == "accept" else "decline"
    text = form.text("text") or None
    if act == "decline" and text is None:
        held, paper = await ctx.chair.paper(who.principal, series, number)
        faults = Faults()
        faults.add(f"text-{proposal}", _("Say why it is declined: the party that proposed it reads it."))
        return await _show(request, ctx, who, held, paper, {"faults": faults}, 422)
    await ctx.chair.decide(who.principal, series, number, proposal, act, text, form.text("key") or None)
    sign = "&" if more(series) else "?"
    return go(f"{who.base}/conference/{number}/draft{more(series)}{sign}done={act}#proposals")


@router.post("/conference/{number}/compile")
async def compile_now(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Compile the agenda now, from what has been posted so far."""
    _held, paper = await ctx.chair.paper(who.principal, series, number)
    await ctx.chair.compile(who.principal, series, number)
    sign, done = "&" if more(series) else "?", "compiled" if paper is None else "anew"
    return go(f"{who.base}/conference/{number}/draft{more(series)}{sign}done={done}")


@router.get("/conference/{number}/close")
async def ask_close(
    request: Request, ctx: Web, who: Reading, number: Number, series: SeriesName = "weekly"
) -> Response:
    """The full sentence before the agenda is frozen. Opening it does nothing."""
    held, paper = await ctx.chair.paper(who.principal, series, number)
    return _ask_close(request, ctx, who, held, paper)


def _ask_close(
    request: Request, ctx: WebContext, who: Visitor, held: ConferenceView, paper: Paper | None,
    error: HubError | None = None,
) -> Response:  # fmt: skip
    if paper is None or paper.closed:
        what = _("is not compiled yet") if paper is None else _("is closed already")
        raise Conflict(_("The agenda of conference %(held)s %(what)s.", held=held.number, what=what))
    values = {"held": held, "paper": paper, "more": more(held.series), "error": error}
    title = _("Close the agenda of conference %(held)s?", held=held.number)
    return page(request, ctx, who, "draft_close.html", title, values, status=error.status if error else 200, of=[held])


@router.post("/conference/{number}/close")
async def close(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: SeriesName = "weekly"
) -> Response:
    """Freeze it as the chair saw it."""
    try:
        await ctx.chair.close_agenda(who.principal, series, number, form.text("stamp") or None)
    except Stale as stale:
        held, paper = await ctx.chair.paper(who.principal, series, number)
        return _ask_close(request, ctx, who, held, paper, stale)
    return go(f"{who.base}/conference/{number}{more(series)}")
