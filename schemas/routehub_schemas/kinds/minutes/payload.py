"""The minutes of one conference, on its agenda: who was there, who said what, what was concluded, who does what by when
(readout of 22 January 2016: "X informed about …", the next conference, a follow-up in the course of next week)."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.vocab import (
    MOST_PARTIES,
    UNIQUE_ITEMS,
    ActionId,
    ConclusionId,
    Day,
    Line,
    MessageId,
    Moment,
    Outcome,
    PartyCode,
    PlanPoint,
    Remark,
    Slug,
    Unique,
)

Position = Annotated[int, Field(ge=1, le=9_999)]
Parties = Annotated[list[PartyCode], Unique]
Points = Annotated[list[PlanPoint], Unique]


class Attendee(Part):
    """One party that was invited. A party that was not there may have been represented by another."""

    party: PartyCode
    """The party."""
    present: bool
    """Whether people of its own took part."""
    represented_by: PartyCode | None = None
    """The party that spoke for it, where it was not present itself."""
    people: list[Line] = Field(default=[], max_length=50)
    """Its contact points in the call, by name and function."""


class Intervention(Part):
    """What one party, or several together, told the conference."""

    parties: Parties = Field(min_length=1, max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Who spoke."""
    text: Remark
    """What follows the names: `informed about the practices at their internal borders`."""
    public: bool = False
    """Whether the readout may tell it."""


class Conclusion(Part):
    """What the conference agreed on under an item."""

    id: ConclusionId
    """Its number, by which it is spoken of: `C13.4` is the fourth of conference 13."""
    text: Remark
    """The conclusion in a sentence."""
    publish: Literal["parties", "public"] = "parties"
    """Only what is marked public can come into a readout."""
    points: Points = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The points of the plan under which it is published; none: those of the item."""


class MinutedAction(Part):
    """What somebody has to do, and by when."""

    id: ActionId
    """Its number: `A13.2` is the second of conference 13. Whoever reports it done names it."""
    owners: Parties = Field(min_length=1, max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Who does it; several owners each report for themselves."""
    what: Remark
    """What is to be done."""
    due: Day
    """The last day for it."""


class MinutedItem(Part):
    """One item of the agenda with what became of it."""

    number: Position
    """Its number on the agenda."""
    title: Line
    """What it was about."""
    points: Points = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The points of the plans under which it falls."""
    outcome: Outcome = "note"
    """What the conference was to do with it."""
    rule: Slug | None = None
    """The rule that had put it on the agenda; none: it came up in the call."""
    sources: list[MessageId] = Field(default=[], max_length=1_000)
    """The messages that the item rested on."""
    interventions: list[Intervention] = Field(default=[], max_length=100)
    """Who said what."""
    conclusions: list[Conclusion] = Field(default=[], max_length=50)
    """What was concluded."""
    actions: list[MinutedAction] = Field(default=[], max_length=50)
    """Who does what by when."""


class Minutes(Payload):
    """What a conference came to. A corrected edition takes the place of the one before."""

    series: Slug = "weekly"
    """The series of conferences."""
    conference: Position
    """The number of the conference."""
    edition: Annotated[int, Field(ge=1, le=99)] = 1
    """Counts up with each correction."""
    began: Moment
    """When the conference began."""
    ended: Moment
    """When it was over."""
    attendance: list[Attendee] = Field(default=[], max_length=MOST_PARTIES)
    """Who was invited, and whether they came."""
    items: list[MinutedItem] = Field(default=[], max_length=200)
    """The items, by their numbers on the agenda."""
    next: Moment | None = None
    """When the group meets again."""


def check(minutes: Minutes) -> Iterator[Problem]:
    """What a JSON Schema cannot say about minutes."""
    if minutes.ended <= minutes.began:
        yield Problem("/ended", "order", "a conference ends after it began", minutes.ended.isoformat())
    if minutes.next is not None and minutes.next <= minutes.began:
        yield Problem("/next", "order", "the next conference is after this one", minutes.next.isoformat())
    yield from _attendance(minutes)
    yield from _numbers(minutes)
    yield from _ids(minutes)


def _attendance(minutes: Minutes) -> Iterator[Problem]:
    counted = Counter(one.party for one in minutes.attendance)
    for index, one in enumerate(minutes.attendance):
        if counted[one.party] > 1:
            yield Problem(f"/attendance/{index}/party", "repeated", "a party stands here once", one.party)
        if one.present and one.represented_by is not None:
            words = "who is present speaks for itself"
            yield Problem(f"/attendance/{index}/represented_by", "contradiction", words, one.represented_by)
        elif one.represented_by == one.party:
            words = "another party represents it"
            yield Problem(f"/attendance/{index}/represented_by", "contradiction", words, one.represented_by)


def _numbers(minutes: Minutes) -> Iterator[Problem]:
    """Items left out of the minutes are no fault, but each number stands once and in order."""
    last = 0
    for index, item in enumerate(minutes.items):
        if item.number <= last:
            yield Problem(f"/items/{index}/number", "order", "items stand in the order of their numbers", item.number)
        last = max(last, item.number)


def _ids(minutes: Minutes) -> Iterator[Problem]:
    """Each conclusion and action has its own number, which begins with that of the conference."""
    ids = [
        (f"/items/{at}/{name}/{index}/id", id_)
        for at, item in enumerate(minutes.items)
        for name, some in (
            ("conclusions", [one.id for one in item.conclusions]),
            ("actions", [one.id for one in item.actions]),
        )
        for index, id_ in enumerate(some)
    ]
    counted = Counter(id_ for _, id_ in ids)
    for pointer, id_ in ids:
        if id_[1:].partition(".")[0] != str(minutes.conference):
            wanted = f"{id_[0]}{minutes.conference}.{id_.partition('.')[2]}"
            yield Problem(pointer, "other-conference", "it begins with the number of this conference", id_, wanted)
        elif counted[id_] > 1:
            yield Problem(pointer, "repeated", "each has a number of its own", id_)
