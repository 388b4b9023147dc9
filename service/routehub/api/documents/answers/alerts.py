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
    channel: Literal["page", "link", "api"] | None
    """How it came: by the page, by the link in a mail, or posted by a program."""


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


class NextStep(Answer):
    step: str
    to: Literal["duty", "deputy", "coordinators"]
    at: datetime


class Step(NextStep):
    state: Literal["done", "passed", "nobody", "next"]
    """`passed`: a later one went instead; `nobody`: nobody was there to be told."""
    people: list[str]


class PartyEscalation(Answer):
    party: str
    asked_at: datetime
    acknowledged_at: datetime | None
    channel: str | None
    reached: bool
    """Whether some channel brought the alert to the party."""
    reminders: int
    deputy_at: datetime | None
    coordinators_at: datetime | None
    next: NextStep | None


class OwnEscalation(PartyEscalation):
    steps: list[Step]


class Escalation(Answer):
    alert: str
    now: datetime
    own: OwnEscalation | None
    parties: list[PartyEscalation]
    """For the sender and the coordinators; empty for others."""
