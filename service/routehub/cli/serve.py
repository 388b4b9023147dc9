"""``routehub serve``: run the hub until it is told to stop."""

import asyncio
import gc
import select
import socket
import time
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from routehub.api.sockets import HttpConnection, WebSocketConnection
from routehub.app import Hub, create_app
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.observe import configure_logs
from routehub.core.settings import Settings
from routehub.keeping.moved import must_not_be
from routehub.migrate import is_current, upgrade

# Seconds that an idle connection stays open. Longer than proxies and clients keep theirs (Caddy two minutes, nginx one,
# httpx five seconds): where the hub closes first, a request may meet the closing and is lost as "reset by peer".
KEEP_ALIVE = 150
AT_MOST = 1.0
"""Seconds that a hub that stops waits for those who have connected just before, and as long for their requests."""


class HubServer(uvicorn.Server):
    """Uvicorn that tells the hub at once when it is asked to stop: a graceful stop waits for open streams, so they
    have to end by themselves."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._hub.begin_stop()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody who has connected is turned away: uvicorn closes the port with connections in its queue, and those
        whose request it has not read yet. A proxy that had sent a form there could not send it to another hub."""
        await self._empty_queue()
        for listening in self.servers:
            listening.close()
        await self._read_requests()
        await super().shutdown(sockets)

    async def _empty_queue(self) -> None:
        """Let the loop accept whoever waits. In the end nothing is between the look and the closing of the port."""
        poll = select.poll()
        for listening in self.servers:
            for port in listening.sockets:
                poll.register(port.fileno(), select.POLLIN)
        until = time.monotonic() + AT_MOST
        while poll.poll(0) and time.monotonic() < until:  # noqa: ASYNC110 - the kernel's queue tells nobody
            await asyncio.sleep(0)

    async def _read_requests(self) -> None:
        until = time.monotonic() + AT_MOST
        while time.monotonic() < until and any(  # noqa: ASYNC110 - uvicorn tells nobody
            isinstance(one, HttpConnection) and one.cycle is None for one in self.server_state.connections
        ):
            await asyncio.sleep(0.01)


def server(hub: Hub) -> HubServer:
    """The server of a hub, not yet running."""
    settings = hub.settings
    config = uvicorn.Config(
        create_app(hub), host=settings.host, port=settings.port, loop="uvloop", http=HttpConnection,
        ws=WebSocketConnection, ws_max_size=65_536, ws_per_message_deflate=False, ws_ping_interval=20,
        ws_ping_timeout=20, server_header=False, access_log=False, log_config=None,
        timeout_graceful_shutdown=int(settings.grace_seconds), proxy_headers=False, backlog=4096,
        timeout_keep_alive=KEEP_ALIVE,
    )  # fmt: skip
    return HubServer(config, hub)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    configure_logs(settings.log_format, settings.log_level)
    hub = Hub(settings)
    hub.db.hold()  # here, and not only when it starts: a refusal is one sentence and no traceback
    serving = server(hub)
    # What the hub is made of is not looked through again and again for garbage: messages make many objects that live
    # until their commit, and each of them brings the next full collection nearer.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    serving.run()
    if not serving.started:
        raise typer.Exit(1)


def serve(
    migrate: Annotated[bool, typer.Option(help="Bring the database to its newest form first.")] = False,
) -> None:
    """Run the hub until it is told to stop. Settings are ROUTEHUB_* variables (docs/settings.md)."""
    settings = Settings()
    db = Database(settings.database_url)
    try:
        must_not_be(db)
        if migrate:
            upgrade(db)
        elif not is_current(db):
            raise HubError("The database does not have the form that this version needs. Run: routehub migrate")
    finally:
        db.close()
    run(settings)
