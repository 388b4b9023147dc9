"""The agenda of a conference as it was compiled, and which conferences there are."""

import json
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences import queries
from routehub.boards.conferences.queries import AgendaRef, ConferenceView, ProposalView
from routehub.chairing import seat
from routehub.core.errors import Unknown
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas.kinds.agenda.payload import Agenda
from routehub_schemas.reference import indicators

router = APIRouter(route_class=PageRoute)

SERIES = "weekly"


@dataclass(frozen=True)
class Conference:
    """One conference with its newest agenda and what parties proposed for it."""

    number: int
    view: ConferenceView | None
    agenda: Agenda | None
    agenda_id: str | None
    proposals: list[ProposalView]


def _load(conn: Connection, who: Visitor, number: int) -> Conference:
    ids = readable(conn, who.route.code, who.party)
    view = queries.conference(conn, ids, who.route.code, SERIES, number)
    compiled = queries.agendas(conn, ids, who.route.code, SERIES, number, limit=1)
    item = feed.one(conn, who.route.code, who.party, compiled[0].message_id) if compiled else None
    agenda = Agenda.model_validate_json(json.dumps(json.loads(item.body)["data"])) if item and item.body else None
    proposed = [p for p in queries.proposals_of(conn, ids, who.route.code) if p.conference in (number, None)]
    return Conference(number, view, agenda, item.id if item else None, proposed)


@router.get("/conference")
async def show_all(request: Request, ctx: Web, who: Reading) -> Response:
    """All conferences, the next first, with their agendas."""

    def read(conn: Connection) -> tuple[list[ConferenceView], list[AgendaRef]]:
        ids = readable(conn, who.route.code, who.party)
        return (
            queries.conferences(conn, ids, who.route.code, SERIES),
            queries.agendas(conn, ids, who.route.code, SERIES),
        )

    conferences, agendas = await ctx.db.read(read)
    values = {
        "conferences": list(reversed(conferences)), "agendas": {a.conference: a for a in reversed(agendas)},
        "now": ctx.clock.now(),
    }  # fmt: skip
    return page(request, ctx, who, "conferences.html", "Conferences", values)


@router.get("/conference/{number}")
async def show(request: Request, ctx: Web, who: Reading, number: Annotated[int, Path(ge=1, le=9_999)]) -> Response:
    """The numbered items, each with the rule that put it there and links to what it rests on."""
    found = await ctx.db.read(_load, who, number)
    if found.view is None and found.agenda is None:
        raise Unknown(f"There is no conference {number} that you can see.")
    labels = {name: indicator.label for name, indicator in indicators().items()}
    chairs = found.view is not None and seat.may_chair(who.principal, found.view)
    values = {"conference": found, "agenda": found.agenda, "labels": labels, "chairs": chairs}
    return page(request, ctx, who, "conference.html", f"Conference {number}: agenda", values)
