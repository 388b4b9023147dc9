"""The daily bulletins, each as one party reads it."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from routehub.api.context import Context, Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.v1.alerts import line_body
from routehub.api.v1.answers import answer, marking
from routehub.boards.bulletins.queries import BulletinRef, bulletins
from routehub.core.errors import Unknown
from routehub.delivery.mail import MailContext
from routehub.delivery.rendering import marked
from routehub.digests.bulletin import letter, reading
from routehub.digests.bulletin.reading import Reading
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub_schemas.kinds.bulletin.payload import ReportingRow
from routehub_schemas.vocab import DAY_PATTERN

router = APIRouter(tags=["digests"], route_class=Door)

NEWEST = "latest"
Morning = Annotated[
    str,
    Path(
        max_length=10, pattern=f"^({NEWEST}|{DAY_PATTERN.strip('^$')})$",
        description="The local date of the bulletin, such as 2016-01-21, or `latest`.",
    ),
]  # fmt: skip


@router.get("/bulletins")
async def get_bulletins(
    ctx: Ctx, who: Reader, route: OnRoute, limit: Annotated[int, Query(ge=1, le=400)] = 31
) -> Response:
    """The bulletins that there are, the newest first."""

    def read(conn: Connection) -> list[BulletinRef]:
        return bulletins(conn, readable(conn, who.route, who.party), who.route, limit=limit)

    found = await ctx.db.read(read)
    rows = [
        {
            "date": one.local_date, "compiled_at": one.compiled_at, "reported": one.reported, "expected": one.expected,
            "changes": one.changes, "message": one.message_id,
        }
        for one in found
    ]  # fmt: skip
    return answer({"route": marking(route), "bulletins": rows})


def _day(morning: str) -> date | None:
    """The day that is asked for; None: the newest bulletin."""
    if morning == NEWEST:
        return None
    try:
        return date.fromisoformat(morning)
    except ValueError:  # the 31st of February has the right form
        raise Unknown("There is no bulletin of this day that you can see.") from None


async def _found(ctx: Context, who: Principal, route: RouteView, morning: str) -> Reading:
    day = _day(morning)

    def read(conn: Connection) -> Reading | None:
        return reading.of_day(conn, ctx.registry, ctx.directory.value, route, who.party, day)

    found = await ctx.db.read(read)
    if found is None:
        raise Unknown("There is no bulletin of this day that you can see.")
    return found


@router.get("/bulletins/{day}.txt")
async def get_bulletin_text(ctx: Ctx, who: Reader, route: OnRoute, day: Morning) -> Response:
    """A bulletin as text, as it goes out by mail."""
    found = await _found(ctx, who, route, day)
    context = MailContext(
        route, who.party, who.name, route.zone, ctx.directory.value, ctx.clock.now(),
        ctx.settings.public_url.rstrip("/"),
    )  # fmt: skip
    told = replace(letter.letter_of(found, context), foot=f"Routehub, {route.title}. All times: {route.zone.key}.")
    mail = marked(told.mail(letter.subject_of(found.bulletin)), context)
    headers = {"Cache-Control": "no-store", "TLP": found.tlp}
    return Response(mail.text, headers=headers, media_type="text/plain; charset=utf-8")


@router.get("/bulletins/{day}")
async def get_bulletin(ctx: Ctx, who: Reader, route: OnRoute, day: Morning) -> Response:
    """One bulletin: what changed, ranked, with what your party alone may know; and who had reported."""
    found = await _found(ctx, who, route, day)
    bulletin = found.bulletin
    return answer(
        {
            "route": marking(route), "date": bulletin.date, "zone": bulletin.zone, "compiled_at": bulletin.compiled_at,
            "due_at": bulletin.due_at, "since": bulletin.window.start, "message": found.message_id, "tlp": found.tlp,
            "lines": [line_body(line) for line in found.first], "more": found.rest,
            "others": [line_body(line) for line in found.lines[reading.FIRST :]],
            "reporting": [_reporting(row) for row in bulletin.reporting], "week": bulletin.week,
        }
    )  # fmt: skip


def _reporting(row: ReportingRow) -> dict[str, Any]:
    return {
        "party": row.party, "state": row.state, "day": row.day, "due_at": row.due_at, "reported_at": row.reported_at,
        "silent_days": row.silent_days, "reason": row.reason,
    }  # fmt: skip
