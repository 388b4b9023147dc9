"""Readouts in check: the text, until when a party named in it may ask for a change, and who has said what."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.v1.answers import answer, marking
from routehub.api.v1.readouts import SeriesName
from routehub.boards.readouts.queries import CheckView, check, checks
from routehub.core.errors import Unknown
from routehub.directory.visibility import readable

router = APIRouter(tags=["readouts"], route_class=Door)

STATES = {"accept": "accepted", "ask_change": "change_asked", None: "silent"}
SILENCE = "Who asks for no change before the end of the window has accepted the text."


def check_body(view: CheckView, now: datetime) -> dict[str, Any]:
    """A check as the API gives it."""
    found = {name: value for name, value in asdict(view).items() if name not in ("audience_id", "digest", "answers")}
    return found | {
        "text": view.text.model_dump(mode="json"), "state": view.state(now),
        "answers": [
            {
                "party": one.party, "state": STATES[one.act],
                "at": one.at, "by": one.by, "text": one.text, "message": one.message_id,
            }
            for one in view.answers
        ],
        "note": SILENCE,
    }  # fmt: skip


@router.get("/readout-checks")
async def get_checks(
    ctx: Ctx, who: Reader, route: OnRoute, series: SeriesName | None = None,
    conference: Annotated[int | None, Query(ge=1, le=9_999)] = None,
    mine: Annotated[bool, Query(description="Only those that wait for your party.")] = False,
) -> Response:  # fmt: skip
    """Readouts sent for check that you may read, the newest first."""

    def read(conn: Connection) -> list[CheckView]:
        ids = readable(conn, who.route, who.party)
        return checks(conn, ids, who.route, series=series, conference=conference)

    views, now = await ctx.db.read(read), ctx.clock.now()
    told = [check_body(view, now) for view in views if not mine or view.waits_for(who.party, now)]
    return answer({"route": marking(route), "checks": told})


@router.get("/readout-checks/{ref}")
async def get_check(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Short id or message id.")]
) -> Response:
    """One check: the text word for word, and the answers of the parties named."""

    def read(conn: Connection) -> CheckView | None:
        return check(conn, readable(conn, who.route, who.party), who.route, ref)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown("There is no check with this id that you can see.")
    return answer(check_body(view, ctx.clock.now()))
