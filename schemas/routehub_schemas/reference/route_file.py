"""The data file of a route of one's own: the form of those that ship, with the parties that no reference data has yet.

Everything that is wrong with it is told at once, each with its place in the file.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, Field

from routehub_schemas import parse, reference
from routehub_schemas.errors import Invalid, Problem, near
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import MOST_PARTIES, Day, Line, PartyCode, PlaceCode, Slug

MOST_LEGS, MOST_PLACES = 2_000, 5_000
"""A larger file is more likely a mistake than a route."""
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Station = Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]
"""Only parties of two or three letters have borders and places: their codes are part of those of legs."""
Kind = Literal["state", "institution", "agency", "un_body", "presidency", "bank", "police", "regional_group"]
ZoneName = Annotated[str, Field(max_length=60)]


class Name(BaseModel):
    """What a party is called, in full and in a few letters, from one day until another."""

    model_config = STRICT

    name: Annotated[Line, Field(max_length=80)]
    short: Annotated[Line, Field(max_length=40)]
    start: Day | None = None
    until: Day | None = None


class NewParty(BaseModel):
    """A party that is not among those of the reference data."""

    model_config = STRICT

    code: PartyCode
    kind: Kind
    eu: bool = False
    aliases: Annotated[list[PartyCode], Field(max_length=10)] = []
    names: Annotated[list[Name], Field(min_length=1, max_length=20)]


class Usual(BaseModel):
    """What holds for each party that does not say otherwise."""

    model_config = STRICT

    due: Clock = "08:00"
    period_end: Clock = "06:00"
    reports: bool = False


class OnRoute(BaseModel):
    """A party's place on the route."""

    model_config = STRICT

    code: PartyCode
    role: Literal["member", "coordinator", "observer"]
    zone: ZoneName
    reports: bool | None = None
    due: Clock | None = None
    period_end: Clock | None = None
    start: Day | None = None
    until: Day | None = None


class Leg(BaseModel):
    """A border in the direction of travel."""

    model_config = STRICT

    origin: Station
    destination: Station
    lag_days: Annotated[int, Field(ge=0, le=7)] = 0
    policy: Literal["agreement_required", "prior_notice_required"] = "agreement_required"
    start: Day | None = None
    until: Day | None = None


class Place(BaseModel):
    """A crossing point, centre, island, port, area or site."""

    model_config = STRICT

    code: PlaceCode
    name: Annotated[Line, Field(max_length=80)]
    kind: Literal["crossing", "centre", "island", "port", "area", "site"]
    party: Station


class RouteFile(BaseModel):
    """A route as a file."""

    model_config = STRICT

    code: Slug
    title: Line
    zone: ZoneName
    plans: Annotated[list[str], Field(max_length=20)] = []
    usual: Usual = Usual()
    new_parties: Annotated[list[NewParty], Field(max_length=MOST_PARTIES)] = []
    parties: Annotated[list[OnRoute], Field(min_length=1, max_length=MOST_PARTIES)]
    legs: Annotated[list[Leg], Field(max_length=MOST_LEGS)] = []
    places: Annotated[list[Place], Field(max_length=MOST_PLACES)] = []
    early_warning: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Given:
    """A file that was read: the route, and the parties that come with it."""

    route: reference.Route
    parties: tuple[reference.Party, ...]


