"""Reading the conferences board, always through the reader's audiences."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, or_, select

from routehub.boards.conferences.tables import (
    agenda_annexes,
    compiled_agendas,
    conference_revisions,
    proposal_decisions,
    proposals,
)
from routehub.directory.visibility import clause, readers_of


@dataclass(frozen=True)
class ConferenceView:
    """A conference as it stands for a reader. ``first_start``: when it was first to begin; ``revision``: how many
    changes the reader has seen; ``message_id``: the newest message about it."""

    route: str
    series: str
    number: int
    title: str
    start: datetime
    minutes: int
    zone: str
    link: str | None
    chair: str
    participants: tuple[str, ...]
    state: str
    reason: str | None
    extra: bool
    about: str | None
    tlp: str
    first_start: datetime
    revision: int
    message_id: str
    accepted_at: datetime
    audience_id: int

    @property
    def ends(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)

    @property
    def current(self) -> bool:
        """Whether it takes place as far as is known."""
        return self.state != "cancelled"


@dataclass(frozen=True)
class Decision:
    """The chair's answer to a proposal: accept or decline, with its words."""

    act: str
    text: str | None
    author: str
    at: datetime
    message_id: str


@dataclass(frozen=True)
class ProposalView:
    """A proposal with the newest decision that the reader may read."""

    message_id: str
    party: str
    conference: int | None
    title: str
    text: str | None
    outcome: str
    minutes: int
    points: tuple[str, ...]
    tlp: str
    author: str
    accepted_at: datetime
    decision: Decision | None

    @property
    def state(self) -> str:
        """open, accepted or declined."""
        if self.decision is None:
            return "open"
        return "accepted" if self.decision.act == "accept" else "declined"


@dataclass(frozen=True)
class AgendaRef:
    """A compiled agenda and where its items are. ``state``: draft or closed."""

    series: str
    conference: int
    edition: int
    state: str
    compiled_at: datetime
    window_end: datetime
    items: int
    decisions: int
    message_id: str


_REF = (
    "series", "conference", "edition", "state", "compiled_at", "window_end", "items", "decisions", "message_id",
)  # fmt: skip


def conferences(
    conn: Connection, audiences: Iterable[int], route: str, series: str | None = None, number: int | None = None
) -> list[ConferenceView]:
    """The conferences of a route by start, each as its newest readable message says."""
    c = conference_revisions.c
    query = select(conference_revisions).where(c.route == route, clause(c.audience_id, audiences))
    if series is not None:
        query = query.where(c.series == series)
    if number is not None:
        query = query.where(c.number == number)
    found: dict[tuple[str, int], list[RowMapping]] = {}
    for row in conn.execute(query.order_by(c.sequence)).mappings():
        found.setdefault((row["series"], row["number"]), []).append(row)
    return sorted((_conference(rows) for rows in found.values()), key=lambda v: (v.start, v.series, v.number))


def conference(
    conn: Connection, audiences: Iterable[int], route: str, series: str, number: int
) -> ConferenceView | None:
    """One conference; None when it is unknown or not visible."""
    found = conferences(conn, audiences, route, series, number)
    return found[0] if found else None


def announced(conn: Connection, route: str, everyone: Callable[[datetime], frozenset[str]]) -> list[ConferenceView]:
    """Conferences as they were announced to everyone who was on the route then, whoever has joined since: numbers
    continue. For the hub's own schedule, never an answer to a reader.

    everyone: the parties that ``*`` meant at an instant.
    """
    c = conference_revisions.c
    rows = conn.execute(select(conference_revisions).where(c.route == route).order_by(c.sequence)).mappings().all()
    readers = readers_of(conn, {row["audience_id"] for row in rows})
    found: dict[tuple[str, int], list[RowMapping]] = {}
    for row in rows:
        if row["tlp"] != "RED" and readers[row["audience_id"]] >= everyone(row["accepted_at"]):
            found.setdefault((row["series"], row["number"]), []).append(row)
    return sorted((_conference(rows) for rows in found.values()), key=lambda v: (v.start, v.series, v.number))


def known_to_anybody(conn: Connection, route: str) -> list[ConferenceView]:
    """Each conference as its newest message says, whoever was told of it. For the hub's own schedule, never an answer
    to a reader."""
    c = conference_revisions.c
    found: dict[tuple[str, int], list[RowMapping]] = {}
    for row in conn.execute(select(conference_revisions).where(c.route == route).order_by(c.sequence)).mappings():
        found.setdefault((row["series"], row["number"]), []).append(row)
    return sorted((_conference(rows) for rows in found.values()), key=lambda v: (v.start, v.series, v.number))


