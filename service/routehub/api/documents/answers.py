"""What the doors answer, as models: for the documents and the tests that hold answers against them. Readers ignore
fields that they do not know, so that one can be added."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FreshnessState = Literal["in", "nothing_to_report", "due", "late", "silent"]


class Answer(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


# --- problems and warnings ---


class FieldProblem(Answer):
    """One thing that is wrong."""

    pointer: str
    """JSON Pointer (RFC 6901) into what was sent."""
    code: str = Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")
    """A stable word for programs."""
    message: str
    """A sentence for people."""
    sent: Any = None
    allowed: Any = None
    suggestion: str | None = Field(default=None)


class Problem(Answer):
    """A problem document (RFC 9457). What each type means: /docs/problems."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[FieldProblem] = []
    """Every single problem at once."""


class Caution(Answer):
    """Something unusual. Never a refusal."""

    pointer: str
    code: str
    message: str
    sent: Any = None
    usual: Any = None


class FileReport(Answer):
    """What became of one report of a file."""

    status: int
    party: str
    day: date
    figures: int
    rows: list[int]
    """Its first and last row in the file."""
    period: str | None = None
    start: datetime | None = None
    id: str | None = None
    location: str | None = None
    web: str | None = None
    data: dict[str, Any] = {}
    """Of a dry run: what would have been stored."""


class FileOutcome(Answer):
    """What became of a file of figures. Pointers name rows and columns: ``/rows/14/D``."""

    accepted: int
    results: list[FileReport]
    warnings: list[Caution]
    skipped: list[Any]
    sheet: str | None = None
    dry_run: bool = False
    problems: list[FieldProblem] = []
    more: int = 0
    detail: str = ""


# --- the route and its figures ---


class RouteMarking(Answer):
    """Which route this is about, and whether it is real."""

    code: str
    title: str
    zone: str
    exercise: bool
    marking: Literal["live", "exercise", "sample"]


class Period(Answer):
    kind: Literal["reporting_day", "calendar_day", "hour"]
    start: datetime
    end: datetime


class FigureRevision(Answer):
    value: int | None
    status: str
    posted_at: datetime
    message: str
    reason: str | None


class Figure(Answer):
    """One number as one party gave it, with both its times: the period that it covers and when it was accepted."""

    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    mode: str | None = None
    service: str | None = None
    modality: str | None = None
    sex: str | None = None
    age_band: str | None = None
    nationality: str | None = None
    day: date
    period: Period
    value: int | None
    status: Literal["provisional", "confirmed", "revised", "withdrawn"]
    method: Literal["registered", "counted", "estimated", "modelled"]
    coverage: Literal["full", "partial", "point"]
    carried_over: bool
    revised: bool
    note: str | None
    posted_at: datetime
    message: str
    history: list[FigureRevision] = []
    """With ``history=true``: every value that it has had."""


class LatestFigures(Answer):
    route: RouteMarking
    figures: list[Figure]


class Figures(LatestFigures):
    next: str | None
    """``after`` of the next page; null on the last."""


class Fresh(Answer):
    """A party's reporting. A silent party has no number: it is not a zero."""

    state: FreshnessState
    day: date
    due_at: datetime
    at: datetime | None
    last_day: date | None
    last_at: datetime | None
    silent_days: int | None


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
    mark: Literal["in", "late", "nothing_to_report", "missing", "open"]


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


class ForecastShown(Answer):
    """Numbers of people. ``weights`` add up to 1: whom the forecast trusts, learned from how they turned out."""

    leg: str
    series: str
    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    made: date
    day: date
    days_ahead: int
    expected: int
    low: int
    high: int
    last_value: int
    seven_day_mean: int
    inputs_missing: int
    weights: dict[str, float]
    arithmetic: list[str]


class ForecastError(Answer):
    """Mean absolute errors, and the mean width of the interval, in people over ``days`` days; ``ratio_to_better_naive``
    below 1 is better than naive."""

    leg: str
    series: str
    days_ahead: int
    days: int
    error: float
    last_value_error: float
    seven_day_mean_error: float
    ratio_to_better_naive: float | None
    width: float
    coverage: float | None
    covered: int
    counted: int


