"""How proposals of movements and the acts on them become the board."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Table, insert, select

from routehub.boards.movements.agreement import AGREEMENT, ANSWERS
from routehub.boards.movements.queries import MovementView, movement
from routehub.boards.movements.tables import movement_acts, movement_records
from routehub.core.errors import Conflict, Refused, Unchanged, refused
from routehub.directory.snapshot import Directory, LegView
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.movement.payload import Movement
from routehub_schemas.kinds.response.payload import Response

ACTS = ANSWERS | {"accept_conditions", "withdraw", "took_place"}


class MovementsBoard:
    """Keeps each proposal and every act on it. ``directory`` answers the picture in force."""

    name = "movements"
    kinds = frozenset({"movement", "response"})
    tables: tuple[Table, ...] = (movement_acts, movement_records)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses a movement over somebody else's leg or in the past, answers by others than the party asked or after
        the time to answer, and conditions accepted where there are none; raises ``Unchanged`` for what is on record."""
        if isinstance(message.payload, Movement):
            self._check_proposal(message, message.payload)
        elif isinstance(message.payload, Response) and message.payload.act in ACTS:
            return self._check_act(tx, message, message.payload)
        return []

    # --- proposals ------------------------------------------------------------------------------------

    def _check_proposal(self, message: Message, said: Movement) -> None:
        problems = []
        if self._leg(message, said) is None:
            own = sorted(leg.code for leg in self._legs(message) if leg.from_party == message.reported_party)
            words = f"A party proposes movements over its own legs. {message.reported_party} has: {', '.join(own)}."
            problems.append(Problem("/leg", "not-your-leg", words, sent=said.leg, allowed=own))
        problems += [
            Problem(f"/{name}", "past", "This time has passed.", sent=time.isoformat())
            for name, time in (("at", said.at), ("answer_by", said.answer_by))
            if time is not None and time <= message.accepted_at
        ]
        if said.destination not in message.parties:
            words = f"{said.destination} is asked, so it must be among the readers."
            problems.append(Problem("/audience", "missing", words, sent=said.audience))
        if problems:
            raise Refused("The movement was not accepted.", problems)

    def _legs(self, message: Message) -> tuple[LegView, ...]:
        route = self._directory().routes[message.route]
        return route.legs_on(message.accepted_at.astimezone(route.zone).date())

    def _leg(self, message: Message, said: Movement) -> LegView | None:
        legs = (leg for leg in self._legs(message) if leg.code == said.leg)
        return next((leg for leg in legs if leg.from_party == message.reported_party), None)

    # --- acts -----------------------------------------------------------------------------------------

    def _check_act(self, tx: Transaction, message: Message, response: Response) -> list[Caution]:
        known = _of(tx, message, response.to)
        if known is None:
            return []
        _same_readers(tx, message, known)
        if response.act in ANSWERS:
            _check_answer(message, response, known)
        elif response.act == "accept_conditions":
            _check_acceptance(message, known)
        elif response.act == "withdraw":
            _check_withdrawal(known)
        else:
            return _check_outcome(message, response, known)
        return []

    # --- projection -----------------------------------------------------------------------------------

    def project(self, tx: Transaction, message: Message) -> None:
        if isinstance(message.payload, Movement):
            self._propose(tx, message, message.payload)
        elif isinstance(message.payload, Response) and message.payload.act in ACTS:
            _act(tx, message, message.payload)

    def _propose(self, tx: Transaction, message: Message, said: Movement) -> None:
        leg = self._leg(message, said)
        tx.conn.execute(
            insert(movement_records).values(
                id=message.id, short_id=message.short_id or message.id, route=message.route,
                party=message.reported_party, asked=said.destination, leg=said.leg,
                policy=leg.policy if leg else AGREEMENT, people=said.people, at=said.at,
                answer_by=said.answer_by or said.at, transport=said.transport, vehicles=said.vehicles,
                place=said.place, start_place=said.start_place, title=said.title, remarks=said.remarks,
                points=",".join(said.points), sequence=message.sequence, proposed_at=message.accepted_at,
                exercise=message.exercise, tlp=message.tlp, author=message.author, audience_id=message.audience_id,
            )
        )  # fmt: skip


