"""What a party offers: toward a need that another made clear, or unasked (V4 declaration: expertise)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import (
    REFERENCE_PATTERN,
    UNIQUE_ITEMS,
    Day,
    Line,
    PartyCode,
    PlaceCode,
    Quantity,
    Text,
    Unique,
    UnitName,
)


class Offer(Payload):
    """A pledge. Later acts of the giver commit and deliver it; who gets it accepts it and confirms its receipt."""

    need: str | None = Field(default=None, pattern=REFERENCE_PATTERN)
    """The need or request for support that it answers; absent: it comes unasked."""
    title: Line
    """What is offered, in one line."""
    text: Text | None = None
    """Conditions, and how to take it up."""
    quantity: Quantity
    """How many are offered."""
    unit: UnitName
    """Of what: the unit of the need."""
    place: PlaceCode | None = None
    """Where it stands ready."""
    available_from: Day | None = None
    """The first day on which it can be had."""
    available_until: Day | None = None
    """The last day; after it an offer that nobody took up has lapsed."""
    offered_to: Annotated[list[PartyCode], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Unasked only: whom it is meant for; nobody named: all who read it."""

    def rests_on(self) -> tuple[str, ...]:
        return (self.need,) if self.need is not None else ()


def check(offer: Offer) -> Iterator[Problem]:
    """What a JSON Schema cannot say about an offer."""
    if offer.need is not None and offer.offered_to:
        yield Problem("/offered_to", "contradiction", "an offer toward a need goes to who made it clear")
    first, last = offer.available_from, offer.available_until
    if first is not None and last is not None and last < first:
        yield Problem("/available_until", "order", "the last day is not before the first", last.isoformat())
