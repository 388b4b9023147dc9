"""A series of conferences: its rule, what it proposes, its conferences so far, and the form of its terms."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, conferences
from routehub.boards.statements.queries import StatementView, outcomes
from routehub.core.errors import Conflict, HubError, NotAllowed, Refused, Stale, Unknown
from routehub.core.language import _, later
from routehub.digests import series_office
from routehub.digests.render.forms import of_series
from routehub.digests.render.page import plan_title
from routehub.digests.series import WEEKDAYS, Series
from routehub.digests.series_office import Terms
from routehub.digests.upcoming import next_number
from routehub.directory.visibility import readable
from routehub.journal.jobs import Change
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, whole
from routehub.web.guard import OwnForm
from routehub.web.pages.conference_calls import parties
from routehub.web.pages.conferences import known_series
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid
from routehub_schemas.reference import plans

router = APIRouter(route_class=PageRoute)

Name = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
PROPOSALS = 8
TEXTS = (
    "title", "rule", "weekday", "at", "zone", "minutes", "digest_weekday", "digest_at", "chair", "link", "plan",
    "reports_to", "first_number",
)  # fmt: skip
RULES = (
    ("weekly", later("Every week, by weekday and time"), later("The hub calls each one when its agenda goes out.")),
    ("called", later("As the chair calls it"), later("For a sub-group that meets when it is needed.")),
)  # fmt: skip
WORDS = {
    "title": later("Write in one line what the invitations say"),
    "minutes": later("Write how many minutes, from 5 to 480"),
    "at": later("Write a time, such as 10:00"),
    "digest_at": later("Write a time, such as 16:00"),
    "link": later("Write an address that begins with https://"),
    "first_number": later("Write a number, such as 1"),
}


@dataclass(frozen=True)
class Shown:
    """A series as its page shows it."""

    one: Series
    called: list[ConferenceView]
    proposed: list[datetime]
    number: int
    told: list[StatementView]


async def _load(ctx: WebContext, who: Visitor, name: str) -> tuple[Shown, list[Series]]:
    now = ctx.clock.now()

    def read(conn: Connection) -> tuple[Shown, list[Series]] | None:
        found = known_series(conn, ctx, who)
        one = next((one for one in found if one.name == name), None)
        if one is None:
            return None
        ids = readable(conn, who.route.code, who.party)
        called = conferences(conn, ids, who.route.code, name)
        mine = [view for view in outcomes(conn, ids, who.route.code) if view.meeting_series == name]
        return Shown(one, list(reversed(called)), one.proposed(now, PROPOSALS), next_number(one, called), mine), found

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no series %(name)s that you can see.", name=name))
    return found


def _names(found: list[Series]) -> list[tuple[str, str]]:
    return [("", _("None")), *((one.name, one.title) for one in found)]


# --- a new one, and other terms -----------------------------------------------------------------------


@router.get("/conference/series/new")
async def ask_new(request: Request, ctx: Web, who: Reading) -> Response:
    """The form of a new series, filled with the usual terms."""
    typed = Terms(chair=who.party, zone=who.route.zone.key).model_dump(mode="json")
    return await _show_form(request, ctx, who, None, typed | {"name": "", "version": ""}, Faults())


async def _show_form(
    request: Request, ctx: WebContext, who: Visitor, one: Series | None, typed: dict[str, Any], faults: Faults
) -> Response:  # fmt: skip
    if not (series_office.may_change(who.principal, one) if one else series_office.may_begin(who.principal)):
        raise NotAllowed("Coordinators begin a series; its chair and coordinators change it.")
    found = await ctx.db.read(known_series, ctx, who)
    days = [(day, day.capitalize()) for day in WEEKDAYS]
    values = {
        "one": one, "typed": typed, "faults": faults, "days": days, "rules": RULES, "parties": parties(ctx, who),
        "plans": [("", _("None")), *((name, plan_title(name)) for name in sorted(plans()))],
        "others": _names([other for other in found if one is None or other.name != one.name]),
    }  # fmt: skip
    title = _("Terms of %(title)s", title=one.title) if one else _("Begin a series")
    return page(
        request, ctx, who, "series_form.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.post("/conference/series/new")
async def begin(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Begin a series."""
    name, faults = form.text("name"), Faults()
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 40 or name == "new":
        faults.add("name", _("Write a short name in lower case with hyphens, such as police"))
    return await _put(request, ctx, who, form, None, name, faults)


