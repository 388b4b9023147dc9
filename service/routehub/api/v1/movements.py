"""Movements: the list, one with its acts, and the ledger of each pair of neighbours."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from routehub.api.context import Ctx
from routehub.api.door import Door
from routehub.api.identity import OnRoute, Reader
from routehub.api.negotiation import CSV, JSON, XLSX, Chosen, offer
from routehub.api.sheets import acting
from routehub.api.sheets.answers import Bom, Hxl, Sheets
from routehub.api.v1.answers import answer, marking
from routehub.boards.movements.agreement import Act
from routehub.boards.movements.queries import Account, MovementView, ledger, movement, movements
from routehub.core.errors import Unknown
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.journal.markings import strictest
from routehub_schemas.vocab import Day

router = APIRouter(tags=["movements"], route_class=Door)

MOST = 5000
First = Annotated[Day | None, Query(alias="from", description="Planned for this day or later.")]
Last = Annotated[Day | None, Query(description="Planned for this day or earlier.")]


def _act(act: Act) -> dict[str, Any]:
    return {
        "party": act.party, "act": act.act, "text": act.text, "people": act.people, "at": act.at, "by": act.author,
        "message": act.message_id,
    }  # fmt: skip


def movement_body(view: MovementView) -> dict[str, Any]:
    """A movement as the API gives it."""
    placed = view.took_place
    return {
        "id": view.id, "short_id": view.short_id, "from": view.party, "to": view.asked, "leg": view.leg,
        "state": view.state, "policy": view.policy, "people": view.people, "at": view.at,
        "transport": view.transport, "vehicles": view.vehicles, "place": view.place, "start_place": view.start_place,
        "title": view.title, "remarks": view.remarks, "points": list(view.points), "proposed_at": view.proposed_at,
        "answer_by": view.answer_by, "takes_answers": view.takes_answers, "agreed": view.agreed,
        "answer": _act(view.answer) if view.answer else None, "conditions": view.conditions,
        "conditions_accepted_at": view.accepted_at,
        "took_place": {"people": placed.people, "at": placed.at, "text": placed.text} if placed else None,
        "without_agreement": view.without_agreement, "history": [_act(act) for act in view.acts],
        "exercise": view.exercise, "tlp": view.tlp, "by": view.author,
    }  # fmt: skip


def _bounds(route: RouteView, first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Days of the route's zone as instants."""
    return (
        instant(first, time(0), route.zone) if first else None,
        instant(last + timedelta(days=1), time(0), route.zone) if last else None,
    )


@offer(router, "/movements", JSON, CSV, XLSX)
async def get_movements(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen, from_: First = None, to: Last = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200, hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """Planned movements of people to a neighbour's border: those that wait for an answer first. No answer means not
    agreed."""
    now, (since, until) = ctx.clock.now(), _bounds(route, from_, to)

    def read(conn: Connection) -> list[MovementView]:
        ids = readable(conn, who.route, who.party)
        return movements(conn, ids, who.route, now, since=since, until=until, limit=limit)

    views = await ctx.db.read(read)
    if form is JSON:
        return answer({"route": marking(route), "movements": [movement_body(view) for view in views]})
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = acting.movements(views, sheets.marking)
    return await sheets.one(table, "movements", "Movements", strictest(view.tlp for view in views))


@offer(router, "/movements/ledger", JSON, CSV, XLSX)
async def get_ledger(
    request: Request, ctx: Ctx, who: Reader, route: OnRoute, form: Chosen, from_: First = None, to: Last = None,
    hxl: Hxl = False, bom: Bom = False,
) -> Response:  # fmt: skip
    """For each pair of neighbours what was agreed, not agreed, and took place without agreement, by the sender's own
    numbers. Numbers of different parties are never added up."""
    now, (since, until) = ctx.clock.now(), _bounds(route, from_, to)

    def read(conn: Connection) -> list[MovementView]:
        ids = readable(conn, who.route, who.party)
        return movements(conn, ids, who.route, now, since=since, until=until, limit=MOST)

    views = await ctx.db.read(read)
    accounts = ledger(views, now)
    if form is JSON:
        return answer(
            {"route": marking(route), "from": from_, "to": to, "pairs": [_account(account) for account in accounts]}
        )
    sheets = Sheets(request, ctx, who, route, form, hxl, bom)
    table = acting.ledger(accounts, sheets.marking)
    return await sheets.one(table, "movements-ledger", "Movements by pair", strictest(v.tlp for v in views))


def _account(account: Account) -> dict[str, Any]:
    found = asdict(account)
    return {"from": found.pop("party"), "to": found.pop("asked"), **found}


@router.get("/movements/{ref}")
async def get_movement(
    ctx: Ctx, who: Reader, ref: Annotated[str, Path(max_length=60, description="Short id or message id.")]
) -> Response:
    """One movement with everything that was answered."""
    now = ctx.clock.now()

    def read(conn: Connection) -> MovementView | None:
        return movement(conn, readable(conn, who.route, who.party), who.route, ref, now)

    view = await ctx.db.read(read)
    if view is None:
        raise Unknown("There is no movement with this id that you can see.")
    return answer(movement_body(view))
