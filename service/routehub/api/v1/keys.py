"""API keys of a party's systems: made, shown once, rotated, revoked."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from routehub.api.body import json_body
from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import Someone, Who
from routehub.api.v1.answers import answer
from routehub.api.v1.people import created
from routehub.core.clock import wall
from routehub.core.errors import NotAllowed, Unknown
from routehub.directory import key_office
from routehub.directory.key_office import Made, NewKey, Rotation, from_outside
from routehub.directory.keys import known_scopes
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, KeyView
from routehub.intake import pushes
from routehub.intake.pushes import Push
from routehub_schemas import parse

router = APIRouter(tags=["identity"], route_class=Door)
Id = Annotated[str, Path(max_length=40, description="The public part of the key, as listed.")]


def _scopes(ctx: Context) -> frozenset[str]:
    return known_scopes(frozenset(ctx.registry))


@router.get("/keys")
async def get_keys(ctx: Ctx, who: Someone) -> Response:
    """The keys of your party on this route (its office), or of all (the operator). Never their secrets."""
    if not who.roles & {"party_office", "operator"}:
        raise NotAllowed("Keys are for the party's office and the operator.")
    return answer(
        {
            "keys": [_key(ctx.directory.value, view) for view in key_office.visible(ctx.directory.value, who)],
            "scopes": sorted(_scopes(ctx)),
        }
    )


@router.post("/keys", status_code=201)
async def post_key(request: Request, ctx: Ctx, who: Someone) -> Response:
    """Make a key. ``key`` in the answer is the whole of it: it is shown now and never again."""
    given = parse.validate(NewKey, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.change(lambda tx: key_office.make(tx, who, given, _scopes(ctx)))
    return _shown_once(ctx, who, made)


Limit = Annotated[int, Query(ge=1, le=360, description="So many of the newest.")]


@router.get("/keys/{key}/log")
async def get_key_log(ctx: Ctx, who: Who, key: Id, limit: Limit = 50) -> Response:
    """What this key pushed and what was wrong with it, the newest first: for the key itself and its party's people."""
    found = ctx.directory.value.keys.get(key)
    if found is None or not key_office.may_follow(who, found):
        if found is not None and "operator" in who.roles:
            raise NotAllowed("Operators read no content. People of the key's party read its log.")
        raise Unknown("There is no such key that you can see.")
    return await _log(ctx, who, [found], limit)


@router.get("/log")
async def get_log(ctx: Ctx, who: Who, limit: Limit = 50) -> Response:
    """The same over all keys of your party on this route; for a key, its own."""
    return await _log(ctx, who, key_office.followed(ctx.directory.value, who), limit)


async def _log(ctx: Context, who: Principal, followed: list[KeyView], limit: int) -> Response:
    await ctx.pushes.settle()
    systems = {view.id: view.system for view in followed}
    found = await ctx.db.read(pushes.newest, systems, limit)
    rows = [_push(push, systems[push.key]) for push in found]
    return answer({"log": rows, "kept": pushes.KEPT | {"days": pushes.KEPT_FOR.days}})


def _push(push: Push, system: str) -> dict[str, Any]:
    row = asdict(push) | {"system": system}
    row["problems"] = [{name: value for name, value in one.items() if value is not None} for one in row["problems"]]
    return row


@router.post("/keys/{key}/rotate", status_code=201)
async def rotate_key(request: Request, ctx: Ctx, who: Someone, key: Id) -> Response:
    """A new key with the same scopes; the old one goes on for ``overlap_days``, then ends."""
    given = parse.validate(Rotation, await json_body(request, ctx.settings.max_body_bytes))
    made = await ctx.change(lambda tx: key_office.rotate(tx, who, key, given, _scopes(ctx)))
    return _shown_once(ctx, who, made)


@router.post("/keys/{key}/revoke")
async def revoke_key(ctx: Ctx, who: Someone, key: Id) -> Response:
    """Revoke a key at once; its open streams close."""
    revoked = await ctx.change(lambda tx: key_office.revoke(tx, who, key))
    return answer(_key(ctx.directory.value, revoked))


def _shown_once(ctx: Context, who: Principal, made: Made) -> Response:
    return created(_key(ctx.directory.value, made.key) | {"key": made.text or None}, f"/v1/routes/{who.route}/keys")


def _key(directory: Directory, view: KeyView) -> dict[str, Any]:
    return {
        "id": view.id, "party": view.party, "system": view.system, "scopes": sorted(view.scopes),
        "state": key_office.state(view, wall()), "created": view.created_at, "created_by": view.created_by,
        "expires": view.expires_at, "revoked": view.revoked_at, "made_by_operator": from_outside(directory, view),
        "certificate": view.certificate,
    }  # fmt: skip
