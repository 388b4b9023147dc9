"""Measures: the list, one measure, telling and changing one, giving a view, confirming, ending and withdrawing. The
notifying party decides; nobody agrees to a measure (UX 1.7)."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.measures.queries import MeasureView, measure, measures
from routehub.boards.measures.standing import expect_notice
from routehub.boards.movements.queries import MovementView, movements
from routehub.core.errors import Conflict, HubError, NotAllowed, Refused, Stale, Unknown
from routehub.core.language import _, later
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.views import preview as previews
from routehub.views.compliance import CapDay, compliance
from routehub.warning.preview import Preview
from routehub.web import alert_form, measure_form, times
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.measure_form import MeasureForm
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas import parse
from routehub_schemas.kinds.measure.payload import Measure
from routehub_schemas.kinds.measure.summary import COUNTS, TYPES

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]
STATES = {
    "notified": later("Told"),
    "views_open": later("Views open"),
    "views_closed": later("Views closed"),
    "in_force": later("In force"),
    "ended": later("Ended"),
    "withdrawn": later("Withdrawn"),
}
VIEWS = (
    ("no_objection", later("No objection"), ""),
    ("concerns", later("Concerns"), later("Say which")),
    ("object", later("Object"), later("Say why")),
)
VIEW_WORDS = {"no_objection": later("no objection"), "concerns": "concerns", "object": "objects"}
ACTS = {
    "confirm": later("Confirm"), "end": later("End"), "withdraw": later("Withdraw"),
}  # fmt: skip


async def _one(ctx: WebContext, who: Visitor, ref: str) -> MeasureView:
    def read(conn: Connection) -> MeasureView | None:
        return measure(conn, readable(conn, who.route.code, who.party), who.route.code, ref, ctx.clock.now())

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no measure with this id that you can see."))
    return found


@router.get("/measures")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """Measures and movements: what waits for the visitor's party first, then what is open, then what is over."""
    now = ctx.clock.now()

    def read(conn: Connection) -> tuple[list[MeasureView], list[MovementView]]:
        ids = readable(conn, who.route.code, who.party)
        return measures(conn, ids, who.route.code, now), movements(conn, ids, who.route.code, now)

    told, planned = await ctx.db.read(read)
    waiting = sum(m.waits_for(who.party) for m in told) + sum(m.waits_for(who.party) is not None for m in planned)
    values = {"measures": told, "movements": planned, "waiting": waiting, "states": STATES, "types": TYPES}
    title = (
        _("Measures and movements: %(waiting)s waiting for you", waiting=waiting)
        if waiting
        else _("Measures and movements")
    )
    return page(request, ctx, who, "measures.html", title, values)


# --- tell and change ------------------------------------------------------------------------------------


def _require(who: Visitor, kind: str = "measure") -> None:
    if kind not in who.may:
        raise NotAllowed(_("Contact points and deputies do this. Your party's office nominates them."))


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, form: MeasureForm, faults: Faults,
    preview: Preview | None = None, cautions: Any = (), status: int = 200,
) -> Response:  # fmt: skip
    now = ctx.clock.now()
    today = now.astimezone(who.route.zone).date()
    values = {
        "form": form, "faults": faults, "types": measure_form.CHOICES, "caps": measure_form.CAPS,
        "legs": measure_form.own_legs(who.route, who.party, now),
        "places": measure_form.own_crossings(who.route, who.party),
        "audiences": alert_form.audiences(who, today), "preview": preview, "cautions": cautions,
    }  # fmt: skip
    title = (
        _("Change measure %(updates)s", updates=form.updates) if form.updates else _("Tell neighbours about a measure")
    )
    return page(
        request,
        ctx,
        who,
        "measure_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/measures/new")
async def ask(request: Request, ctx: Web, who: Reading) -> Response:
    """The form of a notice."""
    _require(who)
    return _show_form(request, ctx, who, MeasureForm(key=fresh_key()), Faults())


@router.get("/measures/{ref}/change")
async def ask_change(request: Request, ctx: Web, who: Reading, ref: Ref) -> Response:
    """The same form with what the measure says now."""
    _require(who)
    found = await _one(ctx, who, ref)
    if found.party != who.party:
        raise NotAllowed(_("Only the party that told of the measure changes it."))
    return _show_form(request, ctx, who, MeasureForm.changing(found, who.zone), Faults())


