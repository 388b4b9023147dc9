"""Text to named parties: bilateral contacts between conferences (readout of 22 January 2016)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import UNIQUE_ITEMS, Line, PartyCode, Text, Unique


class Note(Payload):
    """A note; those named in `to`, and nobody else, may read it."""

    to: Annotated[list[PartyCode], Unique] = Field(min_length=1, max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Its readers besides the sender."""
    subject: Line
    """One line, as it stands in a mail subject."""
    text: Text
    """The note itself."""


def check(note: Note) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a note."""
    if note.audience is not None and set(note.audience) != set(note.to):
        yield Problem(
            "/audience",
            "named-only",
            "the audience of a note is those it is addressed to",
            note.audience,
            note.to,
        )
