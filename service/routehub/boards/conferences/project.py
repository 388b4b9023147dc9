"""How conference, agenda_item, response and agenda messages become the board."""

from sqlalchemy import Table, insert, select

from routehub.boards.conferences.queries import agendas, conference, proposal
from routehub.boards.conferences.tables import (
    compiled_agendas,
    conference_revisions,
    proposal_decisions,
    proposals,
)
from routehub.core.errors import Unchanged, refused
from routehub.directory.visibility import readable
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.agenda.payload import Agenda
from routehub_schemas.kinds.agenda_item.payload import AgendaItem
from routehub_schemas.kinds.conference.payload import Conference
from routehub_schemas.kinds.response.payload import Response

DECISIONS = frozenset({"accept", "decline"})


class ConferencesBoard:
    """Keeps every revision of a conference, each proposal with the chair's decisions, and which agendas there are."""

    name = "conferences"
    kinds = frozenset({"conference", "agenda_item", "response", "agenda"})
    tables: tuple[Table, ...] = (proposal_decisions, proposals, compiled_agendas, conference_revisions)

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses a move or an end of a conference that is not there, an agenda item for one that is over, and
        raises ``Unchanged`` for what the sender's readers know already."""
        if isinstance(message.payload, Conference):
            self._check_conference(tx, message, message.payload)
        elif isinstance(message.payload, AgendaItem):
            return self._check_proposal(tx, message, message.payload)
        elif isinstance(message.payload, Response):
            self._check_decision(tx, message, message.payload)
        return []

    def _check_conference(self, tx: Transaction, message: Message, said: Conference) -> None:
        ids = readable(tx.conn, message.route, message.party) | {message.audience_id}
        known = conference(tx.conn, ids, message.route, said.series, said.number)
        if known is None:
            if said.state != "planned":
                raise refused(
                    "/number", "unknown-conference",
                    f"There is no conference {said.number} that could be {said.state}.", sent=said.number,
                )  # fmt: skip
            return
        same = (
            known.title, known.start, known.minutes, known.zone, known.link, known.chair, known.participants,
            known.state, known.reason, known.audience_id,
        ) == (
            said.title, said.start, said.minutes, said.zone, said.link, said.chair, tuple(said.participants),
            said.state, said.reason, message.audience_id,
        )  # fmt: skip
        if same:
            raise Unchanged(known.message_id)

    def _check_proposal(self, tx: Transaction, message: Message, item: AgendaItem) -> list[Caution]:
        if item.conference is None:
            return []
        ids = readable(tx.conn, message.route, message.party)
        known = conference(tx.conn, ids, message.route, "weekly", item.conference)
        if known is not None and (known.ends <= message.accepted_at or known.state == "cancelled"):
            what = "was cancelled" if known.state == "cancelled" else "is over"
            raise refused(
                "/conference", "too-late", f"Conference {item.conference} {what}. Leave the number out: the next one.",
                sent=item.conference,
            )  # fmt: skip
        compiled = agendas(tx.conn, ids, message.route, "weekly", item.conference, limit=1)
        if not compiled or compiled[0].state != "closed":
            return []
        words = f"The agenda of conference {item.conference} is closed: if the chair accepts this, it is a late item."
        return [Caution("/conference", "agenda-closed", words, sent=item.conference)]

    def _check_decision(self, tx: Transaction, message: Message, response: Response) -> None:
        if response.act not in DECISIONS:
            return
        ids = readable(tx.conn, message.route, message.party) | {message.audience_id}
        known = proposal(tx.conn, ids, message.route, response.to)
        decided = known.decision if known is not None else None
        if decided is not None and (decided.act, decided.text) == (response.act, response.text):
            raise Unchanged(decided.message_id)

    def project(self, tx: Transaction, message: Message) -> None:
        payload = message.payload
        if isinstance(payload, Conference):
            self._revise(tx, message, payload)
        elif isinstance(payload, AgendaItem):
            self._propose(tx, message, payload)
        elif isinstance(payload, Response):
            self._decide(tx, message, payload)
        elif isinstance(payload, Agenda):
            self._compiled(tx, message, payload)

    def _revise(self, tx: Transaction, message: Message, said: Conference) -> None:
        tx.conn.execute(
            insert(conference_revisions).values(
                message_id=message.id, sequence=message.sequence, route=message.route, series=said.series,
                number=said.number, title=said.title, start=said.start, minutes=said.minutes, zone=said.zone,
                link=said.link, chair=said.chair, participants=",".join(said.participants), state=said.state,
                reason=said.reason, tlp=message.tlp, author=message.author, party=message.party,
                accepted_at=message.accepted_at, audience_id=message.audience_id,
            )
        )  # fmt: skip

    def _propose(self, tx: Transaction, message: Message, item: AgendaItem) -> None:
        tx.conn.execute(
            insert(proposals).values(
                message_id=message.id, sequence=message.sequence, route=message.route, party=message.reported_party,
                conference=item.conference, title=item.title, text=item.text, outcome=item.outcome,
                minutes=item.minutes, points=",".join(item.points), tlp=message.tlp, author=message.author,
                accepted_at=message.accepted_at, audience_id=message.audience_id,
            )
        )  # fmt: skip

    def _decide(self, tx: Transaction, message: Message, response: Response) -> None:
        if response.act not in DECISIONS:
            return
        p = proposals.c
        if tx.conn.execute(select(p.message_id).where(p.message_id == response.to)).first() is None:
            return
        tx.conn.execute(
            insert(proposal_decisions).values(
                message_id=message.id, proposal=response.to, sequence=message.sequence, act=response.act,
                text=response.text, party=message.party, author=message.author, accepted_at=message.accepted_at,
                audience_id=message.audience_id,
            )
        )  # fmt: skip

    def _compiled(self, tx: Transaction, message: Message, agenda: Agenda) -> None:
        tx.conn.execute(
            insert(compiled_agendas).values(
                message_id=message.id, sequence=message.sequence, route=message.route, series=agenda.series,
                conference=agenda.conference, edition=agenda.edition, state=agenda.state,
                compiled_at=agenda.compiled_at, window_end=agenda.window.end, items=len(agenda.items),
                decisions=sum(item.outcome == "decide" for item in agenda.items), audience_id=message.audience_id,
            )
        )  # fmt: skip
