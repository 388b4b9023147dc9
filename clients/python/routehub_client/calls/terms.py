"""What may be said of a call: which messages or figures, and how something is posted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict


class Feed(TypedDict, total=False):
    """Which messages: `kind` and `party` may be one word or several."""

    kind: str | Iterable[str]
    party: str | Iterable[str]


class Filter(Feed, total=False):
    """Which events of the stream."""

    place: str | Iterable[str]
    severity: str


class Which(TypedDict, total=False):
    """Which figures. `as_of` (a time or a cursor) answers what was known then."""

    party: str | None
    indicator: str | None
    place: str | None
    start: date | str | None
    end: date | str | None
    as_of: datetime | str | None
    history: bool


class Terms(TypedDict, total=False):
    """How to post: `key` is the idempotency key (made when left out)."""

    key: str | None
    tlp: str | None
    dry_run: bool


class Import(TypedDict, total=False):
    """How an alert is imported: `audience` in words or party codes; `as_exercise`: as material of a drill."""

    audience: Iterable[str] | None
    tlp: str | None
    as_exercise: bool
    dry_run: bool
