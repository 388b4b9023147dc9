"""Who am I, what have I signed in, and what was done in my party's name."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader, Someone, Who
from routehub.api.v1.answers import answer, marking
from routehub.core.clock import wall
from routehub.core.errors import Unknown
from routehub.directory import sessions
from routehub.directory.principal import Principal
from routehub.directory.reporting_day import current_day
from routehub.directory.sessions import SessionView
from routehub.directory.snapshot import Directory, RouteView
from routehub.journal import audit
from routehub.journal.audit import AuditView
from routehub.journal.batch import Batch

router = APIRouter(tags=["identity"], route_class=Door)


@router.get("/me")
async def get_me(ctx: Ctx, who: Who, route: OnRoute) -> Response:
    """Who you are on this route: party, roles, scopes of the key, the hub's time, your party's reporting day."""
    return answer(_me(ctx, who, route))


def _me(ctx: Context, who: Principal, route: RouteView) -> dict[str, Any]:
    directory, now = ctx.directory.value, ctx.clock.now()
    key = directory.keys.get(who.key_id) if who.key_id else None
    member = route.membership(who.party, now.astimezone(route.zone).date())
    return {
        "party": {"code": who.party, "name": directory.name(who.party, now.astimezone(route.zone).date())},
        "name": who.name,
        "person": who.person_id,
        "roles": sorted(who.roles),
        "scopes": None if who.scopes is None else sorted(who.scopes),
        "route": marking(route),
        "key": None if key is None else {"id": key.id, "system": key.system, "expires": key.expires_at},
        "now": now,
        "reporting_day": current_day(member, now) if member else None,
    }


@router.get("/sessions")
async def get_sessions(ctx: Ctx, who: Someone) -> Response:
    """Your own sessions that hold, with the one you ask by marked as current."""
    found = await ctx.db.read(sessions.own, who.person_id or "", wall())
    return answer({"sessions": [_session(view, who) for view in found]})


@router.delete("/sessions/{session}", status_code=204)
async def end_session(
    ctx: Ctx, who: Someone, session: Annotated[str, Path(max_length=64, description="As listed; or `others`.")]
) -> Response:
    """End one of your own sessions, or with ``others`` all but this one. Its open streams close."""

    def apply(tx: Batch) -> bool:
        person = who.person_id or ""
        if session == "others":
            ended = sessions.end_all(tx.conn, person, tx.wall, but=who.session) >= 0
        else:
            ended = sessions.end_own(tx.conn, person, session, tx.wall)
        if ended:
            tx.audit("session-ended", who.route, who.party, who.actor, {"session": session})
            tx.directory_changed()
        return ended

    if not await ctx.change(apply):
        raise Unknown("You have no such session.")
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _session(view: SessionView, who: Principal) -> dict[str, Any]:
    return {
        "id": view.id, "agent": view.agent, "began": view.created_at, "expires": view.expires_at,
        "how": view.how, "current": view.token_hash == who.session,
    }  # fmt: skip


@router.get("/audit")
async def get_audit(
    ctx: Ctx,
    who: Reader,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Go on from this row, towards older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What was done in your party's name on this route, newest first: posts, keys, people, sign-ins."""
    await ctx.red_reads.settle()
    rows = await ctx.db.read(audit.page, who.route, who.party, before, limit)
    following = rows[-1].number if rows and rows[-1].number > 1 else None
    directory = ctx.directory.value
    return answer({"audit": [_row(row, directory) for row in rows], "next": following})


def _row(row: AuditView, directory: Directory) -> dict[str, Any]:
    return {
        "number": row.number, "at": row.at, "act": row.act, "actor": row.actor,
        "name": actor_name(directory, row.actor), "detail": row.detail,
    }  # fmt: skip


def actor_name(directory: Directory, actor: str) -> str:
    """A name for ``person:ID`` or ``key:ID``, as people know them."""
    kind, _, key = actor.partition(":")
    if kind == "person" and key in directory.people:
        return directory.people[key].name
    if kind == "key" and key in directory.keys:
        return directory.keys[key].system
    return {"terminal": "Operator", "hub": "Routehub"}.get(kind, actor)
