"""The agenda of a conference as it was compiled."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from routehub.boards.alerts.queries import alert
from routehub.boards.conferences import queries
from routehub.boards.conferences.queries import ConferenceView, ProposalView
from routehub.boards.minutes.queries import newest
from routehub.boards.movements.queries import movement
from routehub.chairing import seat
from routehub.chairing.agenda import PROPOSAL
from routehub.core.errors import Unknown
from routehub.core.language import _
from routehub.digests.agenda.compile import closing
from routehub.digests.agenda.order import duration, time_of
from routehub.digests.agenda.rules.proposals import why
from routehub.digests.render.forms import of_series
from routehub.digests.render.page import only_plan, plan_title
from routehub.digests.series import MAIN
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.web.answers import PageRoute
from routehub.web.context import Web
from routehub.web.pages.conferences import SeriesName
from routehub.web.render import Names, page
from routehub.web.stages import has_readout
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
    minuted: bool
    """Whether its minutes are sent."""

    @property
    def closes(self) -> datetime | None:
        """When the agenda was closed, or closes: the conference may have been moved since it was compiled."""
        if self.agenda is None:
            return None
        moved = self.agenda.state == "draft" and self.view is not None
        return closing(self.view.start, self.agenda.compiled_at) if moved and self.view else self.agenda.closes_at


def _load(conn: Connection, who: Visitor, series: str, number: int) -> Conference:
    ids = readable(conn, who.route.code, who.party)
    view = queries.conference(conn, ids, who.route.code, series, number)
    compiled = queries.agendas(conn, ids, who.route.code, series, number, limit=1)
    agenda_id = compiled[0].message_id if compiled else None
    annex_id = queries.annex(conn, ids, who.route.code, series, number, who.party)
    proposed = [p for p in queries.proposals_of(conn, ids, who.route.code) if p.conference in (number, None)]
    return Conference(
        number, view, _said(conn, who, agenda_id, Agenda), agenda_id, _said(conn, who, annex_id, AgendaAnnex), annex_id,
        proposed, (series, number) in newest(conn, ids, who.route.code, series),
    )  # fmt: skip


def _renewed(agenda: Agenda, proposed: list[ProposalView], names: Names) -> Agenda:
    """A draft with what the chair has decided since it was compiled. A closed agenda is frozen, words and all."""
    accepted = {p.message_id: p for p in proposed if p.state == "accepted"}
    if agenda.state == "closed" or not accepted:
        return agenda
    found = []
    for item in agenda.items:
        of = accepted.get(item.sources[0]) if item.rule == PROPOSAL and item.sources else None
        found.append(item.model_copy(update={"why": why(names(of.party), of.state)}) if of is not None else item)
    return agenda.model_copy(update={"items": found})


def _said(conn: Connection, who: Visitor, message_id: str | None, payload: type[Said]) -> Said | None:
    """What a message says, as it stands in the reader's feed."""
    item = feed.one(conn, who.route.code, who.party, message_id) if message_id is not None else None
    return payload.model_validate_json(json.dumps(json.loads(item.body)["data"])) if item and item.body else None


def _acted(conn: Connection, who: Visitor, found: Conference, now: datetime) -> dict[str, datetime]:
    """When the visitor's party acted on what it is asked to prepare, since that was compiled: by movement or alert."""
    asked = [one for item in found.agenda.items for one in item.prepare] if found.agenda else []
    asked += [one for matter in found.annex.matters for one in matter.prepare] if found.annex else []
    ids, since = readable(conn, who.route.code, who.party), found.agenda.compiled_at if found.agenda else now
    acted: dict[str, datetime] = {}
    for source in {one.source for one in asked if one.source is not None and one.party == who.party}:
        planned = movement(conn, ids, who.route.code, source, now)
        raised = alert(conn, ids, who.route.code, source, now) if planned is None else None
        done = [act.at for act in planned.acts if act.party == who.party] if planned else []
        done += [ack.at for ack in raised.answered if ack.party == who.party and ack.at] if raised else []
        if later := [at for at in done if at > since]:
            acted[source] = max(later)
    return acted


@router.get("/conference/{number}")
async def show(
    request: Request, ctx: Web, who: Reading, number: Annotated[int, Path(ge=1, le=9_999)], series: SeriesName = MAIN
) -> Response:  # fmt: skip
    """The numbered items, each with the rule that put it there and links to what it rests on."""
    found = await ctx.db.read(_load, who, series, number)
    if found.view is None and found.agenda is None:
        raise Unknown(_("There is no conference %(number)s that you can see.", number=number))
    if found.view is not None and found.view.tlp == "RED":  # the page goes by the number and does not name them
        ctx.red_reads.sent(who.principal, filter(None, (found.view.message_id, found.agenda_id, found.annex_id)))
    if found.agenda is not None:
        names = Names(ctx.directory.value, ctx.clock.now().astimezone(who.route.zone).date())
        found = replace(found, agenda=_renewed(found.agenda, found.proposals, names))
    labels = {name: indicator.label for name, indicator in indicators().items()}
    asked = [(item.number, one) for item in found.agenda.items for one in item.prepare] if found.agenda else []
    now = ctx.clock.now()
    over = found.minuted or (found.view is not None and now >= found.view.ends)
    closes = found.closes
    minutes = time_of(item.minutes for item in found.agenda.items) if found.agenda else 0
    plan = only_plan(code for item in found.agenda.items for code in item.points) if found.agenda else None
    values = {
        "has_readout": await has_readout(ctx, who, series, number),
        "conference": found, "agenda": found.agenda,
        "acted": await ctx.db.read(_acted, who, found, now),
        "duration": duration(minutes, found.view.minutes if found.view is not None else None),
        "plan": plan, "plan_title": plan_title(plan) if plan else "",
        "shut": over or (closes is not None and closes <= now),
        "closes": closes, "over": over, "now": now,
        "labels": labels, "annex": found.annex, "asked_party": who.party,
        "asked": [(at, one) for at, one in asked if one.party == who.party],
        "proposes": "agenda_item" in who.may and series == MAIN and found.view is not None
        and found.view.state != "cancelled" and not over,
        "chairs": found.view is not None and seat.may_chair(who.principal, found.view),
        "files": f"/v1/routes/{who.route.code}/conferences/{number}", "more": of_series(series),
    }  # fmt: skip
    return page(request, ctx, who, "conference.html", _("Conference %(number)s: agenda", number=number), values)
