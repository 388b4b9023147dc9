"""The busiest doors by a short way (docs/decisions/0019).

A post in its usual form (a key, JSON, nothing asked for in the query) goes straight to the function that the router
would call; finding that function and reading its parameters costs FastAPI more than all that the hub then does in the
event loop. Whatever is unusual about a request, and so every refusal about its form, goes the long way.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from routehub.api import problems
from routehub.api.body import json_body
from routehub.api.cloudevents import EVENT
from routehub.api.context import Context
from routehub.api.figure_files import Said
from routehub.api.identity import identify
from routehub.api.v1.messages import post_kind, post_message
from routehub.api.v1.reports import put_report
from routehub.core.errors import HubError
from routehub.directory.principal import Principal
from routehub_schemas.errors import Invalid
from routehub_schemas.kind import Kind

Door = Callable[[Request, Context, Principal, str | None], Awaitable[Response]]
JSON = b"application/json"
REPORT = re.compile(r"/v1/parties/([A-Z]{2,8})/reports/([0-9]{4}-[0-9]{2}-[0-9]{2})")
PLAIN = frozenset(
    {
        b"host", b"authorization", b"content-type", b"content-length", b"transfer-encoding", b"accept", b"user-agent",
        b"idempotency-key", b"connection", b"accept-encoding",
    }
)  # fmt: skip
"""Headers that ask for nothing special. With any other one a request goes the long way."""
NO_FILE = Said()
KEY = re.compile(rb"[!-~]{1,200}")


class Busiest:
    """ASGI middleware, next to the router."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app, self._context = app, context
        hub_only = frozenset({"hub"})
        self._kinds = {
            f"/v1/{kind.door}": _door(kind) for kind in context.registry.values() if kind.posted_by != hub_only
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._find(scope) if scope["type"] == "http" else None
        if door is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            who = await identify(request, self._context)
            response = await door(request, self._context, who, request.headers.get("idempotency-key"))
        except HubError as error:
            response = problems.answer(error)
        except Invalid as error:
            response = problems.answer(problems.of_invalid(error))
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> Door | None:
        """The door of a request that is in its usual form."""
        if scope["query_string"]:
            return None
        path: str = scope["path"]
        if scope["method"] == "POST":
            if path == "/v1/messages":
                return _message if _usual(scope, EVENT.encode()) else None
            return self._kinds.get(path) if _usual(scope, JSON) else None
        if scope["method"] == "PUT" and (found := REPORT.fullmatch(path)) and _usual(scope, JSON):
            try:
                return _report(found[1], date.fromisoformat(found[2]))
            except ValueError:
                return None
        return None


def _usual(scope: Scope, media: bytes) -> bool:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    said = dict(headers)
    return (
        len(said) == len(headers)
        and said.keys() <= PLAIN
        and said.get(b"content-type") == media
        and b"authorization" in said
        and (b"idempotency-key" not in said or KEY.fullmatch(said[b"idempotency-key"]) is not None)
    )


def _door(kind: Kind) -> Door:
    async def post(request: Request, ctx: Context, who: Principal, key: str | None) -> Response:
        data = await json_body(request, ctx.settings.max_body_bytes)
        return await post_kind(ctx, who, kind, data, key, dry_run=False)

    return post


async def _message(request: Request, ctx: Context, who: Principal, key: str | None) -> Response:
    return await post_message(request, ctx, who, key)


def _report(party: str, day: date) -> Door:
    async def put(request: Request, ctx: Context, who: Principal, key: str | None) -> Response:
        return await put_report(request, ctx, who, party, day, NO_FILE, key)

    return put
