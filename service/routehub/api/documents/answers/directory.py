"""Parties, people, grants and hand-overs."""

from datetime import date, datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


class Party(Answer):
    code: str
    name: str
    kind: str
    eu_member: bool
    aliases: list[str]
    role: Literal["member", "coordinator", "observer"]
    zone: str
    reports: bool
    due: str | None
    period_end: str | None


class Parties(Answer):
    route: RouteMarking
    day: date
    parties: list[Party]


class Place(Answer):
    code: str
    name: str
    kind: str


class PartyInFull(Party):
    neighbours: list[str]
    places: list[Place]


class Granted(Answer):
    actor: str
    party: str


class Grants(Answer):
    grants: list[Granted]


class Person(Answer):
    id: str
    party: str
    name: str
    function: str
    email: str
    phone: str
    languages: list[str]
    zone: str | None
    roles: list[str]
    on_duty: bool
    stands_in_for: list[str]
    valid_from: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None
    nominated_at: datetime | None
    accepted_at: datetime | None
    """When the person first signed in."""


class People(Answer):
    people: list[Person]


class NominationsOfParty(Answer):
    party: str
    name: str
    role: Literal["member", "coordinator"]
    state: Literal["nominated", "running", "overdue"]
    since: datetime
    """When the party was asked; or when its last contact point had gone."""
    due_at: datetime
    nominated_at: datetime | None
    hours: float | None
    """How long it took."""
    accepted: bool
    """Whether one of them has signed in."""


class Nominations(Answer):
    route: RouteMarking
    now: datetime
    parties: list[NominationsOfParty]


class DutyOfParty(Answer):
    party: str
    name: str
    covered: bool
    """Whether somebody is on duty now."""
    on_duty: list[Person]
    deputies: list[Person]


class Duty(Answer):
    route: RouteMarking
    now: datetime
    parties: list[DutyOfParty]


class Named(Answer):
    id: str
    name: str


class HandOver(Answer):
    id: str
    person: Named
    deputy: Named
    starts: datetime
    ends: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    state: Literal["proposed", "lapsed", "accepted", "running", "over", "ended"]


class HandOvers(Answer):
    hand_overs: list[HandOver]
