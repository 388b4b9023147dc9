"""The bulletin of one morning: what changed since the one before, and who has reported, frozen as it was compiled."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.vocab import (
    MOST_PARTIES,
    Count,
    Day,
    MessageId,
    Moment,
    PartyCode,
    Reference,
    Remark,
    Severity,
    WeekName,
    Zone,
)

About = Literal["alert", "flow", "measure", "movement", "correction", "reporting", "reception"]
ReportingState = Literal["in", "nothing_to_report", "due", "late", "silent", "excused"]


class Window(Part):
    """The time that the bulletin looks back on."""

    start: Moment
    """The first instant of it."""
    end: Moment
    """The first instant after it."""


class Change(Part):
    """One change. All of them stand in the order in which they matter; the first five are what people read first."""

    about: About
    """What changed."""
    at: Moment
    """When it was posted."""
    party: PartyCode
    """Whose it is."""
    text: Remark
    """The change in words, filled from records."""
    severity: Severity | None = None
    """Of an alert."""
    ref: Reference | None = None
    """The short id or message id of its record."""
    parties: list[PartyCode] = Field(default=[], max_length=MOST_PARTIES)
    """Whom a measure or movement is about: to others, and those who are no neighbours of theirs, it matters less."""
    sources: list[MessageId] = Field(default=[], max_length=MOST_PARTIES)
    """The messages that it rests on."""


class ReportingRow(Part):
    """How one party stood with its report when the bulletin was compiled. Silence is a state, and never a zero."""

    party: PartyCode
    """Whose report it is."""
    state: ReportingState
    """`in`, `nothing_to_report`, `due`, `late`, `silent` or `excused`."""
    day: Day
    """The reporting day."""
    due_at: Moment
    """When the report of that day is due."""
    reported_at: Moment | None = None
    """When it came."""
    silent_days: Count | None = None
    """Days since the last report."""
    reason: Remark | None = None
    """Why it is excused."""


class Bulletin(Payload):
    """What the hub compiles every morning for everyone on the route: compiled once, sent once."""

    date: Day
    """The local date of it."""
    zone: Zone
    """The zone in which its times are told."""
    compiled_at: Moment
    """The moment at which it was frozen."""
    due_at: Moment | None = None
    """When it was to be compiled; one that was compiled well after that says that it is late."""
    window: Window
    """The time that it looks back on."""
    changes: list[Change] = Field(default=[], max_length=100)
    """What changed, the most important first."""
    more: Count = 0
    """How many more changes there were than these."""
    reporting: list[ReportingRow] = Field(default=[], max_length=MOST_PARTIES)
    """Who has reported, in the order of the route."""
    week: WeekName | None = None
    """The week that ended since the last bulletin: its monitoring reports are ready."""

    def rests_on(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source for change in self.changes for source in change.sources))


def check(bulletin: Bulletin) -> Iterator[Problem]:
    """What a JSON Schema cannot say about a bulletin."""
    if bulletin.window.start >= bulletin.window.end:
        yield Problem("/window/end", "order", "a window ends after it begins", bulletin.window.end.isoformat())
    parties = [row.party for row in bulletin.reporting]
    for index, row in enumerate(bulletin.reporting):
        if row.party in parties[:index]:
            yield Problem(f"/reporting/{index}/party", "repeated", "each party stands once", row.party)
        if (row.reported_at is not None) != (row.state in ("in", "nothing_to_report")):
            words = "a report that is in has its time, and no other has"
            yield Problem(f"/reporting/{index}/reported_at", "state", words, row.state)
    for index, change in enumerate(bulletin.changes):
        if change.severity is not None and change.about != "alert":
            yield Problem(f"/changes/{index}/severity", "state", "only an alert has a severity", change.severity)
