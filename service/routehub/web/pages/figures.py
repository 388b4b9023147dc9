"""Post a party's figures, correct them, or say that there is nothing to report (UX 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.figures.queries import FigureQuery, FigureValue, history
from routehub.boards.reporting.project import expect_version
from routehub.boards.reporting.queries import version_of
from routehub.core.errors import HubError, NotAllowed, Refused, Stale, Unknown
from routehub.directory.principal import HUB_PARTY
from routehub.directory.reporting_day import Period, current_day, due_at, reporting_day
from routehub.directory.snapshot import Membership
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.journal import feed
from routehub.journal.feed import FeedItem
from routehub.journal.jobs import Recorded
from routehub.views import route as route_view
from routehub.views.route import RoutePicture, leg_counts
from routehub.views.totals import Total
from routehub.web import figure_fields
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.figure_fields import Field
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.numbers import NotANumber, count, read_count
from routehub.web.render import Names, page
from routehub.web.visitor import Reading, Visitor
from routehub.web.who_posted import Posted, posted

router = APIRouter(route_class=PageRoute)

Party = Annotated[str, Path(max_length=40)]
QUALITIES = {
    "provisional": ("provisional", "counted"),
    "confirmed": ("confirmed", "counted"),
    "estimate": ("confirmed", "estimated"),
}
"""The three answers to "these figures are", as status and method of each figure."""


@dataclass(frozen=True)
class Sheet:
    """Everything about one party and day that the form stands on."""

    member: Membership
    period: Period
    due: datetime
    fields: list[Field]
    version: str
    before: Posted | None

    @property
    def party(self) -> str:
        return self.member.party

    @property
    def correcting(self) -> bool:
        return bool(self.version)


@dataclass(frozen=True)
class Typed:
    """What stands in the form: texts by field name, and the answers below them."""

    texts: Mapping[str, str]
    quality: str
    reason: str
    comment: str
    version: str
    key: str
    seen: frozenset[str] = frozenset()

    @classmethod
    def of(cls, form: Form, sheet: Sheet) -> "Typed":
        return cls(
            {field.name: form.text(field.name) for field in sheet.fields},
            form.text("quality") if form.text("quality") in QUALITIES else "provisional",
            form.text("reason"), form.text("comment"), form.text("version"), form.text("key") or fresh_key(),
            frozenset(form.every("seen")),
        )  # fmt: skip

    @classmethod
    def at_first(cls, sheet: Sheet) -> "Typed":
        texts = {f.name: "" if f.prefilled is None else count(f.prefilled) for f in sheet.fields}
        on_record = [f.today for f in sheet.fields if f.today is not None]
        return cls(texts, _quality(on_record), "", "", sheet.version, fresh_key())


def _quality(on_record: list[FigureValue]) -> str:
    for name, (status, method) in QUALITIES.items():
        if any((value.status, value.method) == (status, method) for value in on_record):
            return name
    return "provisional"


@dataclass(frozen=True)
class Unusual:
    """A number to look at again. ``mark`` says which number was looked at."""

    field: Field
    value: int
    words: str

    @property
    def mark(self) -> str:
        return f"{self.field.name}={self.value}"


# --- reading ------------------------------------------------------------------------------------------


def _member(ctx: WebContext, who: Visitor, party: str) -> Membership:
    code = ctx.directory.value.party_code(party)
    today = ctx.clock.now().astimezone(who.route.zone).date()
    member = who.route.membership(code, today) if code else None
    if member is None or not member.reports:
        raise Unknown(f"No party of this route with the code {party} posts figures.")
    if "report" not in who.may or member.party not in who.reports_for:
        name = ctx.directory.value.name(member.party, today)
        raise NotAllowed(f"The figures of {name} are posted by its own contact points, deputies and systems.")
    return member


def _sheet(conn: Connection, ctx: WebContext, who: Visitor, member: Membership, day: date) -> Sheet:
    ids = readable(conn, who.route.code, who.party)
    fields = figure_fields.load(conn, ids, who.route, member, day, Names(ctx.directory.value, day))
    version = version_of(conn, ids, who.route.code, member.party, "reporting_day", day) or ""
    before = posted(conn, who, version) if version else None
    return Sheet(member, reporting_day(member, day), due_at(member, day), fields, version, before)


@router.get("/figures")
async def own(ctx: Web, who: Reading) -> Response:
    """The form of the visitor's own party for the current reporting day."""
    if not who.reports_for:
        raise NotAllowed("Your party posts no figures on this route.")
    member = _member(ctx, who, who.reports_for[0])
    return go(f"{who.base}/figures/{member.party}/{current_day(member, ctx.clock.now())}")