def read(text: str, known: Iterable[str] = ()) -> Given:
    """The route of a file's text. known: codes of parties that the hub has besides those of the reference data.

    Errors: `Invalid`, 400 where it is no JSON, 422 with everything that is wrong.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Invalid([Problem("", "json", f"This is no JSON: {error}.")], 400) from None
    file = parse.validate(RouteFile, data)
    wrong = list(_wrong(file, {*reference.parties(), *known}))
    if wrong:
        raise Invalid(wrong)
    entry = file.model_dump(exclude_none=True, mode="json")
    return Given(reference.route_of(entry), tuple(reference.party_of(party) for party in entry["new_parties"]))


def _wrong(file: RouteFile, known: set[str]) -> Iterator[Problem]:
    """What single fields cannot know: names of things that are not there, and things that stand there twice."""
    zones, plans = available_timezones(), reference.plans()
    if file.zone not in zones:
        yield _unknown("/zone", "unknown-zone", "no such time zone", file.zone, zones)
    for at, plan in enumerate(file.plans):
        if plan not in plans:
            yield _unknown(f"/plans/{at}", "unknown-plan", "no such plan", plan, plans)
    for at, party in enumerate(file.new_parties):
        if party.code in known:
            words = "this party is known already: leave it out here"
            yield Problem(f"/new_parties/{at}/code", "known", words, party.code)
    yield from _of_parties(file, {*known, *(party.code for party in file.new_parties)}, zones)
    yield from _of_legs(file)
    yield from _of_places(file)
    yield from _twice("/new_parties", [party.code for party in file.new_parties])


def _of_parties(file: RouteFile, known: set[str], zones: set[str]) -> Iterator[Problem]:
    for at, member in enumerate(file.parties):
        here = f"/parties/{at}"
        if member.code not in known:
            words = "no such party: describe it under new_parties"
            yield _unknown(f"{here}/code", "unknown-party", words, member.code, known)
        if member.zone not in zones:
            yield _unknown(f"{here}/zone", "unknown-zone", "no such time zone", member.zone, zones)
        due, end = member.due or file.usual.due, member.period_end or file.usual.period_end
        if due < end:
            yield Problem(f"{here}/due", "too-early", f"figures are due after the end of their day at {end}", due)
    yield from _overlaps("/parties", [(m.code, m.start, m.until) for m in file.parties])


def _of_legs(file: RouteFile) -> Iterator[Problem]:
    members = {member.code for member in file.parties}
    for at, leg in enumerate(file.legs):
        for end in ("origin", "destination"):
            if getattr(leg, end) not in members:
                words = "this party is not among those of the route"
                yield _unknown(f"/legs/{at}/{end}", "unknown-party", words, getattr(leg, end), members)
        if leg.origin == leg.destination:
            yield Problem(f"/legs/{at}/destination", "same", "a leg joins two parties", leg.destination)
    yield from _twice("/legs", [f"{leg.origin}-{leg.destination}" for leg in file.legs])


def _of_places(file: RouteFile) -> Iterator[Problem]:
    members = {member.code for member in file.parties}
    legs = {f"{leg.origin}-{leg.destination}" for leg in file.legs}
    for at, place in enumerate(file.places):
        before = place.code.partition("/")[0]
        if before not in members | legs:
            words = "the code of a place begins with a leg or a party of the route"
            yield _unknown(f"/places/{at}/code", "unknown-place", words, place.code, ())
        if place.party not in members:
            words = "this party is not among those of the route"
            yield _unknown(f"/places/{at}/party", "unknown-party", words, place.party, members)
    yield from _twice("/places", [place.code for place in file.places])


def _unknown(pointer: str, code: str, words: str, sent: str, known: Iterable[str]) -> Problem:
    return Problem(pointer, code, words, sent, suggestion=near(sent, known))


def _twice(pointer: str, names: Sequence[str]) -> Iterator[Problem]:
    often = Counter(names)
    for at, name in enumerate(names):
        if often[name] > 1 and name in names[:at]:
            yield Problem(f"{pointer}/{at}", "twice", "this stands here already", name)


def _overlaps(pointer: str, spans: Sequence[tuple[str, str | date | None, str | date | None]]) -> Iterator[Problem]:
    """A party may come again later (it left and returned), but not twice on one day."""
    by_code: dict[str, list[tuple[str, str, int]]] = {}
    for at, (code, start, until) in enumerate(spans):
        by_code.setdefault(code, []).append((str(start or ""), str(until or "9999"), at))
    for code, some in by_code.items():
        for (_, until, _), (start, _, at) in pairwise(sorted(some)):
            if start < until:
                yield Problem(f"{pointer}/{at}", "twice", "this party stands here already on the same days", code)
