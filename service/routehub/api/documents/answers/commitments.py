"""Plans, commitments and their progress."""

import datetime as dt
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub_schemas.vocab import CommitmentCategory, ProgressStage

State = Literal["overdue", "nothing_reported", "behind", "open", "on_track", "done", "withdrawn"]
PointState = Literal[
    "overdue", "nothing_reported", "behind", "open", "on_track", "done", "withdrawn", "no_commitment"
]  # fmt: skip


class Plan(Answer):
    id: str
    title: str
    family: str
    """Plans of one family are versions of one text."""
    version: str
    agreed: dt.date
    declared: int
    """How many points the text says it has."""
    listed: int
    gap: int
    """Points that it declares and the source does not name."""
    source: str
    monitored: bool
    versions: list[str]


class Plans(Answer):
    route: RouteMarking
    plans: list[Plan]


class PlanPoint(Answer):
    number: str
    title: str
    owners: list[str]


class PlanPointInFull(PlanPoint):
    code: str
    group: str
    items: list[PlanPoint]
    elsewhere: list[str]
    """What the same point is called in other versions."""
    state: PointState
    since: dt.datetime | None
    """When anything was last said about those of its commitments that are in this state."""
    commitments: list[str]


class PlanInFull(Answer):
    route: RouteMarking
    now: dt.datetime
    plan: Plan
    points: list[PlanPointInFull]


class Reached(Answer):
    value: int
    day: dt.date


class CommitmentStatus(Answer):
    short_id: str
    title: str
    owners: list[str]
    state: State
    reached: Reached | None
    target: int | None
    unit: str | None
    change_since_last_week: int | None
    deadline: dt.date | None
    projected: dt.date | None
    reported_at: dt.datetime


class PointStatus(PlanPoint):
    code: str
    state: PointState
    since: dt.datetime | None
    commitments: list[CommitmentStatus]


class StatusWeek(Answer):
    name: str
    first: dt.date
    last: dt.date
    at: dt.datetime


class PlanStatus(Answer):
    route: RouteMarking
    plan: Plan
    week: StatusWeek
    points: list[PointStatus]


class Rate(Answer):
    value: int
    per: Literal["day", "week", "month"]


class Deadline(Answer):
    text: str | None
    date: dt.date | None
    exact: bool


class Milestone(Answer):
    title: str
    date: dt.date | None
    value: int | None
    reached_on: dt.date | None


class LeftOut(Answer):
    short_id: str
    why: str


class Parts(Answer):
    target: int | None
    reached: int | None
    added: list[str]
    left_out: list[LeftOut]
    silent: list[str]
    words: list[str]


class StageValue(Answer):
    stage: ProgressStage
    value: int | None
    as_of: dt.date
    message: str


class Projection(Answer):
    date: dt.date | None
    basis: Literal["measured", "declared"] | None
    per_day: float | None
    words: str


class Commitment(Answer):
    id: str
    short_id: str
    party: str
    owners: list[str]
    category: CommitmentCategory
    title: str
    text: str | None
    points: list[str]
    target: int | None
    unit: str | None
    rate: Rate | None
    deadline: Deadline | None
    milestones: list[Milestone]
    parent: str | None
    children: list[str]
    parts: Parts | None
    report: str | None
    made_at: dt.datetime
    updated_at: dt.datetime
    exercise: bool
    tlp: str
    author: str
    message: str
    state: State
    stages: list[StageValue]
    reached: Reached | None
    remaining: int | None
    percent: int | None
    projection: Projection
    days_overdue: int
    reported_at: dt.datetime
    change_since_last_week: int | None


class Commitments(Answer):
    route: RouteMarking
    now: dt.datetime
    commitments: list[Commitment]


class CommitmentSaid(Answer):
    message: str
    at: dt.datetime
    title: str
    target: int | None
    unit: str | None
    owners: list[str]
    deadline: Deadline | None
    party: str
    author: str


class ProgressStep(Answer):
    message: str
    at: dt.datetime
    stage: ProgressStage
    value: int | None
    as_of: dt.date
    text: str | None
    reason: str | None
    milestones: list[str]
    report: str | None
    party: str
    author: str


class BurnUp(Answer):
    day: dt.date
    target: int | None
    reached: int | None
    stages: dict[str, int]


class CommitmentInFull(Commitment):
    said: list[CommitmentSaid]
    progress: list[ProgressStep]
    burn_up: list[BurnUp]


class ReportDays(Answer):
    first: dt.date
    last: dt.date
    week: str | None
    begin: dt.datetime
    end: dt.datetime
    """What was accepted after `begin` and not after `end` belongs to the report."""
    over: bool
    """Whether these days are over; otherwise the report goes to the present moment."""


class FollowedCommitment(Answer):
    short_id: str
    title: str
    owners: list[str]
    state: State
    state_before: State | None
    reached: Reached | None
    reached_before: Reached | None
    change: int | None
    """What was added; null where there is no figure at the beginning or at the end."""
    target: int | None
    unit: str | None
    deadline: dt.date | None
    days_overdue: int
    projected: dt.date | None
    reported_at: dt.datetime
    made: bool
    """Whether it was made in this time."""
    changed: list[str]
    """The messages that changed it."""
    progress: list[ProgressStep]
    tlp: str


class ReportPoint(PlanPoint):
    code: str
    elsewhere: list[str]
    state: PointState
    state_before: PointState
    commitments: list[FollowedCommitment]


class MonitoringReport(Answer):
    route: RouteMarking
    plan: Plan
    days: ReportDays
    overdue: list[str]
    """Commitments past their date, the longest first."""
    nothing_heard: list[str]
    """Commitments of which nothing was said in this time."""
    points: list[ReportPoint]
