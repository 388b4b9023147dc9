"""Requests and needs, offers, and free places."""

from datetime import date, datetime
from typing import Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub.api.documents.answers.route import FreshnessState
from routehub_schemas.vocab import Act, RequestCategory

AskedState = Literal[
    "open", "partly_answered", "answered", "more_time_asked", "declined", "overdue", "expired", "closed", "not_shown"
]
RequestState = Literal[
    "open", "partly_answered", "answered", "more_time_asked", "declined", "overdue", "expired", "met", "withdrawn",
    "closed",
]  # fmt: skip
OfferState = Literal[
    "offered", "accepted", "committed", "partly_delivered", "delivered", "received", "declined", "withdrawn", "lapsed"
]


class ActShown(Answer):
    """One act. ``quantity``: how much in all by then, of the steps of an offer."""

    act: Act
    party: str
    at: datetime
    text: str | None
    partial: bool
    new_time: datetime | None
    quantity: int | None
    by: str
    message: str


class AskedShown(Answer):
    """A party that was asked. ``not_shown``: its answer is for who asked and the coordinators only; ``due``: its own,
    which more time moves; the last of ``history`` stands."""

    party: str
    state: AskedState
    due: datetime
    history: list[ActShown]


class Counts(Answer):
    """Offers against the need, each number in all, in its unit."""

    needed: int
    pledged: int
    committed: int
    delivered: int
    received: int
    missing: int
    beyond: int


class OfferShown(Answer):
    id: str
    short_id: str
    party: str
    state: OfferState
    need: str | None
    need_short_id: str | None
    needed_by: str | None
    title: str
    text: str | None
    quantity: int
    unit: str
    place: str | None
    available_from: date | None
    available_until: date | None
    offered_to: list[str]
    offered_at: datetime
    points: list[str]
    author: str
    exercise: bool
    tlp: str
    receiver: str | None
    accepted: bool
    pledged: int
    committed: int
    delivered: int
    received: int
    history: list[ActShown]


class RequestShown(Answer):
    """``answer_audience``: what your answer has to name as its audience, null when nothing; ``outcome``: the act by
    which who asked closed or withdrew it, of a joint assessment with its compiled outcome."""

    id: str
    short_id: str
    party: str
    category: RequestCategory
    state: RequestState
    title: str
    text: str | None
    asked_at: datetime
    due: datetime
    expires: datetime | None
    scope: str | None
    first_day: date | None
    last_day: date | None
    purpose: str | None
    answers_to: Literal["readers", "asker_and_coordinators"]
    answers_shown: bool
    quantity: int | None
    unit: str | None
    place: str | None
    mechanism_triggered: bool | None
    mechanism_reference: str | None
    points: list[str]
    author: str
    exercise: bool
    tlp: str
    asked: list[AskedShown]
    counts: Counts | None
    offers: list[OfferShown]
    answer_audience: list[str] | None
    outcome: ActShown | None


class OneRequest(RequestShown):
    note: str


class OneOffer(OfferShown):
    note: str


class Requests(Answer):
    route: RouteMarking
    requests: list[RequestShown]
    note: str


class Offers(Answer):
    route: RouteMarking
    offers: list[OfferShown]
    note: str


class PlacesOfADay(Answer):
    """Null where nothing was reported: that is not a zero."""

    day: date
    places: int | None
    occupied: int | None
    free: int | None


class ExpectedArrivals(Answer):
    """Over the party's own borders together; the bounds of their 80 % intervals added up."""

    day: date
    low: int
    expected: int
    high: int
    legs: list[str]


class PartyPlaces(Answer):
    """``day``: of the newest figures, if they are of the current reporting day or the one before; else the numbers are
    null and ``last_report`` says since when."""

    party: str
    name: str
    reporting: FreshnessState
    last_report: date | None
    day: date | None
    places: int | None
    occupied: int | None
    free: int | None
    percent: int | None
    level: Literal["room", "filling", "nearly_full", "over_capacity"] | None
    outflow: int | None
    days_to_full: float | None
    days: list[PlacesOfADay]
    expected: list[ExpectedArrivals]
    inputs: list[str]


class SuggestionShown(Answer):
    """Who could take people from whom. Nobody has agreed to it."""

    from_party: str
    to_party: str
    people: int
    leg: str | None
    why: str
    arithmetic: list[str]
    inputs: list[str]


class Places(Answer):
    route: RouteMarking
    now: datetime
    days: list[date]
    closed_day: date | None
    parties: list[PartyPlaces]
    suggestions: list[SuggestionShown]
    note: str
