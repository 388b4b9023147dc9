"""The agenda of a conference as it was compiled."""

import json
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.boards.conferences import queries
from routehub.boards.conferences.queries import ConferenceView, ProposalView
from routehub.chairing import seat
from routehub.core.errors import Unknown
from routehub.digests.render.forms import of_series
from routehub.digests.series import MAIN
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.pages.conferences import SeriesName
from routehub.web.render import page
from routehub.web.visitor import Reading, Visitor
from routehub_schemas.kinds.agenda.payload import Agenda
from routehub_schemas.kinds.agenda_annex.payload import AgendaAnnex
from routehub_schemas.reference import indicators

router = APIRouter(route_class=PageRoute)

Said = TypeVar("Said", Agenda, AgendaAnnex)


@dataclass(frozen=True)
class Conference:
    """One conference with its newest agenda and what parties proposed for it."""

    number: int
    view: ConferenceView | None
    agenda: Agenda | None
    agenda_id: str | None
    annex: AgendaAnnex | None
    annex_id: str | None
    proposals: list[ProposalView]


def _load(conn: Connection, who: Visitor, series: str, number: int) -> Conference:
    ids = readable(conn, who.route.code, who.party)
    view = queries.conference(conn, ids, who.route.code, series, number)
    compiled = queries.agendas(conn, ids, who.route.code, series, number, limit=1)
    agenda_id = compiled[0].message_id if compiled else None
    annex_id = queries.annex(conn, ids, who.route.code, series, number, who.party)
    proposed = [p for p in queries.proposals_of(conn, ids, who.route.code) if p.conference in (number, None)]
    return Conference(
        number, view, _said(conn, who, agenda_id, Agenda), agenda_id, _said(conn, who, annex_id, AgendaAnnex), annex_id,
        proposed,
    )  # fmt: skip


def _said(conn: Connection, who: Visitor, message_id: str | None, payload: type[Said]) -> Said | None:
    """What a message says, as it stands in the reader's feed."""
    item = feed.one(conn, who.route.code, who.party, message_id) if message_id is not None else None
    return payload.model_validate_json(json.dumps(json.loads(item.body)["data"])) if item and item.body else None


@router.get("/conference/{number}")
async def show(
    request: Request, ctx: Web, who: Reading, number: Annotated[int, Path(ge=1, le=9_999)], series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """The numbered items, each with the rule that put it there and links to what it rests on."""
    found = await ctx.db.read(_load, who, series, number)
    if found.view is None and found.agenda is None:
        raise Unknown(f"There is no conference {number} that you can see.")
    labels = {name: indicator.label for name, indicator in indicators().items()}
    asked = [(item.number, one) for item in found.agenda.items for one in item.prepare] if found.agenda else []
    values = {
        "conference": found, "agenda": found.agenda, "labels": labels, "annex": found.annex, "asked_party": who.party,
        "asked": [(at, one) for at, one in asked if one.party == who.party],
        "proposes": "agenda_item" in who.may and series == MAIN and found.view is not None
        and found.view.state != "cancelled" and ctx.clock.now() < found.view.ends,
        "chairs": found.view is not None and seat.may_chair(who.principal, found.view),
        "files": f"/v1/routes/{who.route.code}/conferences/{number}", "more": of_series(series),
    }  # fmt: skip
    return page(request, ctx, who, "conference.html", f"Conference {number}: agenda", values)
