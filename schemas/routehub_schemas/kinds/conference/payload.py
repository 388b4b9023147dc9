"""One occurrence of the weekly conference (readout of 22 January 2016: the thirteenth)."""

from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field

from routehub_schemas.errors import Problem, near
from routehub_schemas.kind import Payload
from routehub_schemas.vocab import (
    MOST_PARTIES,
    UNIQUE_ITEMS,
    ConferenceState,
    Line,
    Link,
    Moment,
    PartyCode,
    Remark,
    Slug,
    Unique,
    Zone,
)

Number = Annotated[int, Field(ge=1, le=9_999)]


class Conference(Payload):
    """When and how it takes place. Weekly is no fixed weekday (2016: 22, then 28 January)."""

    series: Slug = "weekly"
    """The series that it belongs to."""
    number: Number
    """Its number in the series."""
    title: Line
    """What the invitation says."""
    start: Moment
    """When it begins."""
    minutes: Annotated[int, Field(ge=5, le=480)] = 60
    """How long it lasts."""
    zone: Zone = "Europe/Brussels"
    """The zone in which the time is announced."""
    link: Link | None = None
    """Where to join."""
    chair: PartyCode
    """The party that leads it."""
    participants: Annotated[list[PartyCode], Unique] = Field(
        default=[], max_length=MOST_PARTIES, json_schema_extra=UNIQUE_ITEMS
    )
    """Who takes part; none named: every party of the route."""
    state: ConferenceState = "planned"
    """Whether it takes place as planned."""
    reason: Remark | None = None
    """Why it was moved or cancelled."""
    extra: bool = False
    """One beside the rule of its series: it does not take the place of the regular one."""
    about: Remark | None = None
    """What it is about, for the invitation."""


def check(conference: Conference) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a conference."""
    try:
        ZoneInfo(conference.zone)
    except (LookupError, ValueError, OSError):
        meant = near(conference.zone, available_timezones())
        yield Problem("/zone", "unknown-zone", "not a zone of the IANA database", conference.zone, None, meant)
