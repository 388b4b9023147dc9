"""A joint text that named parties sign (joint statement of 19 June 2018), or the outcome of a meeting between
conferences (readout of 22 January 2016: "the outcome of a video conference held between the national police
authorities")."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.vocab import (
    REFERENCE_PATTERN,
    UNIQUE_ITEMS,
    Day,
    Line,
    PartyCode,
    Reference,
    Slug,
    StatementType,
    Text,
    Unique,
)

Parties = Annotated[list[PartyCode], Unique]


class Meeting(Part):
    """Where it was agreed."""

    name: Line
    """What met, such as `Video conference of the national police authorities`."""
    day: Day
    """The day on which it met."""
    participants: Parties = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The parties that took part."""
    series: Slug | None = None
    """The series of conferences to which it belongs, where it was called in the hub."""
    number: Annotated[int, Field(ge=1, le=9_999)] | None = None
    """Its number in the series."""


class Statement(Payload):
    """A text with its signatories. It is never edited: a new version is a statement of its own that replaces this
    one, and everybody signs anew."""

    type: StatementType = "joint_text"
    """A text that its signatories share, or the outcome of a sub-group's meeting."""
    title: Line
    """What it is about, in one line."""
    text: Text
    """The whole text, word for word."""
    signatories: Parties = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Who is to sign. It is in force when all of them have; the sender, if named, signs by sending it."""
    meeting: Meeting | None = None
    """The meeting that it comes from; an outcome always names it."""
    # The pattern once more, beside the type: where a field holds one reference is read from the field itself.
    replaces: Reference | None = Field(default=None, pattern=REFERENCE_PATTERN)
    """The earlier version that this one takes the place of."""

    def rests_on(self) -> tuple[str, ...]:
        return (self.replaces,) if self.replaces is not None else ()


def check(statement: Statement) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a statement."""
    if statement.type == "joint_text" and len(statement.signatories) < 2:
        yield Problem(
            "/signatories", "too-few", "a joint text names at least two who sign it", len(statement.signatories), 2
        )
    if statement.type == "meeting_outcome" and statement.meeting is None:
        yield Problem("/meeting", "missing", "the outcome of a meeting says which meeting, and when")
    if statement.meeting is not None and (statement.meeting.series is None) != (statement.meeting.number is None):
        missing = "number" if statement.meeting.number is None else "series"
        yield Problem(f"/meeting/{missing}", "missing", "a conference of the hub is named by its series and its number")
