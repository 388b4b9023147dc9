"""The draft of a readout, sent to the parties named in it before it is published (UX 3.7). Silence is acceptance."""

from collections.abc import Iterator

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.publication import ConferenceNumber, ReadoutText, check_text, named
from routehub_schemas.vocab import Moment, Slug


class ReadoutCheck(Payload):
    """The text word for word, and until when a party named in it may ask for a change."""

    series: Slug = "weekly"
    """The series of conferences."""
    conference: ConferenceNumber
    """The number of the conference."""
    until: Moment
    """The end of the window. Who has said nothing by then has accepted."""
    text: ReadoutText
    """The readout as it would be published."""


def check(readout: ReadoutCheck) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a check."""
    if not named(readout.text):
        yield Problem("/text/sections", "nobody-named", "no party is named in the text, so there is nobody to ask")
    yield from check_text(readout.text, "/text")
