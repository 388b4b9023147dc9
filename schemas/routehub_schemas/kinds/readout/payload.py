"""The public readout of a conference."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.publication import ConferenceNumber, Parties, ReadoutText, check_text
from routehub_schemas.vocab import UNIQUE_ITEMS, Moment, Remark, ShortId, Slug


class Checked(Part):
    """How the parties named in it were asked before it was published."""

    check: ShortId
    """The check."""
    until: Moment
    """When the time to ask for a change ended."""
    parties: Parties = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Who was asked."""


class Readout(Payload):
    """What the public reads of a conference. It is never edited: what was wrong in it is corrected by an erratum."""

    may_be_public: ClassVar[bool] = True

    series: Slug = "weekly"
    """The series of conferences."""
    conference: ConferenceNumber
    """The number of the conference."""
    text: ReadoutText
    """The readout, word for word."""
    checked: Checked | None = None
    """The check that the text went through."""
    reason: Remark | None = None
    """Why it is published without a check, before the end of one, or although a change was asked for. Everybody reads
    it."""


def check(readout: Readout) -> Iterator[Problem]:
    """A readout was checked, or says why not (UX 3.7)."""
    if readout.checked is None and readout.reason is None:
        yield Problem(
            "/checked",
            "missing",
            "a readout names the check that it went through, or says in reason why there was none",
        )
    yield from check_text(readout.text, "/text")
