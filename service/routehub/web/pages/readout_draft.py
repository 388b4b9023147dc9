"""The readout stage of a conference, for the chair: the draft, the check, publication (UX 3.7)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from routehub.boards.readouts.publishing import check_settled
from routehub.chairing.readouts import content
from routehub.chairing.readouts.content import Draft
from routehub.chairing.readouts.desk import ReadoutDesk, Standing
from routehub.core.canonical import dumps
from routehub.core.errors import Conflict, HubError, NotAllowed, Refused, Stale
from routehub.core.language import _
from routehub.web import readout_form
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key, whole
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas.publication import named
from routehub_schemas.vocab import SLUG_PATTERN

router = APIRouter(route_class=PageRoute)

Number = Annotated[int, Path(ge=1, le=9_999)]
Series = Annotated[str, Query(max_length=40, pattern=SLUG_PATTERN)]


def _desk(ctx: WebContext) -> ReadoutDesk:
    return ReadoutDesk(ctx.db, ctx.writer, ctx.intake, ctx.directory, ctx.clock)


def _chair(who: Visitor) -> None:
    if "chair" not in who.principal.roles:
        raise NotAllowed(
            _("The chair drafts the readout. You will be asked before it is published if it names your party.")
        )


async def _standing(ctx: WebContext, who: Visitor, series: str, number: int) -> Standing:
    _chair(who)
    return await _desk(ctx).standing(who.principal, series, number)


def _address(who: Visitor, series: str, number: int, more: str = "", step: str = "") -> str:
    query = "&".join(filter(None, ["" if series == "weekly" else f"series={series}", more]))
    return f"{who.base}/conference/{number}/readout{step}" + (f"?{query}" if query else "")


def _page(
    request: Request, ctx: WebContext, who: Visitor, found: Standing, *, draft: Draft | None = None,
    base: str | None = None, faults: Faults | None = None, done: str = "", current: Draft | None = None,
    version: int | None = None,
) -> Response:  # fmt: skip
    """draft: as it was typed, where it differs from what is kept, and base: the same as the form's hidden field;
    current: what somebody else made of it meanwhile."""
    shown = draft or (found.draft.draft if found.draft else None)
    status = 409 if current is not None else 422 if faults else 200
    error = _("Error: ") if faults else ""
    # What was kept and cannot go out as it is says so at its fields, without being an error of what was just done.
    faults = faults or (readout_form.faults_of(found.fault) if found.fault and draft is None else Faults())
    now = ctx.clock.now()
    values: dict[str, Any] = {
        "found": found, "draft": shown, "base": base or (readout_form.base(shown) if shown else ""), "faults": faults,
        "version": version if version is not None else found.draft.version if found.draft else 0, "done": done,
        "current": current, "origins": readout_form.ORIGINS, "windows": readout_form.WINDOWS, "key": fresh_key(),
        "state": found.asked.state(now) if found.asked else None, "named": named(found.text) if found.text else (),
        "settled": _settled(found, ctx), "over": found.asked is not None and found.asked.over(now),
        "query": "" if found.which.series == "weekly" else f"?series={found.which.series}",
    }  # fmt: skip
    title = _("%(error)sReadout of conference %(conference)s", error=error, conference=found.which.conference)
    return page(request, ctx, who, "readout_draft.html", title, values, status=status)


def _settled(found: Standing, ctx: WebContext) -> bool:
    """Whether it can be published without a reason."""
    if found.asked is None or not found.checked:
        return False
    try:
        check_settled(found.asked, ctx.clock.now())
    except Conflict:
        return False
    return True


@router.get("/conference/{number}/readout")
async def show(
    request: Request, ctx: Web, who: Reading, number: Number, series: Series = "weekly",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """How far the readout is, and the draft to work on; for others, the readout once it is published."""
    if "chair" not in who.principal.roles:
        return go(f"{who.base}/readouts/{number}" + ("" if series == "weekly" else f"?series={series}"))
    found = await _standing(ctx, who, series, number)
    if found.published is not None:
        return go(f"{who.base}/readouts/{number}" + ("" if series == "weekly" else f"?series={series}"))
    return _page(request, ctx, who, found, done=done)


@router.post("/conference/{number}/readout/draft")
async def make(ctx: Web, who: Reading, form: OwnForm, number: Number, series: Series = "weekly") -> Response:
    """Draft it from the minutes; anew if there is a draft."""
    _chair(who)
    await _desk(ctx).draft(who.principal, series, number, whole(form.text("version")))
    return go(_address(who, series, number, "done=drafted"))


@router.post("/conference/{number}/readout")
async def save(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: Series = "weekly"
) -> Response:
    """Keep what was typed. What somebody else kept meanwhile is shown beside it."""
    found = await _standing(ctx, who, series, number)
    kept = await _keep(request, ctx, who, found, form)
    if isinstance(kept, Response):
        return kept
    if form.text("then") == "publish":
        return go(_address(who, series, number, step="/publish"))
    return go(_address(who, series, number, "done=kept"))


async def _keep(request: Request, ctx: WebContext, who: Visitor, found: Standing, form: Form) -> Response | int:
    """The version in which what was typed is kept, or the page that says why it is not. What says the same as what is
    kept makes no version, so that a form that is sent twice is no clash with itself."""
    try:
        draft = content.read(readout_form.typed(form))
    except HubError as error:
        data = readout_form.typed(form)
        return _page(
            request, ctx, who, found, draft=_loose(data), base=dumps(data), faults=readout_form.faults_of(error)
        )  # fmt: skip
    if found.draft is not None and draft == found.draft.draft:
        return found.draft.version
    try:
        which = found.which
        return await _desk(ctx).save(
            who.principal, which.series, which.conference, draft, whole(form.text("version"))
        )  # fmt: skip
    except Stale as stale:
        return _page(
            request, ctx, who, found, draft=draft, current=content.read(stale.extra["current"]),
            version=stale.extra["version"],
        )  # fmt: skip


def _loose(data: Mapping[str, Any]) -> Draft | None:
    """The draft with its texts as they are, also those that break rules, so that nothing is lost while it is mended."""
    try:
        sections = [
            content.DraftSection.model_construct(
                heading=one.get("heading", ""), points=one.get("points", []), lead_in=one.get("lead_in"),
                lines=[
                    content.DraftLine.model_construct(**{"origin": "typed", "parties": [], "taken": True} | line)
                    for line in one["lines"]
                ],
            )
            for one in data["sections"]
        ]  # fmt: skip
        return Draft.model_construct(**{**data, "sections": sections})
    except (KeyError, TypeError, AttributeError):
        return None


@router.post("/conference/{number}/readout/check")
async def send(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: Series = "weekly"
) -> Response:
    """Keep what was typed and send it to the parties named in it."""
    found = await _standing(ctx, who, series, number)
    version = await _keep(request, ctx, who, found, form)
    if isinstance(version, Response):
        return version
    window = timedelta(minutes=whole(form.text("minutes"), 5) or 0)
    key = form.text("key") or None
    try:
        await _desk(ctx).send(who.principal, series, number, window=window, key=key, version=version)
    except HubError as error:
        if not isinstance(error, Refused):
            raise
        found = await _standing(ctx, who, series, number)
        return _page(request, ctx, who, found, faults=readout_form.faults_of(error))
    return go(_address(who, series, number, "done=sent"))


@router.get("/conference/{number}/readout/publish")
async def confirm(request: Request, ctx: Web, who: Reading, number: Number, series: Series = "weekly") -> Response:
    """The whole of it, before it is published (UX 9.2). Opening this page does nothing."""
    return _ask(request, ctx, who, await _standing(ctx, who, series, number), Faults(), "")


def _ask(request: Request, ctx: WebContext, who: Visitor, found: Standing, faults: Faults, reason: str) -> Response:
    if found.published is not None:
        return go(f"{who.base}/readouts/{found.which.conference}")
    if found.draft is None or found.text is None:
        return go(_address(who, found.which.series, found.which.conference))
    values = {
        "found": found, "text": found.text, "settled": _settled(found, ctx), "faults": faults, "reason": reason,
        "key": fresh_key(), "state": found.asked.state(ctx.clock.now()) if found.asked else None,
        "query": "" if found.which.series == "weekly" else f"?series={found.which.series}",
    }  # fmt: skip
    title = _("Publish the readout of conference %(conference)s?", conference=found.which.conference)
    return page(
        request, ctx, who, "readout_publish.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.post("/conference/{number}/readout/publish")
async def publish(
    request: Request, ctx: Web, who: Reading, form: OwnForm, number: Number, series: Series = "weekly"
) -> Response:
    """Publish it, to everybody."""
    found = await _standing(ctx, who, series, number)
    reason = form.text("reason")
    if not reason and not _settled(found, ctx):
        faults = Faults()
        faults.add("reason", "Write why it is published without a check that has ended; everybody reads it")
        return _ask(request, ctx, who, found, faults, reason)
    try:
        await _desk(ctx).publish(
            who.principal,
            series,
            number,
            reason=reason or None,
            key=form.text("key") or None,
            version=whole(form.text("version")),
        )
    except HubError as error:
        if not isinstance(error, Refused):
            raise
        faults = Faults()
        for problem in error.problems:
            faults.add("reason", problem.message)
        return _ask(request, ctx, who, found, faults, reason)
    return go(f"{who.base}/readouts/{number}?done=published" + ("" if series == "weekly" else f"&series={series}"))
