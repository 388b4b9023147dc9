"""What one party alone may read of what is to be discussed: it stands beside the agenda and has no numbers, so that the
numbers in the call are the same for everyone."""

from typing import Annotated

from pydantic import Field

from routehub_schemas.kind import Payload
from routehub_schemas.matters import Matter
from routehub_schemas.vocab import Moment, PartyCode, Slug


class AgendaAnnex(Payload):
    """The matters of one party that not all participants may read: compiled with the agenda, for that party only."""

    series: Slug = "weekly"
    """The series of conferences."""
    conference: Annotated[int, Field(ge=1, le=9_999)]
    """The number of the conference."""
    party: PartyCode
    """For whom it is."""
    compiled_at: Moment
    """The moment at which it was frozen."""
    matters: list[Matter] = Field(min_length=1, max_length=200)
    """What there is, in the order in which an agenda has it."""

    def rests_on(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source for matter in self.matters for source in matter.rests_on()))
