"""Conferences, proposals and agendas."""

from datetime import datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


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


class ConferenceInFull(Conference):
    proposals: list[Proposal]
    agendas: list[AgendaEdition]
