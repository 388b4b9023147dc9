"""Readouts, their checks and drafts."""

from datetime import date, datetime
from typing import Any, Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


class ErratumShown(Answer):
    number: int
    id: str
    wrong: str
    right: str
    where: str
    published_at: datetime


class HowChecked(Answer):
    sent_at: datetime | None
    until: datetime
    parties: list[str]


class ReadoutShown(Answer):
    id: str
    series: str
    conference: int
    day: date
    published_at: datetime
    updated_at: datetime
    """Of the last erratum, else when it was published."""
    party: str
    language: str
    text: dict[str, Any]
    """As it was published: the contract’s text of a readout."""
    corrected: dict[str, Any]
    """As it reads with all errata."""
    checked: HowChecked | None
    reason: str | None
    errata: list[ErratumShown]
    tlp: Literal["CLEAR"]
    web: str


class ReadoutOnRoute(ReadoutShown):
    route: RouteMarking


class Readouts(Answer):
    route: RouteMarking
    readouts: list[ReadoutShown]


class CheckAnswer(Answer):
    party: str
    state: Literal["accepted", "change_asked", "silent"]
    at: datetime | None
    by: str | None
    text: str | None
    message: str | None


class Check(Answer):
    id: str
    short_id: str
    series: str
    conference: int
    party: str
    author: str
    sent_at: datetime
    until: datetime
    text: dict[str, Any]
    language: str
    exercise: bool
    tlp: str
    state: Literal["running", "accepted", "change_asked"]
    answers: list[CheckAnswer]
    note: str


class Checks(Answer):
    route: RouteMarking
    checks: list[Check]


class DraftStanding(Answer):
    series: str
    conference: int
    version: int
    draft: dict[str, Any] | None
    changed_by: str | None
    changed_at: datetime | None
    minutes: str | None
    edition: int | None
    outdated: bool
    """Whether the minutes were corrected since."""
    checked: bool
    """Whether the newest check was of these words."""
    check: str | None
    until: datetime | None
    published: bool


class TemplateKept(Answer):
    series: str
    version: int
    template: dict[str, Any]