@router.get("/conference/series/{name}/change")
async def ask_change(request: Request, ctx: Web, who: Reading, name: Name) -> Response:
    """The form with the terms as they stand."""
    shown, _rest = await _load(ctx, who, name)
    typed = Terms.of(shown.one).model_dump(mode="json") | {"version": str(shown.one.version)}
    return await _show_form(request, ctx, who, shown.one, typed, Faults())


@router.post("/conference/series/{name}/change")
async def change(request: Request, ctx: Web, who: Reading, form: OwnForm, name: Name) -> Response:
    """Put other terms in the place of those that were read."""
    shown, _rest = await _load(ctx, who, name)
    return await _put(request, ctx, who, form, shown.one, name, Faults())


async def _put(
    request: Request, ctx: WebContext, who: Visitor, form: Form, one: Series | None, name: str, faults: Faults
) -> Response:  # fmt: skip
    typed: dict[str, Any] = {field: form.text(field) for field in (*TEXTS, "version", "name")}
    typed["participants"] = list(form.every("participants"))
    version = whole(typed["version"]) if one is not None else None
    if one is not None and version is None:
        version = 0  # a form without a version was not ours: treat it as read before anything was
    try:
        terms = parse.validate(Terms, _data(typed))
        if not faults:
            await ctx.writer.submit(
                Change(lambda tx: series_office.put(tx, ctx.directory.value, who.principal, name, terms, version))
            )
    except (Invalid, Refused) as error:
        faults.found += _faults(error).found
    except Conflict as error:
        faults.add("name", error.detail)
    except Stale:
        assert one is not None
        words = _("Somebody changed these terms since you opened the form. They say now: %(one)s. ", one=_summary(one))
        faults.add("title", _("%(words)sBelow is what you typed; send it again to put it in their place", words=words))
        typed["version"] = str(one.version)
    if faults:
        return await _show_form(request, ctx, who, one, typed, faults)
    return go(f"{who.base}/conference/series/{name}?done={'changed' if one else 'begun'}")


def _data(typed: dict[str, Any]) -> dict[str, Any]:
    """The terms as their model has them; what is left empty has its usual value."""
    data = {name: typed[name] for name in TEXTS if typed[name] or name == "title"}
    for name in ("minutes", "first_number"):
        if (number := whole(data.get(name, ""), 5)) is not None:
            data[name] = number
    return data | {"participants": typed["participants"]}


def _summary(one: Series) -> str:
    when = f"{_(one.weekday.capitalize())} {one.at:%H:%M}" if one.by_rule else _("as called")
    return _(
        "%(title)s, %(when)s, %(minutes)s minutes, chaired by %(chair)s",
        title=one.title,
        when=when,
        minutes=one.minutes,
        chair=one.chair,
    )


def _faults(error: Invalid | HubError) -> Faults:
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        words = WORDS.get(name) if isinstance(error, Invalid) else None
        faults.add(name if name in (*TEXTS, "participants") else "title", words or problem.message)
    return faults


# --- one series ---------------------------------------------------------------------------------------


@router.get("/conference/series/{name}")
async def show(request: Request, ctx: Web, who: Reading, name: Name) -> Response:
    """Its rule in words, what it proposes next, and its conferences."""
    shown, found = await _load(ctx, who, name)
    values = {
        "shown": shown, "one": shown.one, "of_series": of_series, "now": ctx.clock.now(),
        "parent": next((other for other in found if other.name == shown.one.reports_to), None),
        "below": [other for other in found if other.reports_to == name],
        "changes": series_office.may_change(who.principal, shown.one), "done": request.query_params.get("done"),
    }  # fmt: skip
    return page(request, ctx, who, "series.html", shown.one.title, values, of=shown.called)
