"""What changed, and what waits for a party."""

from datetime import datetime

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


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
    page: str
    """Where a person does it, below the route's own address."""
    at_once: bool
    """Before everything else, whatever is due."""


class Status(Answer):
    route: RouteMarking
    now: datetime
    party: str
    expected: int
    reported: int
    due: int
    late: int
    silent: int
    excused: int
    lines: list[StatusLine]
    more: int
    todo: list[Todo]
