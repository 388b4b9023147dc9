"""Administration: the state of the hub in numbers, and who did what."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from routehub import __version__
from routehub.core.clock import wall
from routehub.core.language import _
from routehub.directory import factors, sessions
from routehub.directory.factors import Held
from routehub.directory.snapshot import Directory
from routehub.journal import audit
from routehub.journal.audit import OperatorView
from routehub.web.admin import Operator
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.render import page

router = APIRouter(route_class=PageRoute)
ROWS = 100


@dataclass(frozen=True)
class Counted:
    """Numbers of people and keys; of messages none, as they are content."""

    people: int
    never: int
    second: int
    signed_in: int
    keys: int
    keys_ending: int


def _count(conn: Connection, directory: Directory) -> Counted:
    now = wall()
    people = [person for person in directory.people.values() if person.active(now)]
    held = factors.held(conn)
    keys = [key for key in directory.keys.values() if key.active(now)]
    return Counted(
        len(people), sum(1 for one in people if one.accepted_at is None),
        sum(1 for one in people if held.get(one.id, Held()).second), sessions.signed_in(conn, now),
        len(keys), sum(1 for key in keys if (key.expires_at - now).days < 30),
    )  # fmt: skip


@router.get("/admin")
async def show(request: Request, ctx: Web, who: Operator) -> Response:
    """The hub at a glance, for who runs it."""
    directory = ctx.directory.value
    values = {
        "version": __version__, "database": "SQLite" if ctx.settings.is_sqlite else "PostgreSQL",
        "settings": ctx.settings, "counted": await ctx.db.read(_count, directory),
        "all_routes": sorted(directory.routes.values(), key=lambda route: route.code), "clock": ctx.clock.now(),
    }  # fmt: skip
    return page(request, ctx, who, "admin.html", _("Administration"), values)


Act = Annotated[str, Query(max_length=60)]


@router.get("/admin/audit")
async def show_audit(
    request: Request, ctx: Web, who: Operator, before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    act: Act = "",
) -> Response:  # fmt: skip
    """Who did what, over all parties, without content: what was posted is for the parties alone."""
    rows = await ctx.db.read(audit.everything, before, ROWS, act)
    values = {
        "rows": [_row(ctx, row) for row in rows], "act": act, "known": sorted(audit.WITHOUT_CONTENT),
        "following": rows[-1].number if len(rows) == ROWS else None,
    }  # fmt: skip
    return page(request, ctx, who, "admin_audit.html", _("Audit"), values)


def _row(ctx: WebContext, row: OperatorView) -> dict[str, Any]:
    directory = ctx.directory.value
    said = [f"{name.replace('_', ' ')}: {_words(directory, value)}" for name, value in (row.detail or {}).items()]
    return {"row": row, "actor": actor_name(directory, row.actor), "detail": ", ".join(said)}


def _words(directory: Directory, value: Any) -> str:
    """People by name: an id says nothing to who reads."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return directory.people[value].name if isinstance(value, str) and value in directory.people else str(value)


def actor_name(directory: Directory, actor: str) -> str:
    """A name for ``person:ID`` or ``key:ID``."""
    kind, _sep, key = actor.partition(":")
    if kind == "person" and key in directory.people:
        return directory.people[key].name
    if kind == "key" and key in directory.keys:
        return directory.keys[key].system
    return {"terminal": "Operator, at the terminal", "hub": "Routehub", "operator": "Operator"}.get(kind, actor)