def _act(tx: Transaction, message: Message, response: Response) -> None:
    r = movement_records.c
    if tx.conn.execute(select(r.id).where(r.id == response.to)).first() is None:
        return
    tx.conn.execute(
        insert(movement_acts).values(
            message_id=message.id, movement=response.to, sequence=message.sequence, at=message.accepted_at,
            party=message.reported_party, act=response.act, text=response.text, people=response.people,
            author=message.author,
        )
    )  # fmt: skip


def _of(tx: Transaction, message: Message, ref: str) -> MovementView | None:
    """The movement as it stands, whoever reads it: intake has seen to it that the sender may."""
    r = movement_records.c
    audience = tx.conn.execute(select(r.audience_id).where(r.id == ref)).scalar()
    return movement(tx.conn, [audience], message.route, ref, message.accepted_at) if audience is not None else None


def _same_readers(tx: Transaction, message: Message, known: MovementView) -> None:
    audience = tx.conn.execute(select(movement_records.c.audience_id).where(movement_records.c.id == known.id))
    if readers(tx.conn, audience.scalar_one()) != message.parties:
        raise refused(
            "/audience", "other-audience", "All readers of the movement see what is answered; leave the audience out, "
            "or send a note.",
        )  # fmt: skip


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _check_answer(message: Message, response: Response, known: MovementView) -> None:
    if message.reported_party != known.asked:
        words = f"{known.asked}, to whose border they come, answers this; {message.reported_party} was not asked."
        raise refused("/to", "not-addressed", words, sent=known.short_id)
    held = known.answer
    if held is not None and (held.act, held.text) == (response.act, response.text):
        raise Unchanged(held.message_id)
    _still_planned(known)
    if not known.takes_answers:
        outcome = "no answer means not agreed" if held is None and known.needs else f"it reads {_word(known.state)}"
        raise Conflict(
            f"The time to answer {known.short_id} ended at {_when(known.answer_by)}: {outcome}. {known.party} can "
            "propose it again."
        )


def _check_acceptance(message: Message, known: MovementView) -> None:
    _still_planned(known)
    if known.conditions is None:
        raise Conflict(f"{known.asked} set no conditions for {known.short_id}: there is nothing to accept.")
    if known.accepted_at is not None:
        accepted = next(act for act in reversed(known.acts) if act.act == "accept_conditions")
        raise Unchanged(accepted.message_id)
    if message.accepted_at >= known.at:
        raise Conflict(f"The movement was planned for {_when(known.at)}: its conditions can no longer be accepted.")


def _check_withdrawal(known: MovementView) -> None:
    if known.state == "withdrawn":
        raise Unchanged(next(act.message_id for act in known.acts if act.act == "withdraw"))
    _still_planned(known)


def _check_outcome(message: Message, response: Response, known: MovementView) -> list[Caution]:
    if known.state == "withdrawn":
        raise Conflict(f"The movement {known.short_id} was withdrawn. Propose the one that takes place instead.")
    told = known.took_place
    if told is not None and (told.people, told.text) == (response.people, response.text):
        raise Unchanged(told.message_id)
    found = []
    if message.accepted_at < known.at:
        words = f"It was planned for {_when(known.at)}, which is still to come."
        found.append(Caution("/act", "early", words))
    if known.needs and not known.agreed:
        words = f"{known.asked} has not agreed: readers see that it took place without agreement."
        found.append(Caution("/act", "without-agreement", words))
    return found


def _still_planned(known: MovementView) -> None:
    if known.state == "withdrawn":
        raise Conflict(f"The movement {known.short_id} was withdrawn.")
    if known.state == "took_place":
        raise Conflict(f"The movement {known.short_id} has taken place.")


def _word(state: str) -> str:
    return state.replace("_", " ")