class Forecasts(Answer):
    route: RouteMarking
    closed_day: date | None
    interval: str
    forecasts: list[ForecastShown]
    errors: list[ForecastError]


class RuleAccount(Answer):
    """``precision``: correct of scored alerts; ``median_lead``: days before the event, negative after it."""

    rule: str
    what: str
    parameters: dict[str, Any]
    open: int
    watches: int
    alerts: int
    scored: int
    correct: int
    precision: float | None
    median_lead: float | None


class ConditionShown(Answer):
    """``alert``: the message that told of it; null for a WATCH, which is shown here and nowhere else."""

    key: str
    rule: str
    subject: str
    level: str
    severity: str
    opened: date
    last: date
    days: int
    ended: date | None
    why_ended: str | None
    alert: str | None
    alert_day: date | None
    correct: bool | None
    lead_days: int | None
    headline: str
    arithmetic: list[str]
    expects: str
    score: float
    legs: list[str]
    inputs: list[str]


class EarlyWarning(Answer):
    route: RouteMarking
    closed_day: date | None
    rules: list[RuleAccount]
    conditions: list[ConditionShown]
    forecast_errors: list[ForecastError]


class StatusLine(Answer):
    mark: str
    at: datetime
    party: str
    text: str
    ref: str | None
    severity: str | None


class Todo(Answer):
    text: str
    due: datetime | None
    ref: str | None


class Status(Answer):
    route: RouteMarking
    now: datetime
    party: str
    expected: int
    reported: int
    due: int
    late: int
    silent: int
    lines: list[StatusLine]
    more: int
    todo: list[Todo]


class Indicator(Answer):
    name: str
    label: str
    kind: Literal["flow", "stock"]
    unit: str
    description: str
    needs: list[str]
    dimensions: list[str]


class Indicators(Answer):
    indicators: list[Indicator]


# --- alerts and conferences ---


class Acknowledgement(Answer):
    party: str
    state: Literal["acknowledged", "waiting"]
    at: datetime | None
    by: str | None
    text: str | None


class Alert(Answer):
    id: str
    short_id: str
    party: str
    category: str
    status: str
    severity: str
    urgency: str
    certainty: str
    headline: str
    description: str | None
    instruction: str | None
    place: str | None
    area: str | None
    legs: list[str]
    points: list[str]
    issued_at: datetime
    updated_at: datetime
    onset: datetime | None
    expires: datetime
    ended_at: datetime | None
    state: Literal["open", "ended", "expired"]
    updates: int
    latest: str
    rule: str | None
    exercise: bool
    tlp: str
    author: str
    acknowledgements: list[Acknowledgement]


class Alerts(Answer):
    route: RouteMarking
    alerts: list[Alert]


class Conference(Answer):
    series: str
    number: int
    title: str
    start: datetime
    minutes: int
    zone: str
    link: str | None
    chair: str
    participants: list[str]
    state: Literal["planned", "moved", "cancelled"]
    reason: str | None
    revision: int
    message: str


class Conferences(Answer):
    route: RouteMarking
    conferences: list[Conference]


class ChairDecision(Answer):
    act: Literal["accept", "decline"]
    text: str | None
    at: datetime
    message: str


class Proposal(Answer):
    message: str
    party: str
    conference: int | None
    title: str
    text: str | None
    outcome: str
    minutes: int
    points: list[str]
    state: Literal["open", "accepted", "declined"]
    at: datetime
    decision: ChairDecision | None


class AgendaEdition(Answer):
    edition: int
    compiled_at: datetime
    items: int
    message: str


class ConferenceInFull(Conference):
    proposals: list[Proposal]
    agendas: list[AgendaEdition]


# --- the directory ---


class Party(Answer):
    code: str
    name: str
    kind: str
    eu_member: bool
    aliases: list[str]
    role: Literal["member", "coordinator", "observer"]
    zone: str
    reports: bool
    due: str | None
    period_end: str | None


class Parties(Answer):
    route: RouteMarking
    day: date
    parties: list[Party]


