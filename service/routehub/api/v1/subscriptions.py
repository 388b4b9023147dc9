"""Subscriptions: push by webhook, e-mail or a service of Apprise; their log, tests, signing keys, and sending again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.body import json_body
from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import Reader
from routehub.core.canonical import dumps, iso
from routehub.core.clock import wall
from routehub.delivery import outgoing, replaying, subscriptions
from routehub.delivery.outgoing import Logged
from routehub.delivery.replaying import NewReplay, ReplayView
from routehub.delivery.subscription_office import ChangedSubscription, NewSigningKeys, NewSubscription
from routehub.delivery.subscriptions import LISTS, SubscriptionView
from routehub.journal import feed
from routehub.journal.jobs import Change
from routehub_schemas import parse

router = APIRouter(tags=["subscriptions"], route_class=Door)

SubId = Annotated[str, Path(max_length=60)]
Before = Annotated[str | None, Query(max_length=60, description="Go on from this delivery.")]
State = Annotated[Literal["due", "sent", "dead", "dropped"] | None, Query(description="Only these.")]


@router.post("/subscriptions", status_code=201)
async def create_subscription(request: Request, ctx: Ctx, who: Reader) -> Response:
    """Subscribe. The secret of a webhook is in this answer and nowhere afterwards."""
    asked = parse.validate(NewSubscription, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.subscriptions.create(who, asked)
    return _json(_shown(made) | _secret(made), 201, {"Location": f"/v1/routes/{who.route}/subscriptions/{made.id}"})


@router.get("/subscriptions")
async def get_subscriptions(ctx: Ctx, who: Reader) -> Response:
    """Your own; for the office of a party, all of the party."""
    found = await ctx.db.read(subscriptions.manageable, who)
    return _json({"subscriptions": [_shown(one) for one in found]})


@router.get("/subscriptions/{sub}")
async def get_subscription(ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """One subscription. One that is not yours is answered like one that is not there."""
    return _json(_shown(await ctx.db.read(subscriptions.one, who, sub)))


@router.patch("/subscriptions/{sub}")
async def change_subscription(request: Request, ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """Change the filter or the target, pause (``active: false``) or switch on again what was disabled."""
    asked = parse.validate(ChangedSubscription, await json_body(request, ctx.settings.max_body_bytes))
    return _json(_shown(await ctx.subscriptions.change(who, sub, asked)))


@router.delete("/subscriptions/{sub}", status_code=204)
async def remove_subscription(ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """Remove a subscription with its log; nothing more is sent."""
    await ctx.subscriptions.remove(who, sub)
    return Response(status_code=204)


@router.post("/subscriptions/{sub}/rotate")
async def rotate_signing_keys(request: Request, ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """New signing keys for a webhook. Those of before sign beside them until the overlap is over."""
    asked = parse.validate(NewSigningKeys, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.subscriptions.rotate(who, sub, asked)
    return _json(_shown(made) | _secret(made))


@router.delete("/subscriptions/{sub}/signing-keys/{key}")
async def end_signing_key(ctx: Ctx, who: Reader, sub: SubId, key: SubId) -> Response:
    """End an earlier signing key before its overlap is over."""
    return _json(_shown(await ctx.subscriptions.end_key(who, sub, key)))


@router.post("/subscriptions/{sub}/test", status_code=202)
async def test_subscription(ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """Send a test now; how it went is in the log of deliveries."""
    delivery = await ctx.subscriptions.test(who, sub)
    ctx.due()
    return _json({"delivery": delivery}, 202)


@router.get("/subscriptions/{sub}/deliveries")
async def get_deliveries(
    ctx: Ctx, who: Reader, sub: SubId, limit: Annotated[int, Query(ge=1, le=200)] = 50, before: Before = None,
    state: State = None,
) -> Response:  # fmt: skip
    """The newest deliveries with every attempt; with ``state=dead`` those that were given up."""

    def read(conn: Connection) -> list[Logged]:
        return outgoing.logged(conn, subscriptions.one(conn, who, sub).addressee, limit, before, state)

    return _log(await ctx.db.read(read), limit)


@router.get("/dead-letters")
async def get_dead_letters(
    ctx: Ctx, who: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50, before: Before = None
) -> Response:
    """Messages that were given up: those of your own subscriptions; for the office of a party, all of the party."""

    def read(conn: Connection) -> list[Logged]:
        own = None
        if "party_office" not in who.roles:
            own = {one.addressee for one in subscriptions.manageable(conn, who)} | {who.actor}
        return outgoing.dead_letters(conn, who.route, who.party, own, limit, before)

    return _log(await ctx.db.read(read), limit, addressees=True)


@router.post("/subscriptions/{sub}/deliveries/{delivery}/redeliver", status_code=202)
async def redeliver(ctx: Ctx, who: Reader, sub: SubId, delivery: SubId) -> Response:
    """Send one delivery once more, under the same id."""
    await ctx.subscriptions.redeliver(who, sub, delivery)
    ctx.due()
    return _json({"delivery": delivery}, 202)


@router.post("/subscriptions/{sub}/replays", status_code=202)
async def begin_replay(request: Request, ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """Send a stretch of your feed, or all that was given up, once more under the same message ids; the filter of the
    subscription applies. At most 10,000 messages at a time."""
    asked = parse.validate(NewReplay, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.writer.submit(Change(lambda tx: replaying.begin(tx, who, sub, asked)))
    ctx.due()
    where = f"/v1/routes/{who.route}/subscriptions/{sub}/replays/{made.id}"
    return _json(_replay(made, (await ctx.db.read(feed.head, who.route, who.party)).epoch), 202, {"Location": where})


@router.get("/subscriptions/{sub}/replays")
async def get_replays(ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """The newest replays of a subscription and how far they have come."""
    found = await ctx.db.read(replaying.of_subscription, who, sub)
    epoch = (await ctx.db.read(feed.head, who.route, who.party)).epoch
    return _json({"replays": [_replay(one, epoch) for one in found]})


@router.get("/subscriptions/{sub}/replays/{replay}")
async def get_replay(ctx: Ctx, who: Reader, sub: SubId, replay: SubId) -> Response:
    """How far a replay has come."""
    found = await ctx.db.read(replaying.one, who, sub, replay)
    return _json(_replay(found, (await ctx.db.read(feed.head, who.route, who.party)).epoch))


def _secret(found: SubscriptionView) -> dict[str, Any]:
    """The secret of a webhook just made, if it has one that the receiver needs: of ed25519 it needs the public half."""
    held = [key.secret for key in found.keys if key.ends_at is None and key.form == "hmac"]
    return {"secret": held[0]} if held else {}


def _shown(found: SubscriptionView) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": found.id, "route": found.route, "party": found.party, "owner": found.owner, "channel": found.channel,
        "target": found.shown_target, "active": found.active, "created_at": iso(found.created_at),
        "filter": {name: sorted(getattr(found.wanted, name)) for name in LISTS} | {"severity": found.wanted.severity},
    }  # fmt: skip
    if found.keys:
        body["signing_keys"] = [
            {"id": key.id, "form": key.form}
            | ({"public_key": key.public} if key.public else {})
            | ({"ends_at": iso(key.ends_at)} if key.ends_at else {})
            for key in found.signing(wall())
        ]
    if found.failing_since is not None:
        body["failing_since"] = iso(found.failing_since)
    if found.disabled_at is not None:
        body |= {"disabled_at": iso(found.disabled_at), "disabled_reason": found.disabled_reason}
    return body


def _replay(found: ReplayView, epoch: int) -> dict[str, Any]:
    """``messages``: in the stretch; ``looked_through``: of them so far; ``wanted``: let through by the filter."""
    return {
        "id": found.id, "subscription": found.subscription, "after": f"{epoch}.{found.start}",
        "until": f"{epoch}.{found.until}", "messages": found.until - found.start,
        "looked_through": found.reached - found.start, "wanted": found.wanted,
        "prepared": found.finished_at is not None,
        "deliveries": {state: found.states.get(state, 0) for state in ("due", "sent", "dead", "dropped")},
        "created_at": iso(found.created_at),
    }  # fmt: skip


def _log(found: list[Logged], limit: int, *, addressees: bool = False) -> Response:
    following = found[-1].delivery["id"] if len(found) == limit else None
    rows = [
        _logged(one)
        | ({"addressee": one.delivery["addressee"], "channel": one.delivery["channel"]} if addressees else {})
        for one in found
    ]
    return _json({"deliveries": rows, "next": following})


def _logged(one: Logged) -> dict[str, Any]:
    d = one.delivery
    return {
        "id": d["id"], "about": d["about"], "purpose": d["purpose"], "kind": d["kind"], "state": d["state"],
        "outcome": d["outcome"], "created_at": iso(d["created_at"]),
        "due_at": iso(d["due_at"]) if d["state"] == "due" else None,
        "finished_at": iso(d["finished_at"]) if d["finished_at"] else None,
        "attempts": [
            {
                "number": tried["number"], "at": iso(tried["at"]), "ok": tried["ok"], "status": tried["status"],
                "detail": tried["detail"], "seconds": tried["seconds"],
            }
            for tried in one.attempts
        ],
    }  # fmt: skip


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    every = {"Cache-Control": "no-store", **(headers or {})}
    return Response(dumps(body), status, every, media_type="application/json")
