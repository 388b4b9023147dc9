"""Measures, views on them, previews and caps."""

from datetime import date, datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub_schemas.kinds.measure.payload import Cap, Consequence
from routehub_schemas.vocab import CapCounts, MeasureType


class MeasureAct(Answer):
    act: Literal["no_objection", "concerns", "object"]
    text: str | None
    at: datetime
    by: str
    message: str


class PartyView(Answer):
    party: str
    asked: bool
    """Whether its view was asked for; others who read the notice may give one too."""
    view: MeasureAct | None
    """None while it has given none."""
    before_change: bool
    """Whether the measure was changed since."""
    earlier: list[MeasureAct]


class CoAuthor(Answer):
    party: str
    confirmed_at: datetime | None


class Notice(Answer):
    message: str
    at: datetime
    title: str
    start: datetime
    until: datetime | None
    views_by: datetime | None
    hours_of_notice: float
    """Negative when it was in force before its notice."""
    short_notice: bool
    """Less than 24 hours."""
    unilateral: list[str]
    caps: list[Cap]
    by: str


class Measure(Answer):
    id: str
    short_id: str
    party: str
    state: Literal["notified", "views_open", "views_closed", "in_force", "ended", "withdrawn"]
    type: MeasureType
    title: str
    legs: list[str]
    places: list[str]
    start: datetime
    until: datetime | None
    reasons: str
    legal_ground: str | None
    scope: str | None
    authorised_crossing_points: list[str]
    necessity: str | None
    proportionality: str | None
    affected: str | None
    nationalities: list[str]
    expected_of_others: str | None
    consequences: list[Consequence]
    views_by: datetime | None
    known_since: datetime | None
    caps: list[Cap]
    points: list[str]
    language: str
    notified_at: datetime
    changed_at: datetime | None
    ended_at: datetime | None
    withdrawn_at: datetime | None
    why: str | None
    hours_of_notice: float
    short_notice: bool
    unilateral: list[str]
    """Why it is unilateral; recorded, and never a reason to refuse."""
    takes_views: bool
    co_authors: list[CoAuthor]
    views: list[PartyView]
    notices: list[Notice]
    """Every notice of it, the first one first."""
    exercise: bool
    tlp: str
    message: str


class Measures(Answer):
    route: RouteMarking
    as_of: datetime | None
    measures: list[Measure]


class ExpectedPeople(Answer):
    leg: str
    people: int
    how: str
    """Where the number comes from: a forecast, or the mean of counted days."""
    low: int | None
    high: int | None


class ChainStep(Answer):
    party: str
    people: int
    """A day."""
    free: int | None
    """Free places; None where no figures say it."""
    begins: float
    """Days after the measure takes effect."""
    full: float | None


class LegPreview(Answer):
    leg: str
    limit: int
    expected: ExpectedPeople | None
    passes: int | None
    held: int | None
    stay: int | None
    """People a day who stay in the party before the leg."""
    moved: dict[str, int]
    """People a day who take other legs."""
    unused: list[str]
    """Legs that could take them, and that nobody takes now."""
    chain: list[ChainStep]
    """Who fills up after whom, up the route."""
    arithmetic: list[str]


class Preview(Answer):
    lines: list[str]
    legs: list[LegPreview]
    concerned: list[ExpectedPeople]
    inputs: list[str]
    """The messages whose figures it rests on; all parties of the route read them."""


class Warned(Answer):
    pointer: str
    code: str
    message: str


class PreviewBefore(Answer):
    route: RouteMarking
    preview: Preview
    warnings: list[Warned]


class CapSide(Answer):
    party: str
    indicator: str
    people: int | None
    """None while it has shared none, which is not zero."""
    over: int | None
    flags: str
    messages: list[str]


class CapDay(Answer):
    day: date
    counts: CapCounts
    leg: str | None
    cap: int
    verdict: Literal["over", "within", "no_figures"]
    sides: list[CapSide]
    """Each side's own count; they are never added up."""


class MeasureInFull(Measure):
    preview: Preview | None
    """By the figures known when the newest notice was sent; None for observers."""
    compliance: list[CapDay]
