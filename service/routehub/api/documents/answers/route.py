"""The picture of the route, freshness and the reporting record."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking

FreshnessState = Literal["in", "nothing_to_report", "due", "late", "silent", "excused"]


class Fresh(Answer):
    """A party's reporting. A silent party has no number: it is not a zero. ``reason``, ``excused_until``: why a party
    need not report now, such as a public holiday, and the last day of that."""

    state: FreshnessState
    day: date
    due_at: datetime
    at: datetime | None
    last_day: date | None
    last_at: datetime | None
    silent_days: int | None
    reason: str | None
    excused_until: date | None


class Total(Answer):
    """One party's number for a day. ``flags``: p provisional, e estimated, r revised, k carried over."""

    value: int
    day: date
    flags: str
    posted_at: datetime
    messages: list[str]


class StationFigure(Total):
    current: bool
    change: int | None
    before: int | None


class Capacity(Answer):
    places: int
    occupied: int
    day: date
    current: bool
    flags: str
    free: int
    percent: int | None
    level: Literal["room", "filling", "nearly_full", "over_capacity"]


class Station(Answer):
    party: str
    name: str
    role: str
    position: int
    reporting: Fresh
    open_alerts: int
    figures: dict[str, StationFigure]
    capacity: Capacity | None


class Leg(Answer):
    """Both counts of one border, each by its own party. They are compared and never added up."""

    leg: str
    from_: str = Field(alias="from")
    to: str
    lag_days: int
    policy: Literal["agreement_required", "prior_notice_required"]
    day: date | None
    departures: Total | None
    arrivals: Total | None
    sides: int
    difference: int | None
    differs: bool


class RoutePicture(Answer):
    route: RouteMarking
    now: datetime
    stations: list[Station]
    legs: list[Leg]


class DayMark(Answer):
    day: date
    mark: Literal["in", "late", "nothing_to_report", "missing", "open", "excused"]


class Standing(Fresh):
    party: str
    name: str
    days: list[DayMark]
    expected: int
    arrived: int
    on_time: int
    reporting_rate: float | None
    on_time_rate: float | None


class Reporting(Answer):
    route: RouteMarking
    now: datetime
    parties: list[Standing]


class DayTotal(Answer):
    day: date
    value: int


class PartyTotals(Answer):
    party: str
    days: list[DayTotal]


class Totals(Answer):
    """Each party's own count, by day. ``from`` and ``to`` are both included."""

    route: RouteMarking
    indicator: str
    from_: date = Field(alias="from")
    to: date
    parties: list[PartyTotals]


class Pause(Answer):
    """Reporting days, both ends included, for which a party is excused. ``state``: planned, running, over, or ended
    before its last day; ``ended_from``: then the first day for which it is to report again."""

    id: str
    party: str
    first: date = Field(alias="from")
    until: date
    reason: str
    state: Literal["planned", "running", "over", "ended"]
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    ended_from: date | None


class Pauses(Answer):
    route: RouteMarking
    pauses: list[Pause]
