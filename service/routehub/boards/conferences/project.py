"""How conference, agenda_item, response and agenda messages become the board."""

from collections.abc import Callable

from sqlalchemy import Table, insert, select

from routehub.boards.conferences import minuted, taking_part
from routehub.boards.conferences.queries import ConferenceView, agendas, conference, conferences, proposal
from routehub.boards.conferences.tables import (
    agenda_annexes,
    compiled_agendas,
    conference_answers,
    conference_revisions,
    proposal_decisions,
    proposals,
)
from routehub.core.canonical import iso
from routehub.core.errors import NotAllowed, Unchanged, refused
from routehub.directory.principal import HUB_PARTY
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readable
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.kinds.agenda.payload import Agenda
from routehub_schemas.kinds.agenda_annex.payload import AgendaAnnex
from routehub_schemas.kinds.agenda_item.payload import AgendaItem
from routehub_schemas.kinds.conference.payload import Conference
from routehub_schemas.kinds.minutes.payload import Minutes
from routehub_schemas.kinds.response.payload import Response

DECISIONS = frozenset({"accept", "decline"})


class ConferencesBoard:
    """Keeps every revision of a conference, each proposal with the chair's decisions, and which agendas there are."""

    name = "conferences"
    kinds = frozenset({"conference", "agenda_item", "response", "agenda", "agenda_annex", "minutes"})
    tables: tuple[Table, ...] = (
        proposal_decisions, proposals, compiled_agendas, agenda_annexes, conference_answers, conference_revisions,
    )  # fmt: skip

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses a move or an end of a conference that is not there, an agenda item for one that is over, an answer
        that does not fit its invitation, and raises ``Unchanged`` for what the sender's readers know already."""
        if isinstance(message.payload, Conference):
            return self._check_conference(tx, message, message.payload)
        if isinstance(message.payload, AgendaItem):
            return self._check_proposal(tx, message, message.payload)
        if isinstance(message.payload, Minutes):
            return minuted.check(tx.conn, message, message.payload)
        if isinstance(message.payload, Response):
            self._check_decision(tx, message, message.payload)
            if message.payload.act in taking_part.ACTS:
                return taking_part.check(tx, message, message.payload, self._directory)
        return []

    def _check_conference(self, tx: Transaction, message: Message, said: Conference) -> list[Caution]:
        blind = [code for code in self._codes(said) if code not in message.parties]
        if blind:
            raise refused(
                "/participants", "cannot-read", f"The audience leaves out who is to take part: {', '.join(blind)}.",
                sent=blind,
            )  # fmt: skip
        ids = readable(tx.conn, message.route, message.party) | {message.audience_id}
        known = conference(tx.conn, ids, message.route, said.series, said.number)
        self._check_office(message, known)
        if known is None:
            if said.state != "planned":
                raise refused(
                    "/number", "unknown-conference",
                    f"There is no conference {said.number} that could be {said.state}.", sent=said.number,
                )  # fmt: skip
            return [*_past(message, said), *_unusual_number(tx, message, said, ids)]
        same = (
            known.title, known.start, known.minutes, known.zone, known.link, known.chair, known.participants,
            known.state, known.reason, known.audience_id, known.extra, known.about,
        ) == (
            said.title, said.start, said.minutes, said.zone, said.link, self._code(said.chair), self._codes(said),
            said.state, said.reason, message.audience_id, said.extra, said.about,
        )  # fmt: skip
        if same:
            raise Unchanged(known.message_id)
        _check_still_open(message, known, said)
        return []

    def _check_office(self, message: Message, known: ConferenceView | None) -> None:
        """One that is called is changed by the party that chairs it, by coordinators and by the hub: who chairs another
        conference has no power over it. A key speaks for a party and has no office: it calls conferences for a party
        that coordinates the route, and changes those that its party chairs."""
        if (known is not None and known.chair == message.party) or self._coordinates(message):
            return
        if message.actor.startswith("key:"):
            raise NotAllowed("Coordinators and the chair call conferences, with a key as well as on the pages.")
        if known is not None:
            raise NotAllowed(f"{known.chair} chairs conference {known.number}: its people and coordinators change it.")

    def _coordinates(self, message: Message) -> bool:
        """Whether the hub, a party that coordinates the route, or a person with that role speaks."""
        directory = self._directory()
        route = directory.routes[message.route]
        member = route.membership(message.party, message.accepted_at.astimezone(route.zone).date())
        person = directory.people.get(message.actor.removeprefix("person:"))
        named = person is not None and "coordinator" in person.roles.get(message.route, frozenset())
        return message.party == HUB_PARTY or (member is not None and member.role == "coordinator") or named

    def _code(self, party: str) -> str:
        return self._directory().party_code(party) or party

    def _codes(self, said: Conference) -> tuple[str, ...]:
        """Stable codes for aliases: EL is GR."""
        return tuple(dict.fromkeys(self._code(party) for party in said.participants))

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
        if known is not None and not self._coordinates(message):
            held = conferences(tx.conn, ids, message.route, "weekly", known.conference)
            if not any(view.chair == message.party and view.ends > message.accepted_at for view in held):
                raise NotAllowed("The party that chairs the conference and coordinators decide on proposals.")
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
            if payload.act in taking_part.ACTS:
                taking_part.project(tx, message, payload, self._directory())
        elif isinstance(payload, Agenda):
            self._compiled(tx, message, payload)
        elif isinstance(payload, AgendaAnnex):
            self._annexed(tx, message, payload)

    def _revise(self, tx: Transaction, message: Message, said: Conference) -> None:
        tx.conn.execute(
            insert(conference_revisions).values(
                message_id=message.id, sequence=message.sequence, route=message.route, series=said.series,
                number=said.number, title=said.title, start=said.start, minutes=said.minutes, zone=said.zone,
                link=said.link, chair=self._code(said.chair), participants=",".join(self._codes(said)),
                state=said.state, reason=said.reason, extra=said.extra, about=said.about, tlp=message.tlp,
                author=message.author, party=message.party, accepted_at=message.accepted_at,
                audience_id=message.audience_id,
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

    def _annexed(self, tx: Transaction, message: Message, annex: AgendaAnnex) -> None:
        tx.conn.execute(
            insert(agenda_annexes).values(
                message_id=message.id, sequence=message.sequence, route=message.route, series=annex.series,
                conference=annex.conference, party=annex.party, compiled_at=annex.compiled_at,
                matters=len(annex.matters), audience_id=message.audience_id,
            )
        )  # fmt: skip


def _check_still_open(message: Message, known: ConferenceView, said: Conference) -> None:
    """A number is given once: two who call a conference at the same time must not overwrite each other. And what has
    taken place is neither moved nor cancelled."""
    if known.current and said.state == "planned" and known.start != said.start:
        raise refused(
            "/number", "number-taken", f"Conference {said.number} is called already, for another time. To move it say "
            "that it is moved; to call another one take the next number.", sent=said.number,
        )  # fmt: skip
    if known.current and known.ends <= message.accepted_at and said.state != "planned":
        raise refused(
            "/number", "too-late", f"Conference {said.number} is over. Its minutes say what became of it.",
            sent=said.number,
        )  # fmt: skip


def _past(message: Message, said: Conference) -> list[Caution]:
    """A conference of the past is put on record, and invites nobody."""
    if said.start > message.accepted_at:
        return []
    return [Caution("/start", "in-the-past", "It has begun already: nobody is invited any more.", iso(said.start))]


def _unusual_number(tx: Transaction, message: Message, said: Conference, ids: frozenset[int]) -> list[Caution]:
    """Numbers continue. One that leaves a gap is taken, and said."""
    last = max((one.number for one in conferences(tx.conn, ids, message.route, said.series)), default=None)
    if last is None or said.number == last + 1 or said.number < last:
        return []
    words = f"Numbers continue: the last conference of {said.series} is {last}."
    return [Caution("/number", "leaves-a-gap", words, said.number, last + 1)]
