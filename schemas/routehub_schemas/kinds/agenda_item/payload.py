"""A proposal for the next conference (readouts are grouped by the points of the plan)."""

from typing import Annotated

from pydantic import Field

from routehub_schemas.kind import Payload
from routehub_schemas.vocab import Line, Outcome, Text


class AgendaItem(Payload):
    """What a party would like the conference to take up; the chair accepts or declines it."""

    title: Line
    """What it is about, in one line."""
    text: Text | None = None
    """Why, and what is proposed."""
    outcome: Outcome = "discuss"
    """What the conference should do with it."""
    minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """How long it will take."""
    conference: Annotated[int, Field(ge=1, le=9_999)] | None = None
    """The number of the conference; absent: the next one."""
