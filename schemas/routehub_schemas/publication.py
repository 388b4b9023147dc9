"""What is published of a conference: the text of a readout, which is checked, published and corrected as one (readout
of 22 January 2016, grouped by the points of the plan). Three kinds of message carry it or speak of it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas import small_counts
from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part
from routehub_schemas.vocab import (
    LINE_PATTERN,
    UNIQUE_ITEMS,
    Day,
    Line,
    Link,
    Moment,
    PartyCode,
    PlanPoint,
    Remark,
    Text,
    Unique,
    Zone,
)

ConferenceNumber = Annotated[int, Field(ge=1, le=9_999)]
Heading = Annotated[str, Field(min_length=1, max_length=400, pattern=LINE_PATTERN)]
Parties = Annotated[list[PartyCode], Unique]


class ReadoutLine(Part):
    """One thing that is told, in whole sentences."""

    text: Remark
    """What everybody may read."""
    parties: Parties = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The parties named in it: they are asked before it is published."""


class Section(Part):
    """What was said under some points of the plan; several go together where they were discussed together."""

    heading: Heading
    """The points in words."""
    points: Annotated[list[PlanPoint], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """The points of the plans."""
    lead_in: Remark | None = None
    """A sentence before the lines."""
    lines: list[ReadoutLine] = Field(min_length=1, max_length=100)
    """What is told, in order."""


class FurtherReading(Part):
    """Where to read more."""

    title: Line
    """What it is called."""
    link: Link
    """Where it is."""


class ReadoutText(Part):
    """All that stands in a readout, word for word: what is checked is what is published."""

    title: Line
    """What it is called."""
    day: Day
    """The day of the conference, where it was announced."""
    opening: Text
    """The first paragraph."""
    sections: list[Section] = Field(min_length=1, max_length=50)
    """By points of the plan, in the order of the conference."""
    closing: Text
    """The last paragraph, with the date of the next conference."""
    next: Moment | None = None
    """When the next conference begins, where that was known."""
    zone: Zone = "Europe/Brussels"
    """The zone in which times are told."""
    standing: list[Text] = Field(default=[], max_length=20)
    """Paragraphs that stand under every readout of the series."""
    links: list[FurtherReading] = Field(default=[], max_length=20)
    """Further reading."""
    contact: Text | None = None
    """Whom the public asks."""


def texts_of(text: ReadoutText) -> Iterator[tuple[str, str]]:
    """Every text of a readout in its order, each with the JSON Pointer to it below the readout's text."""
    yield "/title", text.title
    yield "/opening", text.opening
    for at, section in enumerate(text.sections):
        yield f"/sections/{at}/heading", section.heading
        if section.lead_in is not None:
            yield f"/sections/{at}/lead_in", section.lead_in
        for number, line in enumerate(section.lines):
            yield f"/sections/{at}/lines/{number}/text", line.text
    yield "/closing", text.closing
    for number, paragraph in enumerate(text.standing):
        yield f"/standing/{number}", paragraph
    if text.contact is not None:
        yield "/contact", text.contact


def named(text: ReadoutText) -> tuple[str, ...]:
    """The parties named in the lines, each once."""
    return tuple(dict.fromkeys(party for section in text.sections for line in section.lines for party in line.parties))


def check_text(text: ReadoutText, pointer: str) -> Iterator[Problem]:
    """What a JSON Schema cannot say about the text of a readout."""
    for place, said in texts_of(text):
        yield from small_counts.problems(pointer + place, said)
