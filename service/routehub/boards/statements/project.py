"""How statements and the acts on them become the board. A text is never edited: a new version replaces it, and
signatures do not carry over (DOMAIN 3)."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, insert, or_, select, update

from routehub.boards.statements.tables import statement_records, statement_signatures
from routehub.core.errors import Conflict, NotAllowed, Refused, Unchanged, refused
from routehub.directory.snapshot import Directory
from routehub.directory.visibility import readers
from routehub.journal.message import Caution, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.response.payload import Response
from routehub_schemas.kinds.statement.payload import Statement

ACTS = frozenset({"sign", "decline", "withdraw"})


def record_of(conn: Connection, route: str, ref: str) -> RowMapping | None:
    """A statement by its message id or short id."""
    r = statement_records.c
    query = select(statement_records).where(r.route == route, or_(r.id == ref, r.short_id == ref))
    return conn.execute(query).mappings().first()


class StatementsBoard:
    """Keeps each statement with one signature per party that it names."""

    name = "statements"
    kinds = frozenset({"statement", "response"})
    tables: tuple[Table, ...] = (statement_signatures, statement_records)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Refuses signatories who could not read it, a replacement by somebody else, and acts that do not fit."""
        if isinstance(message.payload, Statement):
            self._check_statement(tx, message, message.payload)
        elif isinstance(message.payload, Response) and message.payload.act in ACTS:
            record = record_of(tx.conn, message.route, message.payload.to)
            if record is not None:
                _check_act(tx, message, message.payload, record)
        return []

    def _check_statement(self, tx: Transaction, message: Message, statement: Statement) -> None:
        signatories = self._codes(statement.signatories)
        problems = [
            Problem(
                f"/signatories/{at}",
                "cannot-read",
                f"{code} is to sign and would not read it: put it in the audience.",
                sent=statement.signatories[at],
            )
            for at, code in enumerate(signatories)
            if code not in message.parties
        ]
        problems += [
            Problem(
                f"/signatories/{at}", "observes", f"{code} observes this route and does not sign.",
                sent=statement.signatories[at],
            )
            for at, code in enumerate(signatories)
            if code in self._observers(message)
        ]  # fmt: skip
        problems += [
            Problem(f"/signatories/{at}", "repeated", f"{code} is named already.", sent=statement.signatories[at])
            for at, code in enumerate(signatories)
            if code in signatories[:at]
        ]
        if problems:
            raise Refused("The signatories do not fit.", problems)
        if statement.replaces is not None:
            _check_replaces(tx, message, statement.replaces)

    def _observers(self, message: Message) -> frozenset[str]:
        route = self._directory().routes[message.route]
        today = message.accepted_at.astimezone(route.zone).date()
        return frozenset(member.party for member in route.members(today, "observer"))

    def _codes(self, codes: Sequence[str]) -> list[str]:
        """Stable codes for aliases: EL is GR."""
        directory = self._directory()
        return [directory.party_code(code) or code for code in codes]

    def project(self, tx: Transaction, message: Message) -> None:
        if isinstance(message.payload, Statement):
            self._open(tx, message, message.payload)
        elif isinstance(message.payload, Response) and message.payload.act in ACTS:
            record = record_of(tx.conn, message.route, message.payload.to)
            if record is not None:
                _act(tx, message, message.payload, record)

    def _open(self, tx: Transaction, message: Message, statement: Statement) -> None:
        meeting = statement.meeting
        tx.conn.execute(
            insert(statement_records).values(
                id=message.id, short_id=message.short_id or message.id, route=message.route,
                party=message.reported_party, sequence=message.sequence, issued_at=message.accepted_at,
                type=statement.type, title=statement.title, text=statement.text, language=statement.language,
                meeting=meeting.name if meeting else None, meeting_day=meeting.day if meeting else None,
                meeting_series=meeting.series if meeting else None, meeting_number=meeting.number if meeting else None,
                participants=",".join(self._codes(meeting.participants)) if meeting else "",
                points=",".join(statement.points), replaces=statement.replaces, exercise=message.exercise,
                tlp=message.tlp, author=message.author, audience_id=message.audience_id,
            )
        )  # fmt: skip
        signatories = self._codes(statement.signatories)
        if signatories:
            rows = [_signature(message, party, position) for position, party in enumerate(signatories)]
            tx.conn.execute(insert(statement_signatures), rows)
        if statement.replaces is not None:
            r = statement_records.c
            unsigned = [r.id == statement.replaces, r.in_force_at.is_(None)]
            _replaced(tx, message, message.id, unsigned)  # an agreed text stands until the new one is agreed too
        _settle(tx, message, message.id)


def _signature(message: Message, party: str, position: int) -> dict[str, Any]:
    """One named party's row; whoever sends a text that names it has signed it."""
    own = party == message.reported_party
    return {
        "statement": message.id, "party": party, "position": position, "act": "sign" if own else None,
        "at": message.accepted_at if own else None, "author": message.author if own else None, "text": None,
        "message_id": message.id if own else None,
    }  # fmt: skip


