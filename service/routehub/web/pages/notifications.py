"""What the visitor is told, and by what: own subscriptions by e-mail or a service of Apprise, tried, paused, removed;
what could not be sent, and sending it again."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.core.clock import wall
from routehub.core.errors import Conflict, HubError, Refused
from routehub.core.language import _, later
from routehub.delivery import outgoing, replaying, subscriptions
from routehub.delivery.addressees import Moment
from routehub.delivery.escalation.held import zone_of
from routehub.delivery.escalation.quiet import wishes as wishes_of
from routehub.delivery.replaying import NewReplay
from routehub.delivery.subscription_office import ChangedSubscription, NewSubscription, SubscriptionFilter
from routehub.delivery.subscriptions import SubscriptionView, owner_of
from routehub.journal.jobs import Change
from routehub.web import notification_grid
from routehub.web.answers import PageRoute, go
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, Form
from routehub.web.guard import OwnForm
from routehub.web.quiet_form import QuietForm
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas import parse
from routehub_schemas.errors import Invalid
from routehub_schemas.vocab import SEVERITIES

router = APIRouter(route_class=PageRoute)

Id = Annotated[str, Path(max_length=60)]
SHOWN = 20
CHANNELS = (
    ("email", later("E-mail"), later("To your own address, or another mailbox of the same domain.")),
    ("apprise", later("Chat, push or text message"), later("An address of Apprise, such as ntfys://… or tgram://…")),
)
DONE = {
    "added": later("You will be told. Send yourself a test to be sure."),
    "changed": later("Changed."),
    "tested": later("A test is on its way. How it went stands below in a moment."),
    "paused": later("Paused. Nothing is sent."),
    "on": later("Switched on."),
    "removed": later("Removed. Nothing more is sent."),
    "chosen": later("Kept. This is what reaches you from now on."),
    "tried": later("A test is on its way. How it went stands below in a moment."),
    "again": later("On its way once more."),
}


@router.get("/settings/notifications")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """The visitor's subscriptions (for a party's office, those of the party), and the form for one more."""
    return await show_page(request, ctx, who, {}, Faults())


async def show_page(
    request: Request, ctx: WebContext, who: Visitor, typed: dict[str, Any], faults: Faults, *,
    cells: Mapping[str, Mapping[str, str]] | None = None,
) -> Response:  # fmt: skip
    """``typed``: what stands in the form for one more; ``cells``: in the grid, where it could not be taken."""
    found = await ctx.db.read(subscriptions.manageable, who.principal)
    grid = await ctx.db.read(notification_grid.load, ctx.registry, who)
    wishes = await ctx.db.read(wishes_of, [who.person.id])
    zone = zone_of(Moment(ctx.directory.value, ctx.clock.now(), wall()), who.route.code, who.person.id)
    own = owner_of(who.principal)
    values = _words(ctx) | {
        "mine": [one for one in found if one.owner == own], "others": [one for one in found if one.owner != own],
        "owner": lambda one: _owner(ctx, one), "channels": CHANNELS, "faults": faults,
        "grid": grid, "cells": cells or grid.cells, "alert_choices": notification_grid.ALERT_CHOICES,
        "quiet": QuietForm.of_wish(wishes.get(who.person.id), ctx.settings.night, zone.key),
        "night": ctx.settings.night,
        "typed": {"channel": "email", "target": "", "kinds": ("alert",), "severity": ""} | typed,
        "done": "" if faults else DONE.get(request.query_params.get("done", ""), ""),
    }  # fmt: skip
    title = _("Notifications")
    return page(
        request, ctx, who, "notifications.html", _("Error: %(title)s", title=title) if faults else title, values,
        status=422 if faults else 200,
    )  # fmt: skip


@router.post("/settings/notifications")
async def add(request: Request, ctx: Web, who: Reading, form: OwnForm) -> Response:
    """Add a subscription by e-mail or a service of Apprise."""
    typed = _typed(form) | {"channel": form.text("channel"), "target": form.text("target")}
    data = _filter(typed) | {"channel": typed["channel"]} | ({"target": typed["target"]} if typed["target"] else {})
    try:
        made = await ctx.subscriptions.create(who.principal, parse.validate(NewSubscription, data))
    except (Invalid, Refused, Conflict) as error:
        # The address of a service is a password: it does not come back in the page.
        return await show_page(request, ctx, who, typed | _unless_secret(typed), _faults(error))
    return go(f"{who.base}/settings/notifications/{made.id}?done=added")


@router.get("/settings/notifications/{sub}")
async def show(request: Request, ctx: Web, who: Reading, sub: Id) -> Response:
    """One subscription: what it sends, what it sent, and what could not be sent."""
    return await _show(request, ctx, who, sub, None, Faults())


async def _show(
    request: Request, ctx: WebContext, who: Visitor, sub: str, typed: dict[str, Any] | None, faults: Faults
) -> Response:
    def read(conn: Connection) -> dict[str, Any]:
        found = subscriptions.one(conn, who.principal, sub)
        return {
            "one": found, "log": outgoing.logged(conn, found.addressee, SHOWN),
            "dead": len(outgoing.logged(conn, found.addressee, SHOWN, state="dead")),
            "replays": replaying.of_subscription(conn, who.principal, sub)[:3],
        }  # fmt: skip

    values = await ctx.db.read(read)
    one: SubscriptionView = values["one"]
    before = {"kinds": tuple(sorted(one.wanted.kinds)), "severity": one.wanted.severity or ""}
    values |= _words(ctx) | {
        "typed": typed or before, "faults": faults, "owner": _owner(ctx, one),
        "done": "" if faults else DONE.get(request.query_params.get("done", ""), ""),
        "narrower": one.wanted.parties or one.wanted.places or one.wanted.points or one.wanted.threads,
    }  # fmt: skip
    return page(
        request, ctx, who, "notification.html", _("Notification"), values, status=422 if faults else 200
    )  # fmt: skip


@router.post("/settings/notifications/{sub}")
async def change(request: Request, ctx: Web, who: Reading, form: OwnForm, sub: Id) -> Response:
    """Change what a subscription sends; parties, places, points and threads of its filter stay as they are."""
    before = (await ctx.db.read(subscriptions.one, who.principal, sub)).wanted
    typed = _typed(form)
    kept = {name: sorted(getattr(before, name)) for name in ("parties", "places", "points", "threads")}
    try:
        asked = ChangedSubscription(filter=parse.validate(SubscriptionFilter, _filter(typed) | kept))
        await ctx.subscriptions.change(who.principal, sub, asked)
    except (Invalid, Refused) as error:
        return await _show(request, ctx, who, sub, typed, _faults(error))
    return go(f"{who.base}/settings/notifications/{sub}?done=changed")


@router.post("/settings/notifications/{sub}/{act}")
async def act(ctx: Web, who: Reading, form: OwnForm, sub: Id, act: Annotated[str, Path(max_length=20)]) -> Response:
    """Send a test, pause, switch on, remove, or send again what could not be sent."""
    here = f"{who.base}/settings/notifications"
    if act == "test":
        await ctx.subscriptions.test(who.principal, sub)
        ctx.due()
        return go(f"{here}/{sub}?done=tested")
    if act in ("pause", "resume"):
        await ctx.subscriptions.change(who.principal, sub, ChangedSubscription(active=act == "resume"))
        return go(f"{here}/{sub}?done={'on' if act == 'resume' else 'paused'}")
    if act == "again":
        asked = NewReplay(dead=True)
        await ctx.writer.submit(Change(lambda tx: replaying.begin(tx, who.principal, sub, asked)))
        ctx.due()
        return go(f"{here}/{sub}?done=again")
    if act == "remove":
        await ctx.subscriptions.remove(who.principal, sub)
        return go(f"{here}?done=removed")
    raise Conflict(_("There is no such button on this page."))


def _words(ctx: WebContext) -> dict[str, Any]:
    kinds = {kind.name: _(kind.title) for kind in ctx.registry.values()}
    return {
        "kinds": sorted(kinds.items(), key=lambda kind: kind[1]),
        "kind_titles": kinds,
        "severities": [
            ("", _("Any")),
            *((one, _("%(one)s and worse", one=_(one))) for one in reversed(SEVERITIES) if one != "Unknown"),
        ],
        "channel_words": {"email": _("E-mail"), "apprise": _("Chat, push or text message"), "webhook": _("Webhook")},
        "states": {
            "sent": ("fine", _("Sent")),
            "due": ("due", _("Waiting")),
            "dead": ("silent", _("Could not be sent")),
            "dropped": ("nil", _("Not sent")),
        },
    }


def _owner(ctx: WebContext, one: SubscriptionView) -> str:
    kind, _sep, name = one.owner.partition(":")
    person = ctx.directory.value.people.get(name) if kind == "person" else None
    return person.name if person else name


def _typed(form: Form) -> dict[str, Any]:
    return {"kinds": form.every("kinds"), "severity": form.text("severity")}


def _filter(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {"kinds": list(typed["kinds"]), "severity": typed["severity"] or None}


def _unless_secret(typed: Mapping[str, Any]) -> dict[str, str]:
    return {} if typed["channel"] == "email" else {"target": ""}


def _faults(error: Invalid | HubError) -> Faults:
    faults = Faults()
    for problem in error.problems:
        name = problem.pointer.strip("/").rpartition("filter/")[2].partition("/")[0]
        faults.add(name if name in ("target", "kinds", "severity", "channel") else "target", problem.message)
    if not faults and isinstance(error, HubError):
        faults.add("target", error.detail)
    return faults
