"""A request whose hub ends before it could be answered is told so: that it is not known yet, and what to do."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routehub.api.problems import answer
from routehub.core.errors import Busy

ASK_AGAIN = "The hub was stopped before it could answer. Ask again in a moment."
UNSURE = (
    "The hub was stopped while it worked on this. Whether it was stored cannot be said yet: send the same again, under "
    "the same key, and it is stored once."
)


class Stopped:
    """ASGI middleware: 503 with Retry-After where uvicorn, after the seconds of a graceful stop, ends a request that
    still waits, for a database that is held up, say. Without it that is a 500. ``stopping``: whether the hub is."""

    def __init__(self, app: ASGIApp, stopping: Callable[[], bool]) -> None:
        self._app, self._stopping = app, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except asyncio.CancelledError:
            if begun or scope["type"] != "http" or not self._stopping():
                raise
            words = ASK_AGAIN if scope["method"] in ("GET", "HEAD") else UNSURE
            await answer(Busy(words, retry_after=5))(scope, receive, send)
