"""Alerts: the list, one alert, raise, acknowledge, update and end. Opening an alert never changes anything."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alert, alerts
from routehub.boards.alerts.standing import expect_latest
from routehub.core.errors import HubError, NotAllowed, Refused, Stale, Unknown
from routehub.core.language import _
from routehub.delivery.escalation.progress import progress
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.web import alert_form, times
from routehub.web.alert_form import AlertForm
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form, fresh_key
from routehub.web.guard import OwnForm
from routehub.web.record_words import tongues
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub.web.who_posted import posted, summary_of

router = APIRouter(route_class=PageRoute)

Ref = Annotated[str, Path(max_length=60)]
BACK = timedelta(days=30)
LONGEST_HEADLINE = 160


async def _one(ctx: WebContext, who: Visitor, ref: str) -> AlertView:
    def read(conn: Connection) -> AlertView | None:
        return alert(conn, readable(conn, who.route.code, who.party), who.route.code, ref, ctx.clock.now())

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown(_("There is no alert with this id that you can see."))
    return found


@router.get("/alerts")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """Open alerts first, worst first; below them those that ended within thirty days."""
    now = ctx.clock.now()

    def read(conn: Connection) -> list[AlertView]:
        return alerts(conn, readable(conn, who.route.code, who.party), who.route.code, now, since=now - BACK)

    found = await ctx.db.read(read)
    opened = [a for a in found if a.state == "open"]
    values = {
        "tongues": await ctx.db.read(tongues, who, [a.latest for a in found]), "opened": opened,
        "over": [a for a in found if a.state != "open"],
        "keys": {a.short_id: fresh_key() for a in opened},
    }  # fmt: skip
    return page(request, ctx, who, "alerts.html", _("Alerts: %(n)s open", n=len(opened)), values)


# --- raise --------------------------------------------------------------------------------------------


def _show_form(
    request: Request, ctx: WebContext, who: Visitor, form: AlertForm, faults: Faults, status: int = 200
) -> Response:
    today = ctx.clock.now().astimezone(who.route.zone).date()
    values = {
        "form": form, "faults": faults, "places": alert_form.places(who.route, who.party),
        "choices": [(c.category, c.words, c.more) for c in alert_form.CHOICES.values()],
        "severities": alert_form.SEVERITIES, "hours": alert_form.HOURS,
        "audiences": alert_form.audiences(who, today),
    }  # fmt: skip
    title = _("Raise an alert")
    return page(
        request,
        ctx,
        who,
        "alert_new.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


def _require(who: Visitor, kind: str) -> None:
    if kind not in who.may:
        raise NotAllowed(_("Contact points, deputies and coordinators do this. Your party's office nominates them."))


@router.get("/alerts/new")
async def ask(request: Request, ctx: Web, who: Reading, source: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The form; with ``source``, a message whose line it starts from ("Raise an alert from these")."""
    _require(who, "alert")
    made = await ctx.db.read(posted, who, source) if source else None
    said = summary_of(ctx, made.data, made.kind) if made else ""
    return _show_form(request, ctx, who, AlertForm(description=said, key=fresh_key()), Faults())


