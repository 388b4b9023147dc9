"""What the hub answers, as types.

Boards come back as the plain objects that the hub sent: the types below name the members that this
package reads. Readers ignore what they do not know, and any member may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from pydantic import ValidationError

from routehub_client import errors
from routehub_client.wire import Answer
from routehub_schemas.envelope import Envelope
from routehub_schemas.errors import Problem


@dataclass(frozen=True)
class Caution:
    """A warning beside an accepted (or tried) message: unusual, but not refused."""

    pointer: str
    code: str
    message: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Posted:
    """The hub has the message and will not lose it (or, tried only, would take it)."""

    id: str | None
    short_id: str | None
    fresh: bool
    """False when this was there already: the same content, or the same key once more."""
    warnings: tuple[Caution, ...]
    web: str | None
    event: Mapping[str, Any]

    @property
    def handle(self) -> str | None:
        """What people use to speak about it: the short id where the kind has one."""
        return self.short_id or self.id

    def unusual(self) -> tuple[Caution, ...]:
        return tuple(warning for warning in self.warnings if warning.code == "unusual")


@dataclass(frozen=True)
class Imported:
    """What became of a file of figures. `reports`: one object for each, with `id`, `party`, `day`, `figures` and
    `rows`; `problems`: what was refused of a file that was taken in part."""

    reports: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Caution, ...]
    skipped: tuple[Mapping[str, Any], ...]
    told: Mapping[str, Any]

    def unusual(self) -> tuple[Caution, ...]:
        return tuple(warning for warning in self.warnings if warning.code == "unusual")


@dataclass(frozen=True)
class Page:
    """A page of one's own feed. `next` is the cursor to go on from, also when `messages` is empty."""

    messages: tuple[Envelope, ...]
    next: str | None
    head: str | None
    more: bool


class PartyName(TypedDict, total=False):
    code: str
    name: str


class RouteName(TypedDict, total=False):
    code: str
    title: str
    zone: str
    exercise: bool
    marking: str | None


class KeyName(TypedDict, total=False):
    id: str
    system: str
    expires: str | None


class Me(TypedDict, total=False):
    party: PartyName
    name: str
    roles: list[str]
    scopes: list[str] | None
    route: RouteName
    key: KeyName | None
    now: str
    reporting_day: str | None


class Period(TypedDict, total=False):
    start: str
    end: str
    kind: str


class Figure(TypedDict, total=False):
    party: str
    indicator: str
    place: str | None
    counterpart: str | None
    mode: str | None
    service: str | None
    modality: str | None
    sex: str | None
    age_band: str | None
    nationality: str | None
    day: str
    period: Period
    value: int | None
    status: str
    method: str
    coverage: str
    carried_over: bool
    flags: str
    change: Any
    posted_at: str
    message: str
    reason: str | None
    revised: bool
    history: list[Figure]


class Reporting(TypedDict, total=False):
    party: str
    name: str
    state: str
    day: str
    at: str | None
    due_at: str | None
    silent_days: int
    reason: str | None
    excused_until: str | None
    days: list[Any]
    reporting_rate: float | None
    on_time_rate: float | None


class Capacity(TypedDict, total=False):
    places: int
    occupied: int
    free: int
    percent: float
    level: str
    day: str
    current: bool


class Station(TypedDict, total=False):
    party: str
    name: str
    role: str
    reporting: Reporting
    figures: dict[str, Figure]
    capacity: Capacity | None


Leg = TypedDict(
    "Leg",
    {
        "leg": str,
        "from": str,
        "to": str,
        "lag_days": int,
        "departures": Figure | None,
        "arrivals": Figure | None,
        "day": str | None,
        "difference": Any,
        "differs": bool,
    },
    total=False,
)


class RoutePicture(TypedDict, total=False):
    route: RouteName
    now: str
    stations: list[Station]
    legs: list[Leg]


class Acknowledgement(TypedDict, total=False):
    party: str
    state: str
    at: str | None
    by: str | None
    text: str | None


class Alert(TypedDict, total=False):
    id: str
    short_id: str
    party: str
    severity: str
    urgency: str
    certainty: str
    category: str
    headline: str
    description: str | None
    instruction: str | None
    place: str | None
    state: str
    sent_at: str
    onset: str | None
    expires: str
    acknowledgements: list[Acknowledgement]
    exercise: bool
    latest: str


class StatusLine(TypedDict, total=False):
    mark: str
    at: str | None
    severity: str | None
    party: str | None
    text: str
    ref: str | None


class Todo(TypedDict, total=False):
    text: str
    ref: str | None
    page: str
    due: str | None


class Status(TypedDict, total=False):
    route: RouteName
    now: str
    reported: int
    expected: int
    due: int
    late: int
    silent: int
    excused: int
    lines: list[StatusLine]
    todo: list[Todo]


def event(told: Mapping[str, Any]) -> Envelope:
    """One envelope, read leniently: members of a later version of the hub are kept, not refused."""
    try:
        return Envelope.model_validate(told)
    except ValidationError:
        raise errors.HubError(200, "The hub sent something that is not a message.") from None


def posted(answer: Answer) -> Posted:
    told = answer.object()
    return Posted(
        id=told.get("id"),
        short_id=told.get("shortid") or told.get("short_id"),
        fresh=answer.status == 201 and answer.headers.get("idempotent-replay") != "true",
        warnings=tuple(_caution(item) for item in _objects(told.get("warnings"))),
        web=told.get("web"),
        event={name: value for name, value in told.items() if name not in {"warnings", "web"}},
    )


def imported(answer: Answer) -> Imported:
    told = answer.object()
    return Imported(
        reports=tuple(_objects(told.get("results"))),
        problems=tuple(errors.problem(item) for item in _objects(told.get("problems"))),
        warnings=tuple(_caution(item) for item in _objects(told.get("warnings"))),
        skipped=tuple(_objects(told.get("skipped"))),
        told=told,
    )


def page(answer: Answer) -> Page:
    told = answer.object()
    return Page(
        messages=tuple(event(item) for item in _objects(told.get("messages"))),
        next=told.get("next"),
        head=told.get("head"),
        more=told.get("more") is True,
    )


def rows(name: str, answer: Answer) -> list[Any]:
    """The list under `name`."""
    told = answer.object().get(name, [])
    if not isinstance(told, list):
        raise errors.HubError(answer.status, "The answer has another shape than expected.")
    return told


def _caution(told: Mapping[str, Any]) -> Caution:
    known = ("pointer", "code", "message")
    pointer, code, message = (str(told.get(name) or "") for name in known)
    return Caution(pointer, code, message, {name: told[name] for name in told if name not in known})


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