@router.get("/figures/{party}/{day}")
async def show(
    request: Request, ctx: Web, who: Reading, party: Party, day: date,
    done: Annotated[str, Query(alias="posted", max_length=60)] = "", same: Annotated[str, Query(max_length=1)] = "",
) -> Response:  # fmt: skip
    """The form; after posting, what was posted with the neighbours' counts of the same borders."""
    member = _member(ctx, who, party)
    sheet = await ctx.db.read(_sheet, ctx, who, member, day)
    if done:
        return await _show_posted(request, ctx, who, sheet, done, unchanged=bool(same))
    return _show(request, ctx, who, sheet, Typed.at_first(sheet), Faults())


def _show(
    request: Request, ctx: WebContext, who: Visitor, sheet: Sheet, typed: Typed, faults: Faults,
    unusual: tuple[Unusual, ...] = (), *, conflict: bool = False, focus: str = "", status: int = 200,
) -> Response:  # fmt: skip
    name = ctx.directory.value.name(sheet.party, sheet.period.day)
    title = f"{'Correct figures' if sheet.correcting else 'Post figures'}: {name}"
    if unusual:
        title = f"Check {len(unusual)} unusual {'figure' if len(unusual) == 1 else 'figures'}: {name}"
    values = {
        "sheet": sheet, "typed": typed, "faults": faults, "unusual": unusual, "conflict": conflict,
        "party_name": name, "focus": focus or (sheet.fields[0].id if sheet.fields else ""),
        "unusual_ids": {found.field.id for found in unusual},
    }  # fmt: skip
    return page(request, ctx, who, "figures.html", f"Error: {title}" if faults else title, values, status=status)


# --- posting ------------------------------------------------------------------------------------------


@router.post("/figures/{party}/{day}")
async def post(request: Request, ctx: Web, who: Reading, form: OwnForm, party: Party, day: date) -> Response:
    """Post what stands in the form. Unusual figures are asked about once: only "Keep and post" posts them."""
    member = _member(ctx, who, party)
    sheet = await ctx.db.read(_sheet, ctx, who, member, day)
    typed = Typed.of(form, sheet)
    act = form.text("act") or "post"
    numbers, faults = _read(sheet, typed, nothing=act == "nothing")
    if act == "change":
        return _show(request, ctx, who, sheet, typed, Faults(), focus=_seen_field(sheet, typed))
    if faults:
        return _show(request, ctx, who, sheet, typed, faults, status=422)
    changed = {} if act == "nothing" else _changed(sheet, typed, numbers)
    if not changed and act != "nothing" and sheet.version == typed.version:
        return go(f"{who.base}/figures/{sheet.party}/{day}?posted={sheet.version}&same=1")
    try:
        tried = await _receive(ctx, who, sheet, typed, changed, dry_run=True)
        unusual = _unusual(sheet, changed, tried)
        if unusual and not (act == "keep" and {found.mark for found in unusual} <= typed.seen):
            return _show(request, ctx, who, sheet, typed, faults, unusual)
        recorded = await _receive(ctx, who, sheet, typed, changed)
    except Stale:
        return _show(request, ctx, who, sheet, replace(typed, version=sheet.version), faults, conflict=True, status=409)
    except Refused as error:
        return _show(request, ctx, who, sheet, *_refused(sheet, typed, changed, error), status=422)
    same = "&same=1" if recorded.unchanged else ""
    return go(f"{who.base}/figures/{sheet.party}/{day}?posted={recorded.message_id}{same}")


def _read(sheet: Sheet, typed: Typed, *, nothing: bool) -> tuple[dict[str, int], Faults]:
    """The typed numbers by field name, and what is wrong, in the order of the fields."""
    numbers: dict[str, int] = {}
    faults = Faults()
    for field in sheet.fields:
        text = typed.texts[field.name]
        if nothing:
            if field.flow and text and not sheet.correcting:
                faults.add(field.id, "Clear this number, or post figures instead of nothing to report")
            continue
        try:
            numbers[field.name] = read_count(text)
        except NotANumber as fault:
            if fault.why == "blank" and not (field.required or field.today is not None):
                continue
            faults.add(field.id, _words(field, fault.why))
    if not nothing and not numbers and not faults:
        faults.add(sheet.fields[0].id, "Enter at least one figure, or say that there is nothing to report")
    return numbers, faults


def _words(field: Field, why: str) -> str:
    label = field.label
    if why == "blank":
        return f"Enter the number of {field.ask}, or 0"
    if why == "negative":
        return f"{label}: the number cannot be less than 0"
    if why == "too-large":
        return f"{label}: this number is larger than the hub takes; check it"
    example = count(field.yesterday) if field.yesterday else count(1902)
    return f"{label} must be a whole number, like {example}"


