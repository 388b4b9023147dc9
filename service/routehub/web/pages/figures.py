"""Post a party's figures, correct them, or say that there is nothing to report (UX 3.1)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from routehub.boards.reporting.project import expect_version
from routehub.core.errors import NotAllowed, Refused, Stale
from routehub.core.language import _, plural
from routehub.directory.reporting_day import current_day
from routehub.intake.receive import Post
from routehub.journal.jobs import Recorded
from routehub.web import figure_sheet, times
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.figure_sheet import (
    Sheet,
    Typed,
    Unusual,
    changed_figures,
    compared,
    not_a_number,
    on_record,
    read_numbers,
    refused,
    reporting_member,
    seen_field,
    unusual_figures,
)
from routehub.web.forms import Faults
from routehub.web.guard import OwnForm
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas.vocab import Day

router = APIRouter(route_class=PageRoute)

Party = Annotated[str, Path(max_length=40)]


@router.get("/figures")
async def own(ctx: Web, who: Reading) -> Response:
    """The form of the visitor's own party for the current reporting day."""
    if not who.reports_for:
        raise NotAllowed(_("Your party posts no figures on this route."))
    member = reporting_member(ctx, who, who.reports_for[0])
    return go(f"{who.base}/figures/{member.party}/{current_day(member, ctx.clock.now())}")


@router.get("/figures/{party}/{day}")
async def show(request: Request, ctx: Web, who: Reading, party: Party, day: Day) -> Response:
    """The figures form of a party for a day; once something is on record, the form to correct it."""
    member = reporting_member(ctx, who, party)
    sheet = await ctx.db.read(figure_sheet.load, ctx, who, member, day)
    return _show(request, ctx, who, sheet, Typed.at_first(sheet), Faults())


def _show(
    request: Request, ctx: WebContext, who: Visitor, sheet: Sheet, typed: Typed, faults: Faults,
    unusual: tuple[Unusual, ...] = (), *, conflict: bool = False, copied: bool = False, focus: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    name = ctx.directory.value.name(sheet.party, sheet.period.day)
    title = _("Correct figures: %(name)s", name=name) if sheet.correcting else _("Post figures: %(name)s", name=name)
    if unusual:
        title = plural(
            "Check %(n)s unusual figure: %(name)s", "Check %(n)s unusual figures: %(name)s", len(unusual), name=name
        )
    if conflict:
        title = _("Not posted, somebody else was quicker: %(name)s", name=name)
    values = {
        "sheet": sheet, "typed": typed, "faults": faults, "unusual": unusual, "copied": copied,
        "compared": compared(sheet, typed) if conflict else (),
        "party_name": name, "focus": focus or (sheet.fields[0].id if sheet.fields else ""),
        "asked": {found.field.id: found for found in unusual}, "not_a_number": not_a_number,
        "left": times.until(sheet.due, ctx.clock.now()), "fresh": not (faults or unusual or conflict or copied),
    }  # fmt: skip
    return page(
        request,
        ctx,
        who,
        "figures.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.post("/figures/{party}/{day}")
async def post(request: Request, ctx: Web, who: Reading, form: OwnForm, party: Party, day: Day) -> Response:
    """Post what stands in the form. Unusual figures are asked about once: only "Keep and post" posts them."""
    member = reporting_member(ctx, who, party)
    sheet = await ctx.db.read(figure_sheet.load, ctx, who, member, day)
    typed = Typed.of(form, sheet)
    act = form.text("act") or "post"
    if act == "copy":
        return _show(request, ctx, who, sheet, typed.copied(sheet), Faults(), copied=True)
    numbers, faults = read_numbers(sheet, typed, nothing=act == "nothing")
    if act == "change":
        return _show(request, ctx, who, sheet, typed, Faults(), focus=seen_field(sheet, typed))
    if faults:
        return _show(request, ctx, who, sheet, typed, faults, status=422)
    changed = {} if act == "nothing" else changed_figures(sheet, typed, numbers)
    if not changed and act != "nothing":
        return go(f"{who.base}/figures/{sheet.party}/{day}/posted/{sheet.version}?same=1")
    try:
        tried = await _receive(ctx, who, sheet, typed, changed, dry_run=True)
        unusual = unusual_figures(sheet, changed, tried)
        if unusual and not (act == "keep" and {found.mark for found in unusual} <= typed.seen):
            return _show(request, ctx, who, sheet, typed, faults, unusual)
        recorded = await _receive(ctx, who, sheet, typed, changed)
    except Stale:
        yours = replace(typed, version=sheet.version, was=on_record(sheet))
        return _show(request, ctx, who, sheet, yours, faults, conflict=True, status=409)
    except Refused as error:
        return _show(request, ctx, who, sheet, *refused(sheet, typed, changed, error), status=422)
    same = "?same=1" if recorded.unchanged else ""
    return go(f"{who.base}/figures/{sheet.party}/{day}/posted/{recorded.message_id}{same}")


async def _receive(
    ctx: WebContext, who: Visitor, sheet: Sheet, typed: Typed, changed: Mapping[str, dict[str, Any]],
    *, dry_run: bool = False,
) -> Recorded:  # fmt: skip
    data: dict[str, Any] = {"party": sheet.party, "day": sheet.period.day.isoformat()}
    if changed:
        data["figures"] = list(changed.values())
    else:
        data["nothing_to_report"] = True
    if sheet.party != who.party:
        data["on_behalf_of"] = sheet.party
    data |= {name: text for name, text in (("reason", typed.reason), ("comment", typed.comment)) if text}
    guard = expect_version(who.route.code, sheet.party, "reporting_day", sheet.period.day, typed.version)
    kind = ctx.registry["report"]
    return await ctx.intake.receive(who.principal, Post(kind, data, key=typed.key, guard=guard, dry_run=dry_run))
