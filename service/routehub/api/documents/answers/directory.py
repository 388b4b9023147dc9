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


class People(Answer):
    people: list[Person]


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
