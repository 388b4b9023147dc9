"""How checks, the answers to them, readouts and errata become the board. A readout is published once; what is wrong in
it is corrected by an erratum that everybody sees."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, RowMapping, Table, and_, insert, or_, select, update

from routehub.boards.readouts.correcting import found
from routehub.boards.readouts.publishing import check_readout
from routehub.boards.readouts.queries import CheckView, mark, readout, readouts, views
from routehub.boards.readouts.tables import readout_check_answers, readout_checks, readout_errata, readout_records
from routehub.core.errors import Conflict, Refused, Unchanged, refused
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem, shown
from routehub_schemas.kinds.erratum.payload import Erratum
from routehub_schemas.kinds.readout.payload import Readout
from routehub_schemas.kinds.readout_check.payload import ReadoutCheck
from routehub_schemas.kinds.response.payload import Response
from routehub_schemas.publication import ReadoutText, named

ACTS = frozenset({"accept", "ask_change"})


def record_of(conn: Connection, route: str, ref: str) -> RowMapping | None:
    """A check by its message id or short id."""
    c = readout_checks.c
    query = select(readout_checks).where(c.route == route, or_(c.id == ref, c.short_id == ref))
    return conn.execute(query).mappings().first()


def newest(conn: Connection, route: str, series: str, conference: int) -> CheckView | None:
    """The newest check of a conference's readout. For the board's own rules, never an answer to a reader."""
    c = readout_checks.c
    query = select(readout_checks).where(c.route == route, c.series == series, c.conference == conference)
    rows = conn.execute(query.order_by(c.sequence.desc()).limit(1)).mappings().all()
    return next(iter(views(conn, rows)), None)


class ReadoutsBoard:
    """Keeps each check with one answer per party that is named, each readout, and its errata."""

    name = "readouts"
    kinds = frozenset({"readout_check", "response", "readout", "erratum"})
    tables: tuple[Table, ...] = (readout_check_answers, readout_checks, readout_errata, readout_records)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses what is published twice, without a check and without a reason, or corrects what is not there."""
        payload = message.payload
        if isinstance(payload, ReadoutCheck):
            self._check_sending(tx, message, payload)
        elif isinstance(payload, Response) and payload.act in ACTS:
            record = record_of(tx.conn, message.route, payload.to)
            if record is not None:
                _check_answer(tx, message, payload, record)
        elif isinstance(payload, Readout):
            _check_public(message)
            asked = newest(tx.conn, message.route, payload.series, payload.conference)
            if asked is not None and message.party not in readers(tx.conn, asked.audience_id):
                asked = None
            known = readout(tx.conn, message.route, payload.series, payload.conference)
            check_readout(payload, message.accepted_at, asked, known)
        elif isinstance(payload, Erratum):
            _check_public(message)
            _check_erratum(tx, message, payload)
        return []

    def _check_sending(self, tx: Transaction, message: Message, said: ReadoutCheck) -> None:
        before = newest(tx.conn, message.route, said.series, said.conference)
        if before is not None and (before.digest, before.until) == (mark(said.text), said.until):
            raise Unchanged(before.id)
        if readout(tx.conn, message.route, said.series, said.conference) is not None:
            raise Conflict(
                f"The readout of conference {said.conference} is published. What is wrong in it is corrected by an "
                "erratum."
            )
        if said.until <= message.accepted_at:
            raise refused("/until", "past", "The window ends in the future.", sent=said.until.isoformat())
        route = self._directory().routes[message.route]
        here = {member.party for member in route.members(message.accepted_at.astimezone(route.zone).date())}
        there = [code for code in self._codes(named(said.text)) if code in here]
        if not there:
            words = "No party that is named in the text is on the route now, so there is nobody to ask."
            raise refused("/text/sections", "nobody-named", words)
        unasked = [code for code in there if code not in message.parties]
        if unasked:
            raise Refused(
                "Some parties that are named would not be asked.",
                [Problem("/audience", "cannot-read", f"{code} is named: put it in the audience.") for code in unasked],
            )

    def _codes(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Stable codes for aliases: EL is GR."""
        directory = self._directory()
        return tuple(dict.fromkeys(directory.party_code(code) or code for code in codes))

    def project(self, tx: Transaction, message: Message) -> None:
        payload = message.payload
        if isinstance(payload, ReadoutCheck):
            self._send(tx, message, payload)
        elif isinstance(payload, Response) and payload.act in ACTS:
            _answer(tx, message, payload)
        elif isinstance(payload, Readout):
            _publish(tx, message, payload, self._codes(payload.checked.parties if payload.checked else ()))
        elif isinstance(payload, Erratum):
            _correct(tx, message, payload)

    def _send(self, tx: Transaction, message: Message, said: ReadoutCheck) -> None:
        tx.conn.execute(
            insert(readout_checks).values(
                id=message.id, short_id=message.short_id or message.id, route=message.route, series=said.series,
                conference=said.conference, sequence=message.sequence, party=message.reported_party,
                author=message.author, sent_at=message.accepted_at, until=said.until, text=_stored(said.text),
                digest=mark(said.text), language=said.language, exercise=message.exercise, tlp=message.tlp,
                audience_id=message.audience_id,
            )
        )  # fmt: skip
        rows = []
        asked = [
            code for code in self._codes(named(said.text)) if code in message.parties
        ]  # others are not on the route
        for position, party in enumerate(asked):
            own = party == message.reported_party  # who sends a text for check has accepted it
            rows.append(
                {
                    "check_id": message.id, "party": party, "position": position, "act": "accept" if own else None,
                    "at": message.accepted_at if own else None, "author": message.author if own else None,
                    "text": None, "message_id": message.id if own else None,
                }
            )  # fmt: skip
        if rows:
            tx.conn.execute(insert(readout_check_answers), rows)


def _stored(text: ReadoutText) -> str:
    return text.model_dump_json()


def _check_public(message: Message) -> None:
    """What is published is for everybody, and for nobody besides: its marking follows from that."""
    if message.event["data"]["audience"] != ["public"]:
        raise refused("/audience", "not-public", "It is for everybody.", allowed=["public"])


def _check_answer(tx: Transaction, message: Message, response: Response, record: RowMapping) -> None:
    """Who may say it, whether there is still time, and whether it is new."""
    view = views(tx.conn, [record])[0]
    party, last = message.reported_party, newest(tx.conn, message.route, view.series, view.conference)
    known = view.answer(party)
    if known is None:
        words = f"The parties that are named in it are asked: {', '.join(view.named)}. A note reaches the chair."
        raise refused("/act", "not-named", words, sent=response.act, allowed=sorted(view.named))
    if readout(tx.conn, message.route, view.series, view.conference) is not None:
        raise Conflict(f"The readout of conference {view.conference} is published. Ask the chair for an erratum.")
    if last is not None and last.id != view.id and readers(tx.conn, last.audience_id) >= message.parties:
        raise Conflict(f"{view.short_id} was replaced by {last.short_id}. Answer that one.")
    if message.accepted_at >= view.until:
        raise Conflict(f"The time for {view.short_id} is over: who had said nothing has accepted. Write to the chair.")
    if readers(tx.conn, view.audience_id) != message.parties:
        raise refused(
            "/audience", "other-audience", "All who read the check see the answers; leave the audience out."
        )  # fmt: skip
    if (known.act, known.text) == (response.act, response.text) and known.message_id is not None:
        raise Unchanged(known.message_id)


def _answer(tx: Transaction, message: Message, response: Response) -> None:
    a = readout_check_answers.c
    tx.conn.execute(
        update(readout_check_answers)
        .where(and_(a.check_id == response.to, a.party == message.reported_party))
        .values(
            act=response.act, at=message.accepted_at, author=message.author, text=response.text, message_id=message.id
        )
    )


def _publish(tx: Transaction, message: Message, said: Readout, asked: Sequence[str]) -> None:
    checked = said.checked
    record = record_of(tx.conn, message.route, checked.check) if checked is not None else None
    tx.conn.execute(
        insert(readout_records).values(
            id=message.id, route=message.route, series=said.series, conference=said.conference,
            sequence=message.sequence, day=said.text.day, published_at=message.accepted_at,
            party=message.reported_party, text=_stored(said.text), check_ref=checked.check if checked else None,
            sent_at=record["sent_at"] if record else None, until=checked.until if checked else None,
            asked=",".join(asked), reason=said.reason, language=said.language, exercise=message.exercise,
        )
    )  # fmt: skip


def _check_erratum(tx: Transaction, message: Message, said: Erratum) -> None:
    """It corrects words that stand in a published readout, once."""
    view = readout(tx.conn, message.route, said.series, said.conference)
    if view is None:
        there = sorted(one.conference for one in readouts(tx.conn, message.route, said.series))
        words = f"No readout of conference {said.conference} is published, so there is nothing to correct."
        raise refused("/conference", "no-readout", words, sent=said.conference, allowed=there[-20:])
    if said.number <= len(view.errata):
        same = view.errata[said.number - 1]
        if (same.wrong, same.right) == (said.wrong, said.right):
            raise Unchanged(same.id)
    following = len(view.errata) + 1
    if said.number != following:
        words = f"The next erratum to this readout is number {following}."
        raise refused("/number", "order", words, sent=said.number, allowed=[following])
    places = found(view.text, view.errata, said.wrong)
    if not places:
        words = "The readout does not say this. Copy the words as they stand in it."
        raise refused("/wrong", "not-in-readout", words, sent=shown(said.wrong))
    if len(places) > 1:
        words = f"The readout says this {len(places)} times. Take in more of the sentence, so that it is found once."
        raise refused("/wrong", "found-more-than-once", words, sent=shown(said.wrong))


def _correct(tx: Transaction, message: Message, said: Erratum) -> None:
    view = readout(tx.conn, message.route, said.series, said.conference)
    if view is None:
        return
    tx.conn.execute(
        insert(readout_errata).values(
            readout=view.id,
            number=said.number,
            id=message.id,
            wrong=said.wrong,
            correct=said.right,
            place=said.where,
            published_at=message.accepted_at,
        )
    )
