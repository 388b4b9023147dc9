"""Alerts and their acknowledgements."""

from datetime import datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


class Acknowledgement(Answer):
    party: str
    state: Literal["acknowledged", "waiting"]
    at: datetime | None
    by: str | None
    text: str | None


class Alert(Answer):
    id: str
    short_id: str
    party: str
    category: str
    status: str
    severity: str
    urgency: str
    certainty: str
    headline: str
    description: str | None
    instruction: str | None
    place: str | None
    area: str | None
    legs: list[str]
    points: list[str]
    issued_at: datetime
    updated_at: datetime
    onset: datetime | None
    expires: datetime
    ended_at: datetime | None
    state: Literal["open", "ended", "expired"]
    updates: int
    latest: str
    rule: str | None
    exercise: bool
    tlp: str
    author: str
    acknowledgements: list[Acknowledgement]


class Alerts(Answer):
    route: RouteMarking
    alerts: list[Alert]