def _changed(sheet: Sheet, typed: Typed, numbers: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """The figures to post by field name: new ones, and those that differ from what is on record. Others stay."""
    status, method = QUALITIES[typed.quality]
    found = {}
    for field in sheet.fields:
        value, known = numbers.get(field.name), field.today
        if value is None:
            continue
        if known is not None and (known.value, known.status, known.method) == (value, status, method):
            continue
        found[field.name] = dict(field.series) | {"value": value, "status": status, "method": method}
    return found


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


def _unusual(sheet: Sheet, changed: Mapping[str, dict[str, Any]], tried: Recorded) -> tuple[Unusual, ...]:
    by_name = {field.name: field for field in sheet.fields}
    order = list(changed)
    found = []
    for caution in tried.cautions:
        parts = caution.pointer.split("/")
        if caution.code == "unusual" and len(parts) > 2 and parts[1] == "figures":
            name = order[int(parts[2])]
            found.append(Unusual(by_name[name], changed[name]["value"], caution.message))
    return tuple(found)


def _seen_field(sheet: Sheet, typed: Typed) -> str:
    seen = {mark.rpartition("=")[0] for mark in typed.seen}
    return next((field.id for field in sheet.fields if field.name in seen), "")


def _refused(
    sheet: Sheet, typed: Typed, changed: Mapping[str, dict[str, Any]], error: HubError
) -> tuple[Typed, Faults]:
    """The contract's problems at the fields of the form. An id that was used before gets a new one."""
    faults = Faults()
    by_name = {field.name: field for field in sheet.fields}
    order = list(changed)
    for problem in error.problems:
        parts = problem.pointer.split("/")
        if problem.code == "reason-needed":
            if not faults.of("reason"):
                faults.add("reason", "Say why the figures change")
        elif len(parts) > 2 and parts[1] == "figures" and parts[2].isdigit():
            faults.add(by_name[order[int(parts[2])]].id, problem.message)
        elif parts[1:2] in (["reason"], ["comment"]):
            faults.add(parts[1], problem.message)
        else:
            faults.add("form", problem.message)
    if not error.problems:
        faults.add("form", error.detail)
        typed = replace(typed, key=fresh_key())
    return typed, faults


# --- after posting ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Border:
    """Both counts of a border as its two parties posted them."""

    label: str
    own: Total | None
    neighbour: str
    theirs: Total | None
    differs: bool


async def _show_posted(
    request: Request, ctx: WebContext, who: Visitor, sheet: Sheet, ref: str, *, unchanged: bool
) -> Response:
    def read(conn: Connection) -> tuple[FeedItem | None, RoutePicture, Posted | None]:
        ids = readable(conn, who.route.code, who.party)
        picture = route_view.load(conn, ctx.directory.value, who.route, ids, ctx.clock.now())
        return feed.one(conn, who.route.code, who.party, ref), picture, posted(conn, who, ref)

    item, picture, made = await ctx.db.read(read)
    if item is None or made is None or item.kind != "report":
        raise Unknown("There is no message with this id that you can see.")
    name = ctx.directory.value.name(sheet.party, sheet.period.day)
    values = {
        "sheet": sheet, "party_name": name, "made": made, "unchanged": unchanged, "picture": picture,
        "borders": _borders(ctx, sheet, picture),
        "reported": len(picture.in_states("in", "nothing_to_report")),
    }  # fmt: skip
    return page(request, ctx, who, "posted.html", f"Figures posted: {name}", values)


def _borders(ctx: WebContext, sheet: Sheet, picture: RoutePicture) -> list[Border]:
    """The neighbours' counts: shown after posting only, so that the two counts stay independent (UX 3.1)."""
    name = Names(ctx.directory.value, sheet.period.day)
    found = []
    for leg in picture.route.legs_on(sheet.period.day):
        if sheet.party not in (leg.from_party, leg.to_party):
            continue
        entering = leg.to_party == sheet.party
        day = sheet.period.day if entering else sheet.period.day + timedelta(days=leg.lag_days)
        left, entered = leg_counts(picture.values, leg, day)
        mine, theirs = (entered, left) if entering else (left, entered)
        other = leg.from_party if entering else leg.to_party
        if mine is not None:
            apart = theirs is not None and route_view.counts_differ(mine.value, theirs.value)
            label = f"{'From' if entering else 'To'} {name(other)}"
            found.append(Border(label, mine, name(other), theirs, apart))
    return found


@router.get("/figures/{party}/{day}/history")
async def show_history(request: Request, ctx: Web, who: Reading, party: Party, day: date) -> Response:
    """Every value of a party's day that was ever posted, with its reason: nothing is overwritten."""
    directory = ctx.directory.value
    code = directory.party_code(party)
    if code is None or code == HUB_PARTY:
        raise Unknown(f"No party has the code {party}.")

    def read(conn: Connection) -> list[tuple[FigureValue, ...]]:
        ids = readable(conn, who.route.code, who.party)
        query = FigureQuery(who.route.code, parties=frozenset({code}), first=day, last=day)
        return list(history(conn, ids, query).values())

    name = Names(directory, day)
    found = [
        (figure_fields.label_of(revisions[0], who.route, name), revisions) for revisions in await ctx.db.read(read)
    ]
    values = {"party_name": name(code), "day": day, "series": found}
    return page(request, ctx, who, "history.html", f"History of figures: {name(code)}", values)
