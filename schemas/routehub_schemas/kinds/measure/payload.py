"""A national step that neighbours will feel (declaration of 13 November 2015: "past or planned actions").

Its fields are those of a notification under the Schengen Borders Code (Regulation (EU) 2016/399, Article 27(1), and
the template of Implementing Decision (EU) 2025/315): date and duration, scope, reasons, authorised crossing points,
necessity and proportionality, what is asked of others, several notifying states. Any party can use them: the hub does
not ask whether the Code binds it.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.vocab import (
    REFERENCE_PATTERN,
    UNIQUE_ITEMS,
    CapCounts,
    Count,
    Country,
    LegCode,
    Line,
    MeasureType,
    Moment,
    PartyCode,
    PlaceCode,
    Reference,
    Remark,
    Text,
    Unique,
)

Legs = Annotated[list[LegCode], Unique]
Places = Annotated[list[PlaceCode], Unique]


class Cap(Part):
    """A limit of people a day. One notice may have several (17 February 2016: 3,200 in transit, 80 applications)."""

    counts: CapCounts
    """Which people count towards it."""
    people: Count
    """At most so many a day."""
    legs: Legs = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The legs on which it holds, each by itself; absent: those of the measure."""


class Consequence(Part):
    """What the notifying party expects a neighbour to feel."""

    party: PartyCode
    """The neighbour."""
    text: Remark
    """What it means for this party."""
    people: Count | None = None
    """About how many people a day are concerned there."""


class Measure(Payload):
    """A notice of one measure. It is never edited: a later notice `updates` it and says all of it again."""

    type: MeasureType
    """What kind of step."""
    title: Line
    """One line, as it stands in a list and a mail subject."""
    legs: Legs = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The legs of the route on which it holds."""
    places: Places = Field(default=[], max_length=100, json_schema_extra=UNIQUE_ITEMS)
    """The crossing points and other places where it holds."""
    start: Moment
    """From when it is in force; in a notice that updates, from when it is in force in this form."""
    until: Moment | None = None
    """Until when; absent: until further notice."""
    reasons: Text
    """Why, with the events and data behind it (Article 27(1)(a))."""
    legal_ground: Remark | None = None
    """The law that it rests on."""
    scope: Remark | None = None
    """Which part of which border, land, sea or air (Article 27(1)(b))."""
    authorised_crossing_points: Places = Field(default=[], max_length=100, json_schema_extra=UNIQUE_ITEMS)
    """Where people may still cross (Article 27(1)(c))."""
    necessity: Text | None = None
    """Why nothing less is enough (Article 27(1)(e))."""
    proportionality: Text | None = None
    """How the effect on others stands to the aim (Article 27(1)(e))."""
    affected: Remark | None = None
    """Who is affected."""
    nationalities: Annotated[list[Country], Unique] = Field(default=[], max_length=100, json_schema_extra=UNIQUE_ITEMS)
    """With a nationality restriction: those who may still pass."""
    expected_of_others: Text | None = None
    """What the other parties are asked to do (Article 27(1)(f))."""
    consequences: list[Consequence] = Field(default=[], max_length=50)
    """What each neighbour will feel, as the notifying party sees it."""
    views_by: Moment | None = None
    """Until when the others can give a view. It is consultation: the notifying party decides."""
    known_since: Moment | None = None
    """When it became known what makes it needed: says why notice is short (template, item 6)."""
    caps: list[Cap] = Field(default=[], max_length=10)
    """Limits a day; needed in a daily cap."""
    co_authors: Annotated[list[PartyCode], Unique] = Field(default=[], max_length=30, json_schema_extra=UNIQUE_ITEMS)
    """Parties in whose name it is told as well (a joint notification); each confirms by itself."""
    updates: Annotated[Reference | None, Field(pattern=REFERENCE_PATTERN)] = None
    """The notice that this one changes."""

    def rests_on(self) -> tuple[str, ...]:
        return (self.updates,) if self.updates is not None else ()


def check(measure: Measure) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a measure."""
    if not measure.legs and not measure.places:
        yield Problem(
            "/legs", "missing", "a measure says where it holds: legs, places or both", allowed="legs or places"
        )
    if measure.until is not None and measure.until <= measure.start:
        until = measure.until.isoformat()
        yield Problem("/until", "order", "a measure ends after it begins", until, "after start")
    if measure.type == "daily_cap" and not measure.caps:
        yield Problem("/caps", "missing", "a daily cap says how many people a day, and which", allowed="a cap")
    if measure.type == "nationality_restriction" and not (measure.nationalities or measure.affected):
        words = "a nationality restriction says who may still pass, or who is affected"
        yield Problem("/nationalities", "missing", words, allowed="nationalities or affected")
    seen: set[tuple[str, str]] = set()
    for index, cap in enumerate(measure.caps):
        legs = cap.legs or measure.legs
        if not legs and cap.counts in ("in_transit", "entries"):
            words = "a cap on people who cross says on which legs"
            yield Problem(f"/caps/{index}/legs", "missing", words, allowed="legs of the cap or of the measure")
        twice = seen & {(cap.counts, leg) for leg in legs or [""]}
        if twice:
            where = next(iter(sorted(twice)))[1]
            words = f"two caps on {cap.counts}{f' on {where}' if where else ''}: one limit each"
            yield Problem(f"/caps/{index}", "repeated", words)
        seen |= {(cap.counts, leg) for leg in legs or [""]}
