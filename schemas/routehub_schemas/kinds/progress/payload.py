"""How far a commitment is: a stage and a value on a day."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import UNIQUE_ITEMS, Count, Day, Line, ProgressStage, Reference, Remark, Text, Unique


class Progress(Payload):
    """What was reached by a day at one stage. Stages stand beside each other: 183 officers pledged, 30 on the way, 13
    in place are three messages about one commitment, and are not added up."""

    commitment: Reference
    """The commitment: its id or its short id."""
    stage: ProgressStage
    """How far. `withdrawn` ends the commitment."""
    value: Count | None = None
    """How many in all are at this stage by that day, in the unit of the target; not how many more."""
    as_of: Day
    """The day for which this is true; it may lie before the day on which it is said."""
    text: Text | None = None
    """What was done, and what comes next."""
    reason: Remark | None = None
    """Why, where it goes back, goes beyond the target, or is withdrawn."""
    milestones: Annotated[list[Line], Unique] = Field(default=[], max_length=50, json_schema_extra=UNIQUE_ITEMS)
    """Titles of the commitment's milestones that are reached."""
    report: Line | None = None
    """The report that says so, for a recommendation followed from one report to the next."""

    def rests_on(self) -> tuple[str, ...]:
        return (self.commitment,)


def check(progress: Progress) -> Iterator[Problem]:
    """What a JSON Schema cannot say about progress."""
    if progress.stage == "withdrawn":
        if progress.reason is None:
            yield Problem("/reason", "missing", "say why it is withdrawn")
        if progress.value is not None:
            yield Problem("/value", "contradiction", "what is withdrawn has no value", progress.value)
