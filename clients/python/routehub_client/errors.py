"""What can go wrong between a client and a hub: one small tree.

RoutehubError
├── Misconfigured          address, key file or key format
├── NoConnection           no answer came; whether the hub took the message is not known
├── HubError               the hub answered, and the answer was no (RFC 9457)
│   ├── Refused            400, 413, 415, 422: every problem of the data is listed
│   ├── SignInNeeded       401
│   ├── NotAllowed         403
│   ├── Unknown            404
│   ├── Gone               410: a cursor of another epoch or beyond the head
│   ├── Conflict           409, 412: changed since it was read
│   └── Busy               429 and 5xx: worth trying again
├── Gap                    a stream skipped a feed number, and again after a fresh look
└── BadSignature           a webhook that the hub did not sign
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from routehub_schemas.errors import Problem

_LONGEST = 500


class RoutehubError(Exception):
    """Base of everything that this package raises on purpose."""


class Misconfigured(RoutehubError):
    """The address, the key file or the key cannot be used as they are."""


class NoConnection(RoutehubError):
    """No answer from the hub. A write may have arrived: repeat it only with the same idempotency key."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"No connection to {host} ({reason}).")
        self.host = host
        self.reason = reason


class Gap(RoutehubError):
    """Feed number `expected` did not come; `got` came instead. `cursor` is the last good position."""

    def __init__(self, expected: int, got: int, cursor: str | None) -> None:
        super().__init__(f"The stream went from feed number {expected - 1} to {got}.")
        self.expected = expected
        self.got = got
        self.cursor = cursor


class BadSignature(RoutehubError):
    """The webhook is not signed by the hub with this secret, or is too old."""


class HubError(RoutehubError):
    """The hub said no. `problems` lists every fault at once, each with a JSON Pointer."""

    def __init__(
        self,
        status: int,
        title: str,
        *,
        detail: str | None = None,
        type: str = "about:blank",
        problems: tuple[Problem, ...] = (),
        retry_after: float | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        more = f"{detail[:1].upper()}{detail[1:]}" if detail else ""
        told = title if detail in (None, title) else f"{title.rstrip('.')}. {more}"
        super().__init__(told if told.endswith((".", "?", "!")) else f"{told}.")
        self.status = status
        self.title = title
        self.detail = detail
        self.type = type
        self.problems = problems
        self.retry_after = retry_after
        self.body: Mapping[str, Any] = body or {}


class Refused(HubError):
    """The data does not follow the contract; nothing was stored."""


class SignInNeeded(HubError):
    """No key, or one that has ended or was withdrawn."""


class NotAllowed(HubError):
    """The key is good, but it does not permit this."""


class Unknown(HubError):
    """There is no such thing, or it is not for this reader: both read alike."""


class Gone(HubError):
    """The cursor belongs to an earlier epoch of the hub, or lies beyond the head: read from a new start."""


class Conflict(HubError):
    """Somebody else was first, or the record changed since it was read."""


class Busy(HubError):
    """The hub cannot take it now. The same request, with the same key, may be sent again."""


_BY_STATUS: Mapping[int, type[HubError]] = {
    400: Refused,
    401: SignInNeeded,
    403: NotAllowed,
    404: Unknown,
    409: Conflict,
    410: Gone,
    412: Conflict,
    413: Refused,
    415: Refused,
    422: Refused,
    429: Busy,
}


def from_answer(status: int, headers: Mapping[str, str], body: bytes) -> HubError:
    """The error that an answer of 300 and above stands for. Never fails, whatever the body holds."""
    told = _object(body)
    kind = _BY_STATUS.get(status, Busy if status >= 500 else HubError)
    return kind(
        status,
        _text(told.get("title")) or f"The hub answered {status}.",
        detail=_text(told.get("detail")),
        type=_text(told.get("type")) or "about:blank",
        problems=tuple(problem(item) for item in _objects(told.get("problems", told.get("errors")))),
        retry_after=_seconds(headers.get("retry-after")),
        body=told,
    )


def problem(told: Mapping[str, Any]) -> Problem:
    """One problem as the hub wrote it; missing members read as empty."""
    return Problem(
        pointer=_text(told.get("pointer")) or "",
        code=_text(told.get("code")) or "problem",
        message=_text(told.get("message")) or _text(told.get("detail")) or "",
        sent=told.get("sent"),
        allowed=told.get("allowed"),
        suggestion=_text(told.get("suggestion")),
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value else None


def _seconds(value: str | None) -> float | None:
    """`Retry-After` in seconds, from a number or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
