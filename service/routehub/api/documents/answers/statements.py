"""Statements, their signatures, and exchanges of messages."""

from datetime import date, datetime
from typing import Any, Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


class Signature(Answer):
    party: str
    state: Literal["signed", "declined", "waiting"]
    at: datetime | None
    by: str | None
    text: str | None
    message: str | None


class StatementMeeting(Answer):
    name: str
    day: date | None
    participants: list[str]
    series: str | None
    number: int | None


class Statement(Answer):
    id: str
    short_id: str
    party: str
    author: str
    type: Literal["joint_text", "meeting_outcome"]
    title: str
    text: str
    language: str
    meeting: StatementMeeting | None
    points: list[str]
    issued_at: datetime
    in_force_at: datetime | None
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_text: str | None
    replaces: str | None
    replaced_by: str | None
    tlp: str
    exercise: bool
    state: Literal["open", "declined", "in_force", "reported", "replaced", "withdrawn"]
    signed: int
    signatories: int
    signatures: list[Signature]


class Statements(Answer):
    route: RouteMarking
    statements: list[Statement]


class ThreadInBrief(Answer):
    thread: str
    """The id of the message that began it."""
    first: dict[str, Any]
    last: dict[str, Any]


class Threads(Answer):
    route: RouteMarking
    threads: list[ThreadInBrief]
    next: str | None


class Thread(Answer):
    route: RouteMarking
    thread: str
    messages: list[dict[str, Any]]
    next: str | None
