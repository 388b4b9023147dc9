"""Uvicorn's connections with what a stream needs besides: a way to cut a reader that takes nothing in.

A close frame waits behind what the reader does not read, and an application's time-out leaves the socket open. So
streams get ``abort``, and the kernel itself gives up on data that stays unacknowledged (PROMISES 6).
"""

import contextlib
import socket
from asyncio import BaseTransport
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "routehub.abort"
UNACKNOWLEDGED_MILLISECONDS = 30_000
SEND_BUFFER_BYTES = 262_144
"""Left alone, the kernel keeps up to 4 MiB for each reader that does not read."""


def bound(transport: BaseTransport) -> None:
    found = transport.get_extra_info("socket")
    if found is not None and found.family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError, AttributeError):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


def abort(scope: Scope) -> None:
    """Cut the connection without waiting for what is still to be written."""
    extension = scope.get("extensions", {}).get(EXTENSION)
    if extension is not None:
        extension["abort"]()


class HttpConnection(HttpToolsProtocol):
    """HTTP, for server-sent events among others."""

    def connection_made(self, transport: Any) -> None:
        bound(transport)
        super().connection_made(transport)

    def on_headers_complete(self) -> None:
        # Before the application's task begins: it has the same scope.
        scope = cast(dict[str, Any], self.scope)
        scope["extensions"] = {EXTENSION: {"abort": self.transport.abort}}
        super().on_headers_complete()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """WebSocket; it takes the transport over from HTTP with its bound set."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # a handshake that was accepted; the application's task has not begun yet
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[EXTENSION] = {"abort": self.transport.abort}