class Place(Answer):
    code: str
    name: str
    kind: str


class PartyInFull(Party):
    neighbours: list[str]
    places: list[Place]


class Granted(Answer):
    actor: str
    party: str


class Grants(Answer):
    grants: list[Granted]


class Person(Answer):
    id: str
    party: str
    name: str
    function: str
    email: str
    phone: str
    languages: list[str]
    zone: str | None
    roles: list[str]
    on_duty: bool
    stands_in_for: list[str]
    valid_from: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None


class People(Answer):
    people: list[Person]


class Named(Answer):
    id: str
    name: str


class HandOver(Answer):
    id: str
    person: Named
    deputy: Named
    starts: datetime
    ends: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    state: Literal["proposed", "lapsed", "accepted", "running", "over", "ended"]


class HandOvers(Answer):
    hand_overs: list[HandOver]


# --- identity ---


class Key(Answer):
    id: str
    party: str
    system: str
    scopes: list[str]
    state: Literal["active", "expired", "revoked"]
    created: datetime
    created_by: str
    expires: datetime
    revoked: datetime | None


class NewlyMadeKey(Key):
    key: str
    """The whole key: shown now and never again."""


class Keys(Answer):
    keys: list[Key]
    scopes: list[str]
    """All scopes that a key may have."""


class PushTrouble(Answer):
    pointer: str
    code: str
    message: str
    suggestion: str | None = None


class Push(Answer):
    id: str
    key: str
    system: str
    at: datetime
    method: str
    path: str
    status: int
    outcome: str
    """accepted, unchanged, checked (a dry run), refused, held-off (send the same again) or unproved (wrong secret)."""
    dry_run: bool
    message: str | None
    """The id of what was accepted."""
    code: str
    detail: str
    problems: list[PushTrouble]
    more: int
    """Problems beyond those listed."""


class PushLog(Answer):
    log: list[Push]
    kept: dict[str, int]
    """Rows kept for each key by outcome, and ``days``."""


class NamedParty(Answer):
    code: str
    name: str


class OwnKey(Answer):
    id: str
    system: str
    expires: datetime


class Me(Answer):
    party: NamedParty
    name: str
    person: str | None
    roles: list[str]
    scopes: list[str] | None
    route: RouteMarking
    key: OwnKey | None
    now: datetime
    reporting_day: date | None
    """The current reporting day of your party on this route."""


class Session(Answer):
    id: str
    agent: str
    began: datetime
    expires: datetime
    current: bool


class Sessions(Answer):
    sessions: list[Session]


class AuditRow(Answer):
    number: int
    at: datetime
    act: str
    actor: str
    name: str
    detail: dict[str, Any]


class Audit(Answer):
    audit: list[AuditRow]
    next: int | None


# --- subscriptions ---


class SubscriptionFilter(Answer):
    kinds: list[str]
    parties: list[str]
    places: list[str]
    severity: str | None
    points: list[str]
    threads: list[str]


class Subscription(Answer):
    id: str
    route: str
    party: str
    owner: str
    channel: Literal["webhook", "email"]
    target: str
    active: bool
    created_at: datetime
    filter: SubscriptionFilter
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None


class NewlyMadeSubscription(Subscription):
    secret: str | None = None
    """Of a webhook (Standard Webhooks): shown now and never again."""


class Subscriptions(Answer):
    subscriptions: list[Subscription]


class Attempt(Answer):
    number: int
    at: datetime
    ok: bool
    status: int | None
    detail: str | None
    seconds: float | None


class Delivery(Answer):
    id: str
    about: str
    purpose: str
    kind: str
    state: str
    outcome: str | None
    created_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    attempts: list[Attempt]


class Deliveries(Answer):
    deliveries: list[Delivery]
    next: str | None


class Sent(Answer):
    delivery: str


# --- housekeeping ---


class ClockTime(Answer):
    now: datetime
    movable: bool


class Live(Answer):
    status: Literal["live"]


class Ready(Answer):
    status: Literal["ready", "not ready", "stopping"]
    durability: str
    live: dict[str, int]
    writer: dict[str, int]
