"""Refusals, warnings, and what became of a file."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from routehub.api.documents.answers.base import Answer


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
    problems: list[FieldProblem] = Field(default=[])
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
    data: dict[str, Any] = Field(default={})
    """Of a dry run: what would have been stored."""


class FileOutcome(Answer):
    """What became of a file of figures. Pointers name rows and columns: ``/rows/14/D``."""

    accepted: int
    results: list[FileReport]
    warnings: list[Caution]
    skipped: list[Any]
    sheet: str | None = None
    dry_run: bool = False
    problems: list[FieldProblem] = Field(default=[])
    more: int = 0
    detail: str = ""
