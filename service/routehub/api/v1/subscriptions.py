"""Subscriptions: push by webhook or e-mail, their log, a test, and sending once more."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Reader
from routehub.api.listening import wanted
from routehub.core.canonical import dumps, iso
from routehub.core.errors import Conflict, NotAllowed, Unknown, refused
from routehub.core.ids import uuid7
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.channels.webhook import check_target
from routehub.delivery.outgoing import Logged
from routehub.delivery.subscriptions import LISTS, SubscriptionView
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub_schemas import parse
from routehub_schemas.kind import Part
from routehub_schemas.vocab import PlanPoint, Reference, Severity

router = APIRouter(tags=["subscriptions"], route_class=Door)

SubId = Annotated[str, Path(max_length=60)]
_Words = list[Annotated[str, Field(min_length=1, max_length=80)]]


class _Filter(Part):
    """What to send; what is left out or empty does not narrow."""

    kinds: _Words = Field(default=[], max_length=50)
    parties: _Words = Field(default=[], max_length=50)
    places: _Words = Field(default=[], max_length=50)
    severity: Severity | None = None
    points: list[PlanPoint] = Field(default=[], max_length=50)
    threads: list[Reference] = Field(default=[], max_length=50)


class NewSubscription(_Filter):
    """A subscription as it is asked for. ``target``: an https address, or an e-mail address (the person's own when
    left out)."""

    channel: Literal["webhook", "email"]
    target: Annotated[str, Field(min_length=3, max_length=2000)] | None = None


class ChangedSubscription(Part):
    """What to change; a filter replaces the one before as a whole."""

    filter: _Filter | None = None
    target: Annotated[str, Field(min_length=3, max_length=2000)] | None = None
    active: bool | None = None


@router.post("/subscriptions", status_code=201)
async def create_subscription(request: Request, ctx: Ctx, who: Reader) -> Response:
    """Subscribe. The secret of a webhook is in this answer and nowhere afterwards."""
    asked = parse.validate(NewSubscription, await json_body(request, ctx.settings.max_body_bytes))
    target, found = _target(ctx, who, asked.channel, asked.target), _wanted(ctx, asked)
    made = await ctx.writer.submit(Change(lambda tx: subscriptions.create(tx, who, asked.channel, target, found)))
    body = _shown(made) | ({"secret": made.secret} if made.secret else {})
    return _json(body, 201, {"Location": f"/v1/routes/{who.route}/subscriptions/{made.id}"})


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
    before = await ctx.db.read(subscriptions.one, who, sub)
    target = _target(ctx, who, before.channel, asked.target) if asked.target is not None else None
    found = _wanted(ctx, asked.filter) if asked.filter is not None else None
    changed = await ctx.writer.submit(
        Change(lambda tx: subscriptions.change(tx, who, sub, wanted=found, target=target, active=asked.active))
    )
    return _json(_shown(changed))


@router.delete("/subscriptions/{sub}", status_code=204)
async def remove_subscription(ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """Remove a subscription with its log; nothing more is sent."""
    await ctx.writer.submit(Change(lambda tx: subscriptions.remove(tx, who, sub)))
    return Response(status_code=204)


@router.post("/subscriptions/{sub}/test", status_code=202)
async def test_subscription(ctx: Ctx, who: Reader, sub: SubId) -> Response:
    """Send a test now; how it went is in the log of deliveries."""

    def add(tx: Batch) -> str:
        found, new_id = subscriptions.one(tx.conn, who, sub), uuid7(tx.wall)
        if not found.sends:
            raise Conflict("This subscription is switched off. Switch it on first.")
        note = f"Test from Routehub\nThis tests the subscription {found.id} of {found.party}. Nothing has happened."
        rows = [
            outgoing.row(
                new_id, found.addressee, f"test-{new_id}", "test", found.route, found.party, found.channel, "test",
                tx.wall, urgent=True, note=note,
            )
        ]  # fmt: skip
        outgoing.add(tx, rows)
        tx.audit("subscription.test", found.route, found.party, who.actor, {"subscription": found.id})
        return new_id

    delivery = await ctx.writer.submit(Change(add))
    ctx.due()
    return _json({"delivery": delivery}, 202)


@router.get("/subscriptions/{sub}/deliveries")
async def get_deliveries(
    ctx: Ctx, who: Reader, sub: SubId, limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=60, description="Go on from this delivery.")] = None,
) -> Response:  # fmt: skip
    """The newest deliveries with every attempt."""

    def read(conn: Connection) -> list[Logged]:
        return outgoing.logged(conn, subscriptions.one(conn, who, sub).addressee, limit, before)

    found = await ctx.db.read(read)
    following = found[-1].delivery["id"] if len(found) == limit else None
    return _json({"deliveries": [_logged(one) for one in found], "next": following})


@router.post("/subscriptions/{sub}/deliveries/{delivery}/redeliver", status_code=202)
async def redeliver(ctx: Ctx, who: Reader, sub: SubId, delivery: SubId) -> Response:
    """Send one delivery once more, under the same id."""

    def again(tx: Batch) -> None:
        found = subscriptions.one(tx.conn, who, sub)
        if not outgoing.again(tx, found.addressee, delivery):
            raise Unknown("There is no finished delivery with this id that you can see.")
        tx.audit("redeliver", found.route, found.party, who.actor, {"delivery": delivery})

    await ctx.writer.submit(Change(again))
    ctx.due()
    return _json({"delivery": delivery}, 202)


def _wanted(ctx: Context, asked: _Filter) -> Wanted:
    found = wanted(ctx, asked.kinds, asked.parties, asked.places, asked.severity)
    return Wanted(
        found.kinds, found.parties, found.places, found.severity, frozenset(asked.points), frozenset(asked.threads)
    )


def _target(ctx: Context, who: Principal, channel: str, given: str | None) -> str:
    """Where to: https for webhooks; for mail the person's own address, or a mailbox of the same domain, so that no
    message leaves for a stranger's by a slip of the hand."""
    if channel == "webhook":
        if given is None:
            raise refused("/target", "missing", "A webhook needs the address to call.")
        return check_target(given, private=ctx.settings.webhook_private)
    person = ctx.directory.value.people.get(who.actor.partition(":")[2]) if who.scopes is None else None
    if person is None:
        raise NotAllowed("E-mail goes to people. Sign in as a person, or use a webhook.")
    if given is None or given.lower() == person.email.lower():
        return person.email
    local, _, domain = given.rpartition("@")
    own = person.email.rpartition("@")[2].lower()
    if not local or domain.lower() != own or any(c.isspace() or c in ',;<>"()' for c in local):
        raise refused("/target", "mail-address", f"Mail goes to addresses at {own}.", sent=given, allowed=[f"…@{own}"])
    return given


def _shown(found: SubscriptionView) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": found.id, "route": found.route, "party": found.party, "owner": found.owner, "channel": found.channel,
        "target": found.target, "active": found.active, "created_at": iso(found.created_at),
        "filter": {name: sorted(getattr(found.wanted, name)) for name in LISTS} | {"severity": found.wanted.severity},
    }  # fmt: skip
    if found.failing_since is not None:
        body["failing_since"] = iso(found.failing_since)
    if found.disabled_at is not None:
        body |= {"disabled_at": iso(found.disabled_at), "disabled_reason": found.disabled_reason}
    return body


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
