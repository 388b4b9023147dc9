"""Every request counted and timed, every answer with the headers that all of them need."""

import time
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routehub.core.observe import Metrics

WATCHED = ("500", "503", "507")
"""Answers about which deploy/prometheus alerts. They are counted from nought on: Prometheus sees no rise in a series
that begins with its first fault."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

UNSAID = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
)
"""What an answer that says nothing else of it says: it is not kept, and opens nothing."""


def _unsaid(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    said = {name for name, _ in headers}
    return [pair for pair in UNSAID if pair[0] not in said]


class Observed:
    """ASGI middleware. Adds ``X-Content-Type-Options`` (and HSTS where the hub is reached by https), what an answer
    leaves unsaid, and measures by method and status; an address is no label, for addresses name records."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, https: bool) -> None:
        self._app, self._metrics = app, metrics
        self._headers = [(b"x-content-type-options", b"nosniff")]
        if https:
            self._headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
        for method in ("GET", "POST", "PUT"):
            for status in WATCHED:
                metrics.requests.labels(method, status)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        method = scope["method"] if scope["method"] in METHODS else "other"

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                taken = time.perf_counter() - began
                self._metrics.requests.labels(method, str(message["status"])).observe(taken)
                headers = message.get("headers", [])
                message["headers"] = [*headers, *self._headers, *_unsaid(headers)]
            await send(message)

        await self._app(scope, receive, observed)