@router.post("/measures/new")
async def tell(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """First what it would do, then, on the second press, the notice itself."""
    _require(who)
    typed = MeasureForm.of(form)
    faults = measure_form.check(typed, who.zone)
    if faults:
        return _show_form(request, ctx, who, typed, faults, status=422)
    held = await _one(ctx, who, typed.updates) if typed.updates else None
    before = held.said if held is not None else None
    data, send = measure_form.payload(typed, who.zone, before), form.text("send") == "yes"
    post = Post(ctx.registry["measure"], data, key=typed.key if send else None, said=asdict(typed), dry_run=not send)
    if held is not None:
        post = replace(post, guard=expect_notice(held.id, typed.seen))
    try:
        recorded = await ctx.intake.receive(who.principal, post)
    except (Refused, Conflict) as error:
        return _show_form(request, ctx, who, typed, _faults(error), status=error.status)
    except Stale as error:
        return await _changed_meanwhile(request, ctx, who, typed, error)
    if send:
        ref = typed.updates or (recorded.message.short_id if recorded.message else None) or recorded.message_id
        return go(f"{who.base}/measures/{ref}?done={'changed' if typed.updates else 'told'}")
    said = parse.payload(ctx.registry["measure"], data)
    assert isinstance(said, Measure)
    found = await ctx.db.read(previews.of_draft, who.route, said, ctx.clock.now())
    return _show_form(request, ctx, who, typed, faults, found, recorded.cautions)


async def _changed_meanwhile(
    request: Request, ctx: WebContext, who: Visitor, typed: MeasureForm, error: Stale
) -> Response:  # fmt: skip
    """What was typed, beside who was quicker. Sent again, it takes the place of the other change knowingly."""
    latest = (await _one(ctx, who, typed.updates)).latest
    at = times.moment(latest.at, who.zone, ctx.clock.now())
    words = _(
        "%(author)s changed this measure, %(at)s, after you opened this form. It says now: %(title)s. "
        "Look at it first; sent again, yours takes its place.",
        author=latest.author, at=at, title=latest.said.title,
    )  # fmt: skip
    faults = Faults()
    faults.add("title", words)
    return _show_form(request, ctx, who, replace(typed, seen=latest.message_id), faults, status=error.status)


FIELDS = frozenset(MeasureForm.__dataclass_fields__)


def _faults(error: HubError) -> Faults:
    """The contract's problems at the fields of the form."""
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        name = "in_transit" if name == "caps" else name
        faults.add(name if name in FIELDS else "form", problem.message)
    if not error.problems:
        faults.add("form", error.detail)
    return faults


# --- one measure ----------------------------------------------------------------------------------------


@router.get("/measures/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One measure: what it says, the views, what it was expected to do, and each cap beside both sides' figures."""
    now = ctx.clock.now()
    today = now.astimezone(who.route.zone).date()

    def read(conn: Connection) -> tuple[MeasureView, Preview | None, list[CapDay]] | None:
        ids = readable(conn, who.route.code, who.party)
        view = measure(conn, ids, who.route.code, ref, now)
        if view is None:
            return None
        shared = previews.shared_with(who.route, who.party, today)
        found = previews.of_measure(conn, who.route, view) if shared else None
        return view, found, compliance(conn, who.route, view, ids, now)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no measure with this id that you can see."))
    view, preview, days = found
    own = view.view_of(who.party)
    values = {
        "measure": view, "preview": preview, "days": days, "done": done, "states": STATES, "types": TYPES,
        "counts": COUNTS, "view_words": VIEW_WORDS, "own_view": own, "own": view.party == who.party,
        "gives": view.takes_views and own is not None and "response" in who.may,
        "confirms": who.party in view.unconfirmed() and "response" in who.may,
    }  # fmt: skip
    return page(request, ctx, who, "measure.html", f"{_(STATES[view.state])}: {view.said.title}", values)


@router.get("/measures/{ref}/view")
async def ask_view(request: Request, ctx: Web, who: Reading, ref: Ref) -> Response:
    """The form of a view. It is consultation: the notifying party decides."""
    _require(who, "response")
    found = await _one(ctx, who, ref)
    own = found.view_of(who.party)
    held = own.current if own is not None else None
    typed = {"act": held.act if held else "", "text": held.text or "" if held else "", "key": fresh_key()}
    return _show_act(request, ctx, who, found, "view", typed, Faults())


@router.get("/measures/{ref}/{act}")
async def ask_act(
    request: Request, ctx: Web, who: Reading, ref: Ref, act: Annotated[str, Path(pattern="^(confirm|end|withdraw)$")]
) -> Response:
    """What is asked before a measure is confirmed, ended or withdrawn."""
    _require(who, "response")
    found = await _one(ctx, who, ref)
    return _show_act(request, ctx, who, found, act, {"act": act, "text": "", "key": fresh_key()}, Faults())


@router.post("/measures/{ref}/{act}")
async def do(
    request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref,
    act: Annotated[str, Path(pattern="^(view|confirm|end|withdraw)$")],
) -> Response:  # fmt: skip
    """Give a view, confirm, end or withdraw: one message to all who read the notice."""
    _require(who, "response")
    found = await _one(ctx, who, ref)
    typed = {"act": form.text("act") if act == "view" else act, "text": form.text("text"), "key": form.text("key")}
    faults = Faults()
    if act == "view" and typed["act"] not in VIEW_WORDS:
        faults.add("act", _("Choose a view"))
    elif typed["act"] in ("concerns", "object") and not typed["text"]:
        faults.add("text", _("Write your concerns") if typed["act"] == "concerns" else _("Write why you object"))
    if faults:
        return _show_act(request, ctx, who, found, act, typed, faults, 422)
    data: dict[str, Any] = {"to": found.id, "act": typed["act"]} | ({"text": typed["text"]} if typed["text"] else {})
    try:
        await ctx.intake.receive(who.principal, Post(ctx.registry["response"], data, key=typed["key"] or None))
    except (Refused, Conflict) as error:
        faults.add("form", error.problems[0].message if error.problems else error.detail)
        return _show_act(request, ctx, who, found, act, typed, faults, error.status)
    return go(f"{who.base}/measures/{found.short_id}?done={act}")


def _show_act(
    request: Request, ctx: WebContext, who: Visitor, found: MeasureView, act: str, typed: Mapping[str, str],
    faults: Faults, status: int = 200,
) -> Response:  # fmt: skip
    words = _("Give a view on") if act == "view" else ACTS[act]
    title = _("%(words)s measure %(short_id)s", words=words, short_id=found.short_id)
    values = {"measure": found, "act": act, "typed": typed, "faults": faults, "views": VIEWS, "words": words}
    return page(
        request,
        ctx,
        who,
        "measure_act.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )
