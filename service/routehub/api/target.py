"""Addresses that no honest client sends are refused before anything reads them."""

from starlette.types import ASGIApp, Receive, Scope, Send

from routehub.api.problems import answer
from routehub.core.errors import Malformed

LONGEST = 8_192
"""Bytes of path and query together; more is no address of this hub (RFC 9110 leaves the bound to the server)."""


class SoundTarget:
    """ASGI middleware: 400 for a NUL in path or query (PostgreSQL cannot store one) and for overlong addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query: bytes = scope.get("query_string", b"")
            path: str = scope["path"]
            if "\0" in path or b"%00" in query or b"\0" in query or len(path) + len(query) > LONGEST:
                refusal = answer(Malformed("The address holds a NUL character or is too long."))
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