def _conference(rows: list[RowMapping]) -> ConferenceView:
    first, last = rows[0], rows[-1]
    same = {
        name: last[name]
        for name in (
            "route", "series", "number", "title", "start", "minutes", "zone", "link", "chair", "state", "reason",
            "extra", "about", "tlp", "message_id", "accepted_at", "audience_id",
        )
    }  # fmt: skip
    return ConferenceView(
        **same, participants=tuple(filter(None, last["participants"].split(","))), first_start=first["start"],
        revision=len(rows) - 1,
    )  # fmt: skip


def proposals_of(
    conn: Connection, audiences: Iterable[int], route: str, *, since: datetime | None = None, limit: int = 500
) -> list[ProposalView]:
    """Proposals of a route in the order in which they came, with what was decided. since: those that came later, and
    those that name their conference."""
    p, ids = proposals.c, frozenset(audiences)
    query = select(proposals).where(p.route == route, clause(p.audience_id, ids))
    if since is not None:
        query = query.where(or_(p.accepted_at > since, p.conference.is_not(None)))
    rows = conn.execute(query.order_by(p.sequence.desc()).limit(limit)).mappings().all()
    return _with_decisions(conn, ids, list(reversed(rows)))


def proposal(conn: Connection, audiences: Iterable[int], route: str, message_id: str) -> ProposalView | None:
    """One proposal; None when it is unknown or not visible."""
    p, ids = proposals.c, frozenset(audiences)
    rows = (
        conn.execute(select(proposals).where(p.route == route, p.message_id == message_id, clause(p.audience_id, ids)))
        .mappings()
        .all()
    )
    found = _with_decisions(conn, ids, rows)
    return found[0] if found else None


def _with_decisions(conn: Connection, ids: frozenset[int], rows: Iterable[RowMapping]) -> list[ProposalView]:
    rows = list(rows)
    decided: dict[str, Decision] = {}
    if rows:
        d = proposal_decisions.c
        for row in conn.execute(
            select(proposal_decisions)
            .where(d.proposal.in_([row["message_id"] for row in rows]), clause(d.audience_id, ids))
            .order_by(d.sequence)
        ).mappings():
            decided[row["proposal"]] = Decision(
                row["act"], row["text"], row["author"], row["accepted_at"], row["message_id"]
            )
    return [
        ProposalView(
            points=tuple(filter(None, row["points"].split(","))), decision=decided.get(row["message_id"]),
            **{
                name: row[name]
                for name in (
                    "message_id", "party", "conference", "title", "text", "outcome", "minutes", "tlp", "author",
                    "accepted_at",
                )
            },
        )
        for row in rows
    ]  # fmt: skip


def open_agendas(conn: Connection, route: str, state: str, since: datetime) -> list[AgendaRef]:
    """The newest editions of the route's agendas that were compiled lately and are in a state. For the hub's own
    schedule, never an answer to a reader."""
    a = compiled_agendas.c
    query = select(compiled_agendas).where(a.route == route, a.compiled_at > since).order_by(a.sequence.desc())
    found: dict[tuple[str, int], AgendaRef] = {}
    for row in conn.execute(query).mappings():
        found.setdefault((row["series"], row["conference"]), AgendaRef(**{name: row[name] for name in _REF}))
    return [ref for ref in found.values() if ref.state == state]


def agendas(
    conn: Connection, audiences: Iterable[int], route: str, series: str, number: int | None = None, limit: int = 100
) -> list[AgendaRef]:
    """Compiled agendas, the newest first; of one conference or of all."""
    a = compiled_agendas.c
    query = select(compiled_agendas).where(a.route == route, a.series == series, clause(a.audience_id, audiences))
    if number is not None:
        query = query.where(a.conference == number)
    return [
        AgendaRef(**{name: row[name] for name in _REF})
        for row in conn.execute(query.order_by(a.sequence.desc()).limit(limit)).mappings()
    ]


def annex(
    conn: Connection, audiences: Iterable[int], route: str, series: str, number: int, party: str
) -> str | None:  # fmt: skip
    """The message id of a party's newest annex to the agenda of a conference; None when it has none."""
    a = agenda_annexes.c
    return conn.execute(
        select(a.message_id)
        .where(a.route == route, a.series == series, a.conference == number, a.party == party)
        .where(clause(a.audience_id, audiences))
        .order_by(a.sequence.desc())
        .limit(1)
    ).scalar()
