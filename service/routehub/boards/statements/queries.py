"""Reading the statements board, always through the reader's audiences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from routehub.boards.statements.tables import statement_records, statement_signatures
from routehub.directory.visibility import clause

STATES = ("open", "declined", "in_force", "reported", "replaced", "withdrawn")


@dataclass(frozen=True)
class Signature:
    """Where one named party stands. ``act``: sign, decline, or None while it has not answered."""

    party: str
    act: str | None
    at: datetime | None
    by: str | None
    text: str | None
    message_id: str | None


@dataclass(frozen=True)
class StatementView:
    """A statement as it stands now. ``replaces`` and ``replaced_by``: short ids; all who read one version read the
    next. ``state``: open, declined, in_force, reported (an outcome that nobody signs), replaced or withdrawn."""

    id: str
    short_id: str
    party: str
    author: str
    type: str
    title: str
    text: str
    language: str
    meeting: str | None
    meeting_day: date | None
    meeting_series: str | None
    meeting_number: int | None
    participants: tuple[str, ...]
    points: tuple[str, ...]
    issued_at: datetime
    in_force_at: datetime | None
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_text: str | None
    replaces: str | None
    replaced_by: str | None
    tlp: str
    exercise: bool
    audience_id: int
    state: str
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> tuple[str, ...]:
        return tuple(s.party for s in self.signatures if s.act == "sign")

    @property
    def declined(self) -> tuple[str, ...]:
        return tuple(s.party for s in self.signatures if s.act == "decline")

    @property
    def waiting(self) -> tuple[str, ...]:
        """Named parties that have neither signed nor declined."""
        return tuple(s.party for s in self.signatures if s.act is None)

    @property
    def pending(self) -> bool:
        """Whether it can still be signed."""
        return self.state in ("open", "declined")

    def waits_for(self, party: str) -> bool:
        return self.pending and party in self.waiting

    def signature(self, party: str) -> Signature | None:
        return next((s for s in self.signatures if s.party == party), None)


def statements(
    conn: Connection, audiences: Iterable[int], route: str, *, state: str | None = None, party: str | None = None,
    limit: int = 500,
) -> list[StatementView]:  # fmt: skip
    """Statements of a route, the newest first; those in one state, or that one party sent or is to sign."""
    ids, r = frozenset(audiences), statement_records.c
    query = select(statement_records).where(r.route == route, clause(r.audience_id, ids))
    if party is not None:
        s = statement_signatures.c
        query = query.where(or_(r.party == party, r.id.in_(select(s.statement).where(s.party == party))))
    if state is not None:
        query = query.where(_in_state(state))  # before the limit, which must not cut off an old one that is still open
    return _views(conn, conn.execute(query.order_by(r.sequence.desc()).limit(limit)).mappings().all())


def pending(conn: Connection, audiences: Iterable[int], route: str, limit: int = 500) -> list[StatementView]:
    """All that can still be signed, however many newer ones there are; the newest first."""
    r, ids = statement_records.c, frozenset(audiences)
    query = select(statement_records).where(
        r.route == route, clause(r.audience_id, ids), or_(_in_state("open"), _in_state("declined"))
    )
    return _views(conn, conn.execute(query.order_by(r.sequence.desc()).limit(limit)).mappings().all())


def _in_state(state: str) -> ColumnElement[bool]:
    """The same as ``_state`` says of a row, for the database."""
    r, s = statement_records.c, statement_signatures.c
    of_it = select(s.statement).where(s.statement == r.id)
    named, declined = of_it.exists(), of_it.where(s.act == "decline").exists()
    stands = and_(r.withdrawn_at.is_(None), r.replaced_at.is_(None))
    unsigned = and_(stands, named, r.in_force_at.is_(None))
    return {
        "withdrawn": r.withdrawn_at.is_not(None),
        "replaced": and_(r.withdrawn_at.is_(None), r.replaced_at.is_not(None)),
        "reported": and_(stands, ~named),
        "in_force": and_(stands, named, r.in_force_at.is_not(None)),
        "declined": and_(unsigned, declined),
        "open": and_(unsigned, ~declined),
    }[state]


def outcomes(
    conn: Connection, audiences: Iterable[int], route: str, *, series: str | None = None, number: int | None = None,
    since: datetime | None = None,
) -> list[StatementView]:  # fmt: skip
    """Outcomes of meetings that still stand, the oldest first: of one conference, or those told after an instant. This
    is how a sub-group reports back."""
    r = statement_records.c
    query = select(statement_records).where(
        r.route == route, r.type == "meeting_outcome", clause(r.audience_id, audiences),
        r.replaced_at.is_(None), r.withdrawn_at.is_(None),
    )  # fmt: skip
    if series is not None:
        query = query.where(r.meeting_series == series, r.meeting_number == number)
    if since is not None:
        query = query.where(r.issued_at > since)
    return _views(conn, conn.execute(query.order_by(r.sequence)).mappings().all())


def statement(conn: Connection, audiences: Iterable[int], route: str, ref: str) -> StatementView | None:
    """One statement by its short id or message id; None when unknown or not visible."""
    r = statement_records.c
    query = select(statement_records).where(
        r.route == route, clause(r.audience_id, audiences), or_(r.short_id == ref.upper(), r.id == ref.lower())
    )
    found = _views(conn, conn.execute(query.limit(1)).mappings().all())
    return found[0] if found else None


def _views(conn: Connection, rows: Iterable[RowMapping]) -> list[StatementView]:
    rows = list(rows)
    signatures: dict[str, list[Signature]] = {row["id"]: [] for row in rows}
    if not rows:
        return []
    s = statement_signatures.c
    query = select(statement_signatures).where(s.statement.in_(list(signatures))).order_by(s.statement, s.position)
    for row in conn.execute(query):
        signatures[row.statement].append(Signature(row.party, row.act, row.at, row.author, row.text, row.message_id))
    r = statement_records.c
    others = {row[name] for row in rows for name in ("replaces", "replaced_by")} - {None}
    short = {row.id: row.short_id for row in conn.execute(select(r.id, r.short_id).where(r.id.in_(sorted(others))))}
    return [_view(row, tuple(signatures[row["id"]]), short) for row in rows]


def _view(row: RowMapping, signatures: tuple[Signature, ...], short: dict[str, str]) -> StatementView:
    same = {
        name: row[name]
        for name in (
            "id", "short_id", "party", "author", "type", "title", "text", "language", "meeting", "meeting_day",
            "meeting_series", "meeting_number", "issued_at", "in_force_at", "replaced_at", "withdrawn_at",
            "withdrawn_text", "tlp", "exercise", "audience_id",
        )
    }  # fmt: skip
    return StatementView(
        **same, participants=tuple(filter(None, row["participants"].split(","))),
        points=tuple(filter(None, row["points"].split(","))), replaces=short.get(row["replaces"] or ""),
        replaced_by=short.get(row["replaced_by"] or "") if row["replaced_at"] else None,
        state=_state(row, signatures), signatures=signatures,
    )  # fmt: skip


def _state(row: RowMapping, signatures: tuple[Signature, ...]) -> str:
    if row["withdrawn_at"] is not None:
        return "withdrawn"
    if row["replaced_at"] is not None:
        return "replaced"
    if not signatures:
        return "reported"
    if row["in_force_at"] is not None:
        return "in_force"
    return "declined" if any(s.act == "decline" for s in signatures) else "open"
