"""The bell over NATS, with the committed batch as a hint. Away, slow or frozen it costs latency only: what cannot be
said at once is dropped, and every hub looks once a second anyway."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Connection

from routehub.core.errors import HubError
from routehub.core.observe import log
from routehub.journal.bell import Heard, hint
from routehub.journal.committed import Committed
from routehub_schemas.registry import Registry

WAITING = 64
"""Hints that may wait, each of ``hint.MOST_BYTES`` at most; the receivers of the next one see the hole and look."""

Place = tuple[str, int]
"""The name of this deployment, by which hubs of others on the same server are not heard, and the journal's epoch."""


class NatsBell:
    """place: asked once, when the hub is up. Needs the package ``nats-py`` (``pip install routehub[nats]``)."""

    def __init__(self, url: str, registry: Registry, place: Callable[[], Awaitable[Place]]) -> None:
        try:
            import nats
        except ImportError as missing:
            raise HubError("ROUTEHUB_NATS_URL needs the package nats-py: pip install 'routehub[nats]'") from missing
        self._nats, self._url, self._registry, self._place = nats, url, registry, place
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._epoch = 1
        self._client: Any = None

    def announce(self, conn: Connection) -> None:
        return

    def tell(self, committed: Committed) -> None:
        if self._client is None or not self._client.is_connected:  # else it would be said when it is long known
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._waiting.put_nowait(hint.write(committed, self._epoch))

    async def listen(self, heard: Heard) -> None:
        while True:
            try:
                await self._talk(heard)
            except (self._nats.errors.Error, HubError, OSError) as fault:
                log("bell").warning("no NATS; looking every second meanwhile", fault=type(fault).__name__)
            await asyncio.sleep(1)

    async def _talk(self, heard: Heard) -> None:
        """Over one connection, which the client opens again by itself as often as it is lost."""
        deployment, self._epoch = await self._place()
        subject = f"routehub.{deployment}.committed"

        async def came(message: Any) -> None:
            self._heard(message.data, heard)

        async def lost() -> None:
            log("bell").warning("the connection to NATS is lost; looking every second meanwhile")

        async def back() -> None:
            log("bell").info("NATS is back")
            heard(None)  # what was written meanwhile

        told = False

        async def fault(error: Exception) -> None:
            nonlocal told
            if self._client is None and not told:  # the client tries on for ever, and says nothing of it
                told = True
                log("bell").warning("NATS cannot be reached; looking every second", fault=type(error).__name__)
            log("bell").debug("NATS", fault=type(error).__name__)

        # Not echoed: a hub has told its own followers already. The pings find a server that is frozen.
        client = await self._nats.connect(
            self._url, name="routehub", no_echo=True, connect_timeout=2, max_reconnect_attempts=-1,
            reconnect_time_wait=0.5, ping_interval=3, max_outstanding_pings=2, disconnected_cb=lost,
            reconnected_cb=back, error_cb=fault,
        )  # fmt: skip
        try:
            await client.subscribe(subject, cb=came)
            await client.flush()
            self._client = client
            heard(None)
            while True:
                await client.publish(subject, await self._waiting.get())
        finally:
            self._client = None
            with contextlib.suppress(self._nats.errors.Error, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await client.close()

    def _heard(self, data: bytes, heard: Heard) -> None:
        try:
            found = hint.read(data, self._epoch, self._registry)
        except (ValueError, KeyError) as fault:
            log("bell").warning("a hint that cannot be read; looking instead", fault=type(fault).__name__)
            found = None
        heard(found)
