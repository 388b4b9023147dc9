"""Requests and answers as plain values: what both clients, the outbox and the tests share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from routehub_client import errors

T = TypeVar("T")
Param = str | int | bool | None | Iterable[str]


@dataclass(frozen=True)
class Request:
    """One HTTP request, complete but for the address of the hub and the key."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    patience: float = 0.0
    """Seconds to wait for the answer beyond the client's time-out (long polls)."""

    @property
    def repeatable(self) -> bool:
        """May be sent again without doing anything twice."""
        tried_only = ("dry_run", "true") in self.params
        return self.method in {"GET", "HEAD"} or tried_only or self.key is not None

    @property
    def key(self) -> str | None:
        return next((value for name, value in self.headers if name == "Idempotency-Key"), None)

    def dry(self) -> Request:
        """The same without storing anything. The key is left out: it belongs to what is stored."""
        headers = tuple((name, text) for name, text in self.headers if name != "Idempotency-Key")
        tried = () if ("dry_run", "true") in self.params else (("dry_run", "true"),)
        return replace(self, params=self.params + tried, headers=headers)


@dataclass(frozen=True)
class Answer:
    """One answer. `headers` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; an answer that is not JSON is an error of the hub, not of the caller."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise errors.HubError(self.status, "The answer is not JSON. Is this the address of a hub?") from None

    def object(self) -> dict[str, Any]:
        told = self.json()
        if not isinstance(told, dict):
            raise errors.HubError(self.status, "The answer has another shape than expected.")
        return told

    def check(self) -> Answer:
        """Itself when the hub said yes; raises a `HubError` otherwise (a redirect counts as no)."""
        if self.status >= 300:
            raise errors.from_answer(self.status, self.headers, self.body)
        return self


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request together with the way to read its answer."""

    request: Request
    read: Callable[[Answer], T]


def path(*parts: str | int, route: str | None = None) -> str:
    """`/v1/…` on the default route, `/v1/routes/{route}/…` on another; every part is quoted."""
    start = ("v1",) if route is None else ("v1", "routes", route)
    return "/" + "/".join(quote(str(part), safe="") for part in (*start, *parts))


def params(**given: Param) -> tuple[tuple[str, str], ...]:
    """Query parameters: None is left out, a list is repeated, `from_` stands for `from`."""
    return tuple((name.rstrip("_"), text) for name, value in given.items() for text in _texts(value))


def dumps(data: Any) -> bytes:
    """Compact JSON with sorted members, so that a repeated request has the same fingerprint."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _texts(value: Param) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int):
        return [str(value)]
    return list(value)
