"""What is to be discussed at a conference: the same parts in an agenda, where they are numbered, and in the annexes."""

from pydantic import Field

from routehub_schemas.kind import Part
from routehub_schemas.vocab import Line, MessageId, Moment, Outcome, PartyCode, PlanPoint, Remark, Slug


class Prepare(Part):
    """What one party is asked to prepare."""

    party: PartyCode
    """Who is asked."""
    text: Line
    """What for."""
    due: Moment | None = None
    """Until when it can be done, where it cannot wait for the call."""
    source: MessageId | None = None
    """The message that it is about."""


class Matter(Part):
    """One matter. It says which rule found it and which messages it rests on."""

    title: Line
    """What it is about."""
    rule: Slug
    """The rule that found it, such as `open-alerts`."""
    why: Remark
    """The same in words."""
    points: list[PlanPoint] = Field(default=[], max_length=50)
    """The points of the plans under which it falls."""
    outcome: Outcome = "note"
    """What the conference should do with it."""
    lead: PartyCode | None = None
    """The party that introduces it."""
    lines: list[Remark] = Field(default=[], max_length=200)
    """What there is to say, one fact a line."""
    wanted: Remark | None = None
    """What the conference is asked for."""
    sources: list[MessageId] = Field(default=[], max_length=1_000)
    """The messages it rests on."""
    prepare: list[Prepare] = Field(default=[], max_length=200)
    """What parties are asked to prepare for it."""

    def rests_on(self) -> tuple[str, ...]:
        """Every message that it names, each once."""
        asked = (one.source for one in self.prepare if one.source is not None)
        return tuple(dict.fromkeys((*self.sources, *asked)))
