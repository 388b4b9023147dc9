"""Conferences, proposals and agendas."""

from datetime import datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub.digests.series_office import Terms


class Conference(Answer):
    series: str
    number: int
    title: str
    start: datetime
    minutes: int
    zone: str
    link: str | None
    chair: str
    participants: list[str]
    state: Literal["planned", "moved", "cancelled"]
    reason: str | None
    extra: bool
    held: bool
    """It has minutes, whatever its time was."""
    about: str | None
    revision: int
    message: str


class Conferences(Answer):
    route: RouteMarking
    conferences: list[Conference]


class ChairDecision(Answer):
    act: Literal["accept", "decline"]
    text: str | None
    at: datetime
    message: str


class Proposal(Answer):
    message: str
    party: str
    conference: int | None
    title: str
    text: str | None
    outcome: str
    minutes: int
    points: list[str]
    state: Literal["open", "accepted", "declined"]
    at: datetime
    decision: ChairDecision | None


class AgendaEdition(Answer):
    edition: int
    compiled_at: datetime
    items: int
    message: str


class Place(Answer):
    party: str
    state: Literal["joined", "attends", "represented", "chairs", "declined", "unanswered"]
    represented_by: str | None
    delegates: list[str]
    text: str | None
    at: datetime | None
    by: str | None
    joined_at: datetime | None
    answered_for_another_time: bool
    message: str | None


class Attending(Answer):
    """How many of the invited parties stand where."""

    joined: int
    attends: int
    represented: int
    chairs: int
    declined: int
    unanswered: int


class Attendance(Answer):
    route: RouteMarking
    series: str
    number: int
    start: datetime
    attending: Attending
    attendance: list[Place]


class Outcome(Answer):
    short_id: str
    title: str
    message: str


class Series(Terms):
    """The terms of a series, and what follows from them."""

    name: str
    version: int
    proposed: list[datetime]
    next_number: int


class AllSeries(Answer):
    route: RouteMarking
    series: list[Series]


class ConferenceInFull(Conference):
    attendance: list[Place]
    attending: Attending
    outcomes: list[Outcome]
    proposals: list[Proposal]
    agendas: list[AgendaEdition]
