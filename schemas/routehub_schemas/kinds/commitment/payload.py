"""What a party pledged under a point of a plan (draft statement, point 16: "the implementation of these commitments
should be monitored on a weekly basis")."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.vocab import (
    LINE_PATTERN,
    REFERENCE_PATTERN,
    UNIQUE_ITEMS,
    CommitmentCategory,
    Count,
    Day,
    Line,
    PartyCode,
    Text,
    Unique,
)

# On the field itself and not inside the union: so intake finds it and stores the message id in place of a short id.
Other = Annotated[str | None, Field(pattern=REFERENCE_PATTERN, examples=["CM-7F3K"])]
Per = Literal["day", "week", "month"]
Unit = Annotated[str, Field(min_length=1, max_length=40, pattern=LINE_PATTERN, examples=["places", "officers"])]
Amount = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]


class Deadline(Part):
    """By when: in the words of the source, as a day, or both."""

    text: Annotated[str, Field(min_length=1, max_length=120, pattern=LINE_PATTERN)] | None = None
    """As it was said: `by the end of the year`. The hub reads the usual phrases as a day."""
    date: Day | None = None
    """The last day. With the words beside it, how their sender reads them; alone, a firm date."""


class Rate(Part):
    """How fast it is to go: 150 vouchers a day (readout of 22 January 2016)."""

    value: Amount
    """How many."""
    per: Per = "day"
    """In which time."""


class Milestone(Part):
    """A step on the way that progress can say is reached."""

    title: Line
    """What is to be reached."""
    date: Day | None = None
    """By when."""
    value: Count | None = None
    """How much of the target it is."""


class Commitment(Payload):
    """A commitment with its owners. Sent again with `updates` it replaces what it said; nothing is overwritten."""

    title: Line
    """What is pledged, in one line."""
    category: CommitmentCategory = "pledge"
    """A pledge; a recommendation followed across reports; a contingency or winter plan; a network that is to stand."""
    text: Text | None = None
    """More about it, in the words of the source."""
    owners: Annotated[list[PartyCode], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Who owes it; none named: the party that sends it."""
    target: Amount | None = None
    """The value to be reached."""
    unit: Unit | None = None
    """What is counted; only, and always, with a target."""
    rate: Rate | None = None
    """How fast it is to go, where that was said; in the unit of the target."""
    deadline: Deadline | None = None
    """By when; absent: no time was named."""
    milestones: list[Milestone] = Field(default=[], max_length=50)
    """Steps on the way."""
    parent: Other = None
    """The commitment of which this one is a part: children add up to their parent."""
    report: Line | None = None
    """The report in which it stands, for a recommendation: `Fourth report on visa suspension`."""
    updates: Other = None
    """The commitment that this message changes: it then says the whole of it again."""

    def rests_on(self) -> tuple[str, ...]:
        return tuple(one for one in (self.updates, self.parent) if one is not None)


def check(commitment: Commitment) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a commitment."""
    if not commitment.points:
        yield Problem("/points", "missing", "name the point of the plan that it is under", allowed="wbr-2015-final/5")
    if commitment.target is not None and commitment.unit is None:
        yield Problem("/unit", "missing", "say what the target counts", allowed="places")
    if commitment.unit is not None and commitment.target is None:
        yield Problem("/target", "missing", "say how many of the unit", allowed="a whole number")
    if commitment.rate is not None and commitment.target is None:
        yield Problem("/rate", "contradiction", "a rate leads to a target: say how many in all")
    if commitment.deadline is not None and commitment.deadline.text is None and commitment.deadline.date is None:
        yield Problem("/deadline", "missing", "say it in words, as a date, or both", allowed="text or date")
    if commitment.parent is not None and commitment.parent == commitment.updates:
        yield Problem("/parent", "circular", "a commitment is not a part of itself", sent=commitment.parent)
    yield from _milestones(commitment)


def _milestones(commitment: Commitment) -> Iterator[Problem]:
    titles: set[str] = set()
    for at, milestone in enumerate(commitment.milestones):
        if milestone.title.casefold() in titles:
            yield Problem(f"/milestones/{at}/title", "repeated", "two milestones have this title", milestone.title)
        titles.add(milestone.title.casefold())
        if milestone.value is not None and commitment.target is not None and milestone.value > commitment.target:
            yield Problem(
                f"/milestones/{at}/value", "beyond-target", "more than the target", milestone.value,
                f"at most {commitment.target}",
            )  # fmt: skip
