"""A planned movement of people to a neighbour's border (draft statement, point 12: not "without the agreement of that
country")."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, model_validator

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import LegCode, Line, Moment, PlaceCode, Remark, Transport


class Movement(Payload):
    """What the party at the beginning of a leg asks the party at its end. Left out, the audience is the party asked and
    the coordinators."""

    leg: LegCode
    """From whom to whom: the sender's leg to the neighbour."""
    people: Annotated[int, Field(ge=1, le=1_000_000)]
    """About how many."""
    at: Moment
    """When they reach the border."""
    transport: Transport
    """How they travel."""
    vehicles: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """How many trains, buses, ships or planes."""
    place: PlaceCode | None = None
    """The crossing point, or where they are handed over."""
    start_place: PlaceCode | None = None
    """Where they set out."""
    answer_by: Moment | None = None
    """Until when the neighbour can answer; absent: until they reach the border. No answer means not agreed."""
    title: Line | None = None
    """One line, where the number and the vehicles do not say enough."""
    remarks: Remark | None = None
    """What the neighbour should know, for groups and never for a person: medical care, families, papers."""

    @model_validator(mode="before")
    @classmethod
    def _readers(cls, data: Any) -> Any:
        """The readers where the sender names none: whom it asks, and the coordinators."""
        if isinstance(data, dict) and data.get("audience") is None and isinstance(data.get("leg"), str):
            asked = data["leg"].partition("-")[2]
            if asked.isascii() and asked.isalpha() and asked.isupper() and 2 <= len(asked) <= 3:
                return {**data, "audience": [asked, "coordinators"]}
        return data

    @property
    def origin(self) -> str:
        """The party that moves them."""
        return self.leg.partition("-")[0]

    @property
    def destination(self) -> str:
        """The party to whose border they come, which is asked."""
        return self.leg.partition("-")[2]


def check(movement: Movement) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a movement."""
    if movement.answer_by is not None and movement.answer_by > movement.at:
        by = movement.answer_by.isoformat()
        yield Problem("/answer_by", "order", "the answer comes before the people do", by, "at or before `at`")
    if movement.transport == "on_foot" and movement.vehicles is not None:
        yield Problem("/vehicles", "contradiction", "people on foot have no vehicles", movement.vehicles)
    if movement.audience is not None and not {movement.destination, "*", "neighbours"} & set(movement.audience):
        words = f"{movement.destination} is asked, so it must be among the readers"
        yield Problem("/audience", "missing", words, movement.audience, [movement.destination, "coordinators"])
