"""The agenda of one conference, frozen as it was compiled; its items carry the points of the plan."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from routehub_schemas.errors import Problem
from routehub_schemas.kind import Part, Payload
from routehub_schemas.matters import Matter
from routehub_schemas.vocab import (
    MOST_PARTIES,
    Count,
    Day,
    IndicatorName,
    Line,
    Link,
    MessageId,
    Moment,
    PartyCode,
    PlaceCode,
    Remark,
    Slug,
    Zone,
)

Position = Annotated[int, Field(ge=1, le=9_999)]


class Window(Part):
    """The time that the agenda looks back on."""

    start: Moment
    """The first instant of it."""
    end: Moment
    """The first instant after it."""


class Meeting(Part):
    """The conference as it stood when the agenda was compiled, so that the agenda can be read by itself."""

    title: Line
    """What it is called."""
    start: Moment
    """When it begins."""
    minutes: Annotated[int, Field(ge=5, le=480)]
    """How long it lasts."""
    zone: Zone
    """The zone in which its time is announced."""
    link: Link | None = None
    """Where to join."""
    chair: PartyCode
    """The party that chairs it."""
    revision: Annotated[int, Field(ge=0, le=9_999)] = 0
    """How often it had been changed."""
    told_at: Moment | None = None
    """When the newest message about it was accepted, from which the SEQUENCE of its invitation follows (RFC 5545)."""
    next: Moment | None = None
    """When the series proposes the conference after it."""


class Item(Matter):
    """One numbered item."""

    number: Position
    """Its place on the agenda, from 1."""
    minutes: Annotated[int, Field(ge=0, le=240)] = 5
    """The time set aside for it."""
    late: bool = False
    """Whether it was added after the agenda had been closed."""


class Dropped(Part):
    """What a rule or a party had put on the agenda and the chair took off it."""

    title: Line
    """What it was about."""
    rule: Slug
    """The rule that had put it there."""
    reason: Remark
    """Why the chair took it off."""
    sources: list[MessageId] = Field(default=[], max_length=1_000)
    """The messages it rested on."""


class WeekRow(Part):
    """One series of one party. Parties are never added up: one person crosses several borders."""

    party: PartyCode
    """Whose figures these are."""
    indicator: IndicatorName
    """What was counted."""
    place: PlaceCode | None = None
    """Where it was counted; absent: the whole territory."""
    counterpart: PartyCode | None = None
    """The other side of the border."""
    values: list[Count | None] = Field(max_length=31)
    """One for each of the agenda's days; null: not reported."""
    total: Count | None = None
    """Of a flow, over the days reported."""
    previous: Count | None = None
    """The total of the week before."""


class ReportingRow(Part):
    """Who reported, and who did in time."""

    party: PartyCode
    """Whose reports are counted."""
    expected: Count
    """Reports due in the window."""
    received: Count
    """Reports that came."""
    on_time: Count
    """Those that came before they were due."""
    missing: list[Day] = Field(default=[], max_length=31)
    """The days without a report."""


class Agenda(Payload):
    """What the hub compiles for one conference: compiled once, sent once."""

    series: Slug = "weekly"
    """The series of conferences."""
    conference: Position
    """The number of the conference."""
    edition: Annotated[int, Field(ge=1, le=99)] = 1
    """Counts up with every agenda of a conference: drafts, the closed one, and those with late items."""
    state: Literal["draft", "closed"] = "draft"
    """Whether items can still be proposed. What comes after the close is among the late items."""
    closes_at: Moment | None = None
    """Until when items can be proposed."""
    compiled_at: Moment
    """The moment at which it was frozen."""
    due_at: Moment | None = None
    """When it was to be compiled; an agenda compiled well after that says that it is late."""
    window: Window
    """The time that it looks back on."""
    meeting: Meeting | None = None
    """The conference that it is for."""
    items: list[Item] = Field(default=[], max_length=200)
    """What is to be discussed, the same numbers for everyone in the call."""
    dropped: list[Dropped] = Field(default=[], max_length=200)
    """What the chair took off the agenda, and why."""
    days: list[Day] = Field(default=[], max_length=31)
    """The days of the columns of `week`."""
    week: list[WeekRow] = Field(default=[], max_length=1_000)
    """The figures of the week."""
    reporting: list[ReportingRow] = Field(default=[], max_length=MOST_PARTIES)
    """Who reported in the week, and who did in time."""

    def rests_on(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source for item in self.items for source in item.rests_on()))


def check(agenda: Agenda) -> Iterator[Problem]:
    """What a JSON Schema cannot say about an agenda."""
    if agenda.window.start >= agenda.window.end:
        yield Problem("/window/end", "order", "a window ends after it begins", agenda.window.end.isoformat())
    for index, item in enumerate(agenda.items):
        if item.number != index + 1:
            yield Problem(f"/items/{index}/number", "order", "items are numbered 1, 2, 3 …", item.number, index + 1)
        if item.late and agenda.state == "draft":
            yield Problem(f"/items/{index}/late", "order", "nothing is late before the agenda is closed", item.late)
    for index, row in enumerate(agenda.week):
        if len(row.values) != len(agenda.days):
            yield Problem(
                f"/week/{index}/values", "length", "one value for each day", len(row.values), len(agenda.days)
            )
    for index, reporting in enumerate(agenda.reporting):
        if not reporting.on_time <= reporting.received <= reporting.expected:
            yield Problem(f"/reporting/{index}/received", "order", "on time ≤ received ≤ expected", reporting.received)