def _signatures(conn: Connection, statement: str) -> dict[str, RowMapping]:
    query = select(statement_signatures).where(statement_signatures.c.statement == statement)
    return {row["party"]: row for row in conn.execute(query).mappings()}


def _check_replaces(tx: Transaction, message: Message, ref: str) -> None:
    record = record_of(tx.conn, message.route, ref)
    if record is None:
        raise refused("/replaces", "not-a-statement", "A statement replaces a statement.", sent=ref)
    if message.reported_party not in {record["party"], *_signatures(tx.conn, record["id"])}:
        raise NotAllowed(f"{record['short_id']} is replaced by its sender, {record['party']}, or by those it names.")
    _check_stands(tx, message, record)
    if readers(tx.conn, record["audience_id"]) != message.parties:
        raise refused(
            "/audience", "other-audience", "A new version reaches exactly the readers of the one it replaces; leave "
            "the audience out, or send a statement of its own.", sent=ref,
        )  # fmt: skip


def _check_stands(tx: Transaction, message: Message, record: RowMapping) -> None:
    """What was withdrawn or replaced is past. All who read a version read the one that replaced it."""
    if record["withdrawn_at"] is not None:
        raise Conflict(f"{record['short_id']} was withdrawn.")
    if record["replaced_at"] is not None:
        later = record_of(tx.conn, message.route, record["replaced_by"])
        by = later["short_id"] if later is not None else "a later version"
        raise Conflict(f"{record['short_id']} was replaced by {by}. Answer that one.")


def _check_act(tx: Transaction, message: Message, response: Response, record: RowMapping) -> None:
    """Who may do it, whether it still fits, and whether it is new."""
    party, short_id = message.reported_party, record["short_id"]
    named = _signatures(tx.conn, record["id"])
    if response.act == "withdraw":
        if record["in_force_at"] is not None and named:
            raise Conflict(f"All who are named have signed {short_id}: it is in force. Agree on a new version.")
    elif party not in named:
        who = ", ".join(sorted(named))
        words = f"It is signed by those whom it names: {who}." if named else "It names nobody to sign it."
        raise refused("/act", "not-a-signatory", words, sent=response.act, allowed=sorted(named))
    _check_stands(tx, message, record)
    if readers(tx.conn, record["audience_id"]) != message.parties:
        raise refused(
            "/audience", "other-audience", "All readers of the statement see who has signed it; leave the audience "
            "out, or send a note.",
        )  # fmt: skip
    if response.act != "withdraw":
        _check_signature(response, named[party], record)


def _check_signature(response: Response, known: RowMapping, record: RowMapping) -> None:
    if known["act"] == response.act:
        if response.text in (None, known["text"]):
            raise Unchanged(known["message_id"])
        what = "signed" if known["act"] == "sign" else "declined"
        raise Conflict(f"{known['party']} has {what} {record['short_id']} already. Send a note to say more.")
    if response.act == "decline" and record["in_force_at"] is not None:
        raise Conflict(f"{record['short_id']} is in force; a signature is not taken back. Agree on a new version.")


def _act(tx: Transaction, message: Message, response: Response, record: RowMapping) -> None:
    if response.act == "withdraw":
        tx.conn.execute(
            update(statement_records)
            .where(statement_records.c.id == record["id"])
            .values(withdrawn_at=message.accepted_at, withdrawn_text=response.text)
        )
        return
    s = statement_signatures.c
    tx.conn.execute(
        update(statement_signatures)
        .where(s.statement == record["id"], s.party == message.reported_party)
        .values(
            act=response.act, at=message.accepted_at, author=message.author, text=response.text, message_id=message.id
        )
    )
    _settle(tx, message, record["id"])


def _settle(tx: Transaction, message: Message, statement: str) -> None:
    """In force as soon as all named have signed; then the versions that it replaces have had their day."""
    named = _signatures(tx.conn, statement)
    if any(row["act"] != "sign" for row in named.values()):
        return
    r = statement_records.c
    tx.conn.execute(update(statement_records).where(r.id == statement).values(in_force_at=message.accepted_at))
    before = tx.conn.execute(select(r.replaces).where(r.id == statement)).scalar()
    while before is not None:  # the version before may have been replaced unsigned, and the agreed one be behind it
        _replaced(tx, message, statement, [r.id == before])
        before = tx.conn.execute(select(r.replaces).where(r.id == before)).scalar()


def _replaced(tx: Transaction, message: Message, by: str, which: Sequence[ColumnElement[bool]]) -> None:
    tx.conn.execute(
        update(statement_records)
        .where(*which, statement_records.c.replaced_at.is_(None))
        .values(replaced_at=message.accepted_at, replaced_by=by)
    )
