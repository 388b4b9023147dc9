"""A correction of a published readout. Seed 000 shows why: it gives 25 February for a Council that the readout of the
next conference gives as 25 January."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from routehub_schemas import small_counts
from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.publication import ConferenceNumber
from routehub_schemas.vocab import Line, Remark, Slug


class Erratum(Payload):
    """What was wrong, what is right, and where. The readout stays as it was published, with the correction in it."""

    may_be_public: ClassVar[bool] = True

    series: Slug = "weekly"
    """The series of conferences."""
    conference: ConferenceNumber
    """The number of the conference whose readout is corrected."""
    number: Annotated[int, Field(ge=1, le=99)]
    """The number of the erratum: 1, 2, 3 … for each readout."""
    wrong: Remark
    """The words that are wrong, as they stand in the readout; enough of them to be found once."""
    right: Remark
    """The words in their place."""
    where: Line
    """Where they stand, for people: the section."""


def check(erratum: Erratum) -> Iterator[Problem]:
    """What a JSON Schema cannot say about an erratum."""
    if erratum.wrong == erratum.right:
        yield Problem("/right", "unchanged", "it says the same as what is wrong", erratum.right)
    yield from small_counts.problems("/right", erratum.right)
