"""Reading the commitments board through the reader's audiences, as it stands or as it stood at a moment."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select

from routehub.boards.commitments.tables import commitment_progress, commitment_records, commitment_said
from routehub.directory.visibility import clause


@dataclass(frozen=True)
class Goal:
    """A milestone: a step on the way, with its day and value where they were named."""

    title: str
    date: date | None
    value: int | None


@dataclass(frozen=True)
class Said:
    """What a commitment says by one of its messages."""

    message_id: str
    short_id: str
    sequence: int
    accepted_at: datetime
    title: str
    category: str
    text: str | None
    owners: tuple[str, ...]
    points: tuple[str, ...]
    target: int | None
    unit: str | None
    rate: int | None
    rate_per: str | None
    deadline_text: str | None
    deadline: date | None
    deadline_exact: bool
    milestones: tuple[Goal, ...]
    parent: str | None
    report: str | None
    tlp: str
    party: str
    author: str


@dataclass(frozen=True)
class Step:
    """One statement of progress."""

    message_id: str
    sequence: int
    accepted_at: datetime
    stage: str
    value: int | None
    as_of: date
    text: str | None
    reason: str | None
    milestones: tuple[str, ...]
    report: str | None
    tlp: str
    party: str
    author: str


@dataclass(frozen=True)
class CommitmentView:
    """A commitment as a reader sees it. ``said``: the oldest first, the last one holds; ``steps``: in the order of the
    days for which they are true; ``children``: ids of its parts that the reader may read."""

    id: str
    short_id: str
    route: str
    party: str
    made_at: datetime
    exercise: bool
    said: tuple[Said, ...]
    steps: tuple[Step, ...]
    children: tuple[str, ...]

    @property
    def now(self) -> Said:
        return self.said[-1]

    @property
    def messages(self) -> tuple[str, ...]:
        """All that it rests on, the oldest first."""
        by_sequence = {one.sequence: one.message_id for one in self.said} | {
            s.sequence: s.message_id for s in self.steps
        }
        return tuple(by_sequence[at] for at in sorted(by_sequence))

    @property
    def withdrawn(self) -> Step | None:
        """The end of it, where it was withdrawn."""
        return next((step for step in self.steps if step.stage == "withdrawn"), None)

    def called(self, ref: str) -> bool:
        """Whether this is a short id of it, that of a change included, or the id of one of its messages."""
        wanted = ref.strip()
        return wanted.upper() in {one.short_id for one in self.said} or wanted.lower() in self.messages

    def owned_by(self, party: str) -> bool:
        return party in self.now.owners


def commitments(
    conn: Connection, audiences: Iterable[int], route: str, *, until: datetime | None = None
) -> list[CommitmentView]:
    """The commitments of a route in the order in which they were made; with ``until``, as was known at that moment."""
    r, s, p = commitment_records.c, commitment_said.c, commitment_progress.c
    ids = frozenset(audiences)
    records = conn.execute(
        select(commitment_records).where(r.route == route, clause(r.audience_id, ids)).order_by(r.sequence)
    ).mappings()
    mine = select(r.id).where(r.route == route, clause(r.audience_id, ids))
    said = select(commitment_said).where(s.commitment.in_(mine), clause(s.audience_id, ids))
    steps = select(commitment_progress).where(p.commitment.in_(mine), clause(p.audience_id, ids))
    if until is not None:
        said, steps = said.where(s.accepted_at <= until), steps.where(p.accepted_at <= until)
    told: dict[str, list[Said]] = {}
    for row in conn.execute(said.order_by(s.sequence)).mappings():
        told.setdefault(row["commitment"], []).append(said_of(row))
    made: dict[str, list[Step]] = {}
    for row in conn.execute(steps.order_by(p.as_of, p.sequence)).mappings():
        made.setdefault(row["commitment"], []).append(step_of(row))
    parts: dict[str, list[str]] = {}
    for commitment, versions in told.items():
        if versions[-1].parent is not None:
            parts.setdefault(versions[-1].parent, []).append(commitment)
    return [_view(row, told, made, parts) for row in records if row["id"] in told]


def record_of(conn: Connection, message_id: str) -> str | None:
    """The id of the commitment to which a message belongs. For the board's own rules, never an answer to a reader."""
    s, p = commitment_said.c, commitment_progress.c
    by_said = select(s.commitment).where(s.message_id == message_id)
    by_step = select(p.commitment).where(p.message_id == message_id)
    found = conn.execute(
        select(commitment_records.c.id).where(
            or_(commitment_records.c.id.in_(by_said), commitment_records.c.id.in_(by_step))
        )
    ).scalar()
    return str(found) if found is not None else None


def said_of(row: RowMapping) -> Said:
    lists: dict[str, Any] = {name: tuple(filter(None, row[name].split(","))) for name in ("owners", "points")}
    goals = tuple(
        Goal(goal["title"], date.fromisoformat(goal["date"]) if goal.get("date") else None, goal.get("value"))
        for goal in json.loads(row["milestones"])
    )
    rest = {name: row[name] for name in Said.__dataclass_fields__ if name not in (*lists, "milestones")}
    return Said(**rest, **lists, milestones=goals)


def step_of(row: RowMapping) -> Step:
    rest = {name: row[name] for name in Step.__dataclass_fields__ if name != "milestones"}
    return Step(**rest, milestones=tuple(json.loads(row["milestones"])))


def _view(
    row: RowMapping, told: dict[str, list[Said]], made: dict[str, list[Step]], parts: dict[str, list[str]]
) -> CommitmentView:
    return CommitmentView(
        row["id"], row["short_id"], row["route"], row["party"], row["made_at"], row["exercise"],
        tuple(told[row["id"]]), tuple(made.get(row["id"], ())), tuple(parts.get(row["id"], ())),
    )  # fmt: skip
