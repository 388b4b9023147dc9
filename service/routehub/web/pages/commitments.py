"""Commitments by the points of a plan, one commitment with its history, and the forms that make one or say how far it
is."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.commitments.burn_up import burn_up
from routehub.boards.commitments.standing import latest
from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown
from routehub.core.language import _
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.views import plans
from routehub.views.plans import STATE_WORDS, Shown, Week
from routehub.web import commitment_form
from routehub.web.answers import PageRoute, go
from routehub.web.burn_up_graph import graph
from routehub.web.commitment_form import CommitmentForm, ProgressForm
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.record_words import tongues
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]
CHIPS = {
    "done": "fine", "on_track": "fine", "overdue": "late", "behind": "due", "nothing_reported": "silent",
    "open": "due", "withdrawn": "silent", "no_commitment": "silent",
}  # fmt: skip
STAGE_WORDS = {stage: words for stage, words, _ in commitment_form.STAGES}
WORDS = {"states": STATE_WORDS, "chips": CHIPS, "stages": STAGE_WORDS}


def _week(ctx: WebContext, who: Visitor, name: str | None = None) -> Week:
    found = plans.week_of(who.route, ctx.clock.now(), name or None)
    if found is None:
        raise Unknown(_("There is no such week yet. A week is written as 2016-W03."))
    return found


async def _every(ctx: WebContext, who: Visitor, week: Week) -> dict[str, Shown]:
    def read(conn: Connection) -> dict[str, Shown]:
        return plans.load(conn, readable(conn, who.route.code, who.party), who.route, week)

    return await ctx.db.read(read)


def _find(every: dict[str, Shown], ref: str) -> Shown:
    found = plans.find(every, ref)
    if found is not None:
        return found
    raise Unknown(_("There is no commitment with this id that you can see."))


def _require(who: Visitor, kind: str) -> None:
    if kind not in who.may:
        raise NotAllowed(_("Contact points, deputies and coordinators do this. Your party's office nominates them."))


@router.get("/commitments")
async def show_all(
    request: Request, ctx: Web, who: Reading, plan: Annotated[str, Query(max_length=60)] = "",
    week: Annotated[str, Query(max_length=10)] = "",
) -> Response:  # fmt: skip
    """The points of a plan with what is committed under each, this week or as it was known at the end of another."""
    monitored = plans.monitored(who.route)
    chosen = next((one for one in monitored if one.id == plan), None)
    if plan and chosen is None:
        raise Unknown(_("This route does not monitor a plan %(plan)s.", plan=plan))
    asked = _week(ctx, who, week)
    every = await _every(ctx, who, asked)
    chosen = chosen or (monitored[0] if monitored else None)
    picture = plans.picture(chosen, every, asked) if chosen is not None else None
    told = {one.view.id for point in picture.points for one in point.commitments} if picture else set()
    values = WORDS | {
        "plans": monitored, "picture": picture, "week": asked, "asked": week,
        "elsewhere": [one for one in every.values() if one.view.id not in told],
    }  # fmt: skip
    late = sum(one.standing.state == "overdue" for one in every.values())
    return page(request, ctx, who, "commitments.html", _("Commitments: %(late)s overdue", late=late), values)


# --- a new one ----------------------------------------------------------------------------------------


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, typed: CommitmentForm, every: Sequence[Shown], faults: Faults,
    status: int = 200,
) -> Response:  # fmt: skip
    values = {
        "form": typed, "faults": faults, "points": commitment_form.points(who.route),
        "categories": commitment_form.CATEGORIES, "per": commitment_form.PER,
        "parents": commitment_form.parents(every),
    }  # fmt: skip
    title = _("Make a commitment")
    return page(
        request,
        ctx,
        who,
        "commitment_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/commitments/new")
async def ask(
    request: Request, ctx: Web, who: Reading, point: Annotated[str, Query(max_length=60)] = "",
    parent: Annotated[str, Query(max_length=60)] = "",
) -> Response:  # fmt: skip
    """The form of a new commitment of the visitor's party."""
    _require(who, "commitment")
    every = await _every(ctx, who, _week(ctx, who))
    typed = CommitmentForm(point=point, parent=parent, key=fresh_key())
    return _show_form(request, ctx, who, typed, list(every.values()), Faults())


@router.post("/commitments/new")
async def make(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Make a commitment: one message, owed by the visitor's party."""
    _require(who, "commitment")
    typed = CommitmentForm.of(form)
    data, faults = commitment_form.commitment(typed)
    try:
        if faults:
            raise Refused(_("See the fields."))
        post = Post(ctx.registry["commitment"], data, key=typed.key, said=asdict(typed))
        recorded = await ctx.intake.receive(who.principal, post)
    except Refused as error:
        every = await _every(ctx, who, _week(ctx, who))
        found = faults or commitment_form.faults_of(error)
        return _show_form(request, ctx, who, typed, list(every.values()), found, 422)
    ref = (recorded.message.short_id if recorded.message else None) or recorded.message_id
    return go(f"{who.base}/commitments/{ref}?done=made")


# --- one commitment -----------------------------------------------------------------------------------


def _show(
    request: Request, ctx: WebContext, who: Visitor, one: Shown, every: dict[str, Shown], typed: ProgressForm,
    faults: Faults, done: str = "", status: int = 200, tongue: str = "",
) -> Response:  # fmt: skip
    today = ctx.clock.now().astimezone(who.route.zone).date()
    marks, s = burn_up(one.view), one.standing
    own = one.view.owned_by(who.party) or one.view.party == who.party
    values = WORDS | {
        "one": one, "now": one.view.now, "s": s, "latest": latest(one.view.steps), "marks": marks,
        "graph": graph(marks, today, s.deadline, s.projection.date), "parent": every.get(one.view.now.parent or ""),
        "parts": [every[child] for child in one.view.children if child in every], "done": done,
        "mine": own and "progress" in who.may and s.state != "withdrawn", "form": typed, "faults": faults,
        "choices": commitment_form.STAGES, "tongue": tongue,
    }  # fmt: skip
    title = f"{one.view.short_id}: {one.view.now.title}"
    return page(
        request,
        ctx,
        who,
        "commitment.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/commitments/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One commitment: how it stands, its graph with the table behind it, its parts, all that was said; and for its
    owners the form of progress."""
    every = await _every(ctx, who, _week(ctx, who))
    today = ctx.clock.now().astimezone(who.route.zone).date()
    blank = commitment_form.blank_progress(today)
    one = _find(every, ref)
    said_in = await ctx.db.read(tongues, who, [one.view.now.message_id])
    return _show(request, ctx, who, one, every, blank, Faults(), done, tongue=said_in.get(one.view.now.message_id, ""))


@router.post("/commitments/{ref}/progress")
async def progress(request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref) -> Response:
    """Say how far a commitment is: one message to all who read the commitment."""
    _require(who, "progress")
    every = await _every(ctx, who, _week(ctx, who))
    one = _find(every, ref)
    typed = ProgressForm.of(form)
    data, faults = commitment_form.progress(typed, one.view.id)
    try:
        if faults:
            raise Refused(_("See the fields."))
        post = Post(ctx.registry["progress"], data, key=typed.key, said=[one.view.id, asdict(typed)])
        await ctx.intake.receive(who.principal, post)
    except (Refused, Conflict) as error:
        found = faults or commitment_form.faults_of(error)
        return _show(request, ctx, who, one, every, typed, found, status=error.status)
    return go(f"{who.base}/commitments/{one.view.short_id}?done=progress")
