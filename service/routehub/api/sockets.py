"""Uvicorn's connections with what a stream needs besides: its bytes go straight to the transport, it goes on when the
application's task has ended, and a reader that takes nothing in can be cut.

An application that has accepted a stream takes its connection from the scope (``connection``) and keeps it
(``keep``). From then on the connection is an ``Outlet`` of the live follower: no task, no queue, no copy per listener.

A close frame waits behind what the reader does not read, and an application's time-out leaves the socket open. So
streams are aborted, and the kernel itself gives up on data that stays unacknowledged (PROMISES 6).
"""

import asyncio
import contextlib
import socket
from asyncio import BaseTransport
from collections.abc import Callable
from typing import Any, Protocol, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from routehub.core.canonical import dumps
from routehub.core.errors import HubError
from routehub.delivery.live.frame import Form, chunk
from routehub.delivery.live.listener import TOO_SLOW, Ending, Outlet

EXTENSION = "routehub.connection"
UNACKNOWLEDGED_MILLISECONDS = 30_000
CLOSE_SECONDS = 2.0
SEND_BUFFER_BYTES = 262_144
"""Left alone, the kernel keeps up to 4 MiB for each reader that does not read."""

Lost = Callable[[], None]


class Connection(Outlet, Protocol):
    """A connection that a stream can keep."""

    def keep(self, lost: Lost) -> None:
        """Stay open when the application's task has ended. What the reader sends is ignored: a stream goes one way.

        lost: called once, when the connection is gone; at once, if it already is.
        """
        ...

    async def drained(self) -> None:
        """Wait until the reader has taken most of what was written, or has gone."""
        ...

    def abort(self) -> None:
        """Cut the connection without waiting for what is still to be written."""
        ...


def connection(scope: Scope) -> Connection:
    found = scope.get("extensions", {}).get(EXTENSION)
    if found is None:
        raise HubError("Streams need the server that `routehub serve` starts.")
    return cast(Connection, found)


def bound(transport: BaseTransport) -> None:
    found = transport.get_extra_info("socket")
    if found is not None and found.family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError, AttributeError):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


def _cut_soon(loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, ending: Ending) -> None:
    """One that was too slow is cut soon in any case, and so is one that does not take its farewell."""

    def cut() -> None:
        if ending.code == TOO_SLOW or transport.get_write_buffer_size():
            transport.abort()

    loop.call_later(CLOSE_SECONDS, cut)


class HttpConnection(HttpToolsProtocol):
    """HTTP, for server-sent events among others."""

    form: Form = "sse"
    _lost: Lost | None = None

    def connection_made(self, transport: Any) -> None:
        bound(transport)
        super().connection_made(transport)

    def on_headers_complete(self) -> None:
        # Before the application's task begins: it has the same scope.
        scope = cast(dict[str, Any], self.scope)
        scope["extensions"] = {EXTENSION: self}
        super().on_headers_complete()

    def keep(self, lost: Lost) -> None:
        if self.cycle.disconnected:
            lost()
            return
        self._lost = lost
        self.cycle.response_complete = True  # for uvicorn: it neither ends the answer nor waits for it
        self.headers, self.cycle.scope, self.scope = [], None, None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._lost is None:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._lost is not None:
            self._lost()

    async def drained(self) -> None:
        await self.flow.drain()

    def end(self, ending: Ending) -> None:
        retry = f"retry: {ending.retry_ms}\n" if ending.retry_ms else ""
        farewell = f"{retry}event: end\ndata: {dumps({'code': ending.code, 'reason': ending.reason})}\n\n"
        self.transport.write(chunk(farewell.encode()) + chunk(b""))
        self.transport.close()
        _cut_soon(self.loop, self.transport, ending)

    def abort(self) -> None:
        self.transport.abort()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """WebSocket; it takes the transport over from HTTP with its bound set."""

    form: Form = "websocket"
    _lost: Lost | None = None

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # a handshake that was accepted; the application's task has not begun yet
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[EXTENSION] = self

    async def run_asgi(self) -> None:
        """As uvicorn's, but what is kept stays open."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
            self._lost = None
        if self._lost is not None:
            self.scope = self.request = self.response = None  # type: ignore[assignment]
        elif self.close_timer is None:
            self.transport.close()

    def keep(self, lost: Lost) -> None:
        if self.disconnected:
            lost()
            return
        self._lost = lost

    def send_receive_event_to_app(self) -> None:
        if self._lost is None:
            super().send_receive_event_to_app()
        self.frames = []

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._lost is not None:
            self._lost()

    async def drained(self) -> None:
        await self.writable.wait()

    def end(self, ending: Ending) -> None:
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.conn.send_close(ending.code, ending.reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)
        _cut_soon(self.loop, self.transport, ending)

    def abort(self) -> None:
        self.transport.abort()