@router.post("/alerts/new")
async def raise_alert(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Raise an alert: one message, to the audience chosen."""
    _require(who, "alert")
    typed = AlertForm.of(form)
    faults = alert_form.check(typed)
    if faults:
        return _show_form(request, ctx, who, typed, faults, 422)
    data = alert_form.payload(typed, who, ctx.clock.now())
    post = Post(ctx.registry["alert"], data, key=typed.key, said=asdict(typed))
    try:
        recorded = await ctx.intake.receive(who.principal, post)
    except Refused as error:
        return _show_form(request, ctx, who, typed, _faults(error), 422)
    ref = (recorded.message.short_id if recorded.message else None) or recorded.message_id
    return go(f"{who.base}/alerts/{ref}?done=raised")


FIELDS = {
    "category", "place", "headline", "description", "severity", "audience", "text",
}  # fmt: skip


def _faults(error: HubError) -> Faults:
    """The contract's problems at the fields of the form."""
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").partition("/")[0]
        name = "hours" if name == "expires" else name
        faults.add(name if name in FIELDS or name == "hours" else "form", problem.message)
    if not error.problems:
        faults.add("form", error.detail)
    return faults


# --- one alert ----------------------------------------------------------------------------------------


@router.get("/alerts/{ref}")
async def show(
    request: Request, ctx: Web, who: Reading, ref: Ref, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One alert with its acknowledgements, and the buttons that fit the visitor."""
    found = await _one(ctx, who, ref)
    climbed = await ctx.db.read(progress, found, who.party, "coordinator" in who.principal.roles, ctx.directory.value)
    place = who.route.places.get(found.place) if found.place else None
    today = ctx.clock.now().astimezone(who.route.zone).date()
    values = {
        "alert": found, "place": place.name if place else found.place, "done": done, "key": fresh_key(),
        "own": found.party == who.party and "alert" in who.may, "climbed": climbed,
        "tongues": await ctx.db.read(tongues, who, [found.latest]),
        "acks": sorted(found.acknowledgements, key=lambda ack: ctx.directory.value.name(ack.party, today)),
        "chains": sorted(climbed.parties, key=lambda chain: ctx.directory.value.name(chain.party, today)),
    }  # fmt: skip
    told = found.status == "Actual" or who.route.marking == "sample"  # of a whole sample the title says it at its end
    mark = "" if told else f"{_(found.status).upper()}: "
    return page(request, ctx, who, "alert.html", f"{mark}{_(found.severity)}: {found.headline}", values)


@router.post("/alerts/{ref}/acknowledge")
async def acknowledge(ctx: Web, who: Reading, form: OwnForm, ref: Ref) -> Response:
    """ "We have seen this", for the visitor's party. It agrees to nothing (UX 1.7)."""
    _require(who, "response")
    found = await _one(ctx, who, ref)
    data: dict[str, Any] = {"to": found.id, "act": "acknowledge"}
    if text := form.text("text"):
        data["text"] = text
    await ctx.intake.receive(
        who.principal, Post(ctx.registry["response"], data, key=form.text("key") or None, via="page")
    )
    return go(f"{who.base}/alerts/{found.short_id}?done=acknowledged")


# --- update and end -----------------------------------------------------------------------------------


async def _own(ctx: WebContext, who: Visitor, ref: str) -> AlertView:
    """An alert that the visitor's party raised and that still stands."""
    _require(who, "alert")
    found = await _one(ctx, who, ref)
    if found.party != who.party:
        name = ctx.directory.value.name(found.party, ctx.clock.now().date())
        raise NotAllowed(_("Only %(name)s, who raised the alert, can update or end it.", name=name))
    return found


def _show_follow_up(
    request: Request, ctx: WebContext, who: Visitor, alert: AlertView, act: str, typed: dict[str, str],
    faults: Faults, status: int = 200,
) -> Response:  # fmt: skip
    values = {
        "alert": alert, "act": act, "typed": typed, "faults": faults, "hours": alert_form.HOURS,
        "severities": alert_form.SEVERITIES[1:],
    }  # fmt: skip
    title = _("%(act)s alert %(short_id)s", act=_(act.capitalize()), short_id=alert.short_id)
    return page(
        request,
        ctx,
        who,
        "alert_follow_up.html",
        _("Error: %(title)s", title=title) if faults else title,
        values,
        status=status,
    )


@router.get("/alerts/{ref}/{act}")
async def ask_follow_up(
    request: Request, ctx: Web, who: Reading, ref: Ref, act: Annotated[str, Path(pattern="^(update|end)$")]
) -> Response:
    """The form of an update, or the page that asks before an alert ends."""
    found = await _own(ctx, who, ref)
    typed = {
        "headline": found.headline, "description": found.description or "", "severity": found.severity,
        "hours": "24", "ask_again": "", "seen": found.latest, "key": fresh_key(),
    }  # fmt: skip
    return _show_follow_up(request, ctx, who, found, act, typed, Faults())


@router.post("/alerts/{ref}/{act}")
async def follow_up(
    request: Request, ctx: Web, who: Reading, form: OwnForm, ref: Ref,
    act: Annotated[str, Path(pattern="^(update|end)$")],
) -> Response:  # fmt: skip
    """An issued alert is never edited: an update or the end is a message of its own, to the same readers."""
    found = await _own(ctx, who, ref)
    names = ("headline", "description", "severity", "hours", "ask_again", "seen", "key")
    typed = {name: form.text(name) for name in names}
    try:
        data = _follow_up_data(ctx, found, act, typed, form)
        guard = expect_latest(found.id, typed["seen"])
        post = Post(ctx.registry["alert"], data, key=typed["key"] or None, said=[act, found.id, typed], guard=guard)
        await ctx.intake.receive(who.principal, post)
    except Refused as error:
        return _show_follow_up(request, ctx, who, found, act, typed, _faults(error), 422)
    except Stale as error:
        return _updated_meanwhile(request, ctx, who, found, act, typed, error)
    return go(f"{who.base}/alerts/{found.short_id}?done={'ended' if act == 'end' else 'updated'}")


def _updated_meanwhile(
    request: Request, ctx: WebContext, who: Visitor, found: AlertView, act: str, typed: dict[str, str], error: Stale
) -> Response:
    """What was typed, beside what the alert says now. Sent again, it is said knowingly."""
    at = times.moment(found.updated_at, who.zone, ctx.clock.now())
    words = _(
        "This alert was updated, %(at)s, after you opened this form. It says now: %(severity)s, %(headline)s. "
        "Look at it first, then send yours.",
        at=at, severity=found.severity, headline=found.headline,
    )  # fmt: skip
    faults = Faults()
    faults.add("description" if act == "end" else "headline", words)
    return _show_follow_up(request, ctx, who, found, act, typed | {"seen": found.latest}, faults, error.status)


def _follow_up_data(ctx: WebContext, alert: AlertView, act: str, typed: dict[str, str], form: Form) -> dict[str, Any]:
    if act == "end":
        return alert_form.follow_up(alert, "Cancel", alert.expires, description=form.text("description"))
    hours = int(typed["hours"]) if typed["hours"] in dict(alert_form.HOURS) else 24
    data = alert_form.follow_up(
        alert, "Update", ctx.clock.now() + timedelta(hours=hours), headline=typed["headline"],
        description=typed["description"], severity=typed["severity"],
    )  # fmt: skip
    return data | ({"ask_again": True} if typed["ask_again"] == "yes" else {})
