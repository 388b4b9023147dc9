"""The bell between hubs: it says "look at the journal", never what is in it (PROMISES 4). Without it every hub
looks once a second anyway."""

import asyncio
import contextlib
from typing import Protocol

import psycopg
from sqlalchemy import Connection, text

from routehub.core.observe import log

CHANNEL = "routehub_journal"


class Bell(Protocol):
    """announce: inside the writer's transaction; ``rung`` is set in the event loop when another hub wrote."""

    def announce(self, conn: Connection) -> None: ...

    async def listen(self, rung: asyncio.Event) -> None: ...


class SilentBell:
    """One hub alone: its own writer tells its followers directly."""

    def announce(self, conn: Connection) -> None:
        return

    async def listen(self, rung: asyncio.Event) -> None:
        await asyncio.Event().wait()


class PostgresBell:
    """LISTEN/NOTIFY. The notice is part of the transaction, so it comes after the commit or not at all."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://")

    def announce(self, conn: Connection) -> None:
        conn.execute(text(f"NOTIFY {CHANNEL}"))

    async def listen(self, rung: asyncio.Event) -> None:
        """Listen on a connection of its own, for ever; a lost one is opened again within seconds."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._listen_once(rung)
            log("bell").warning("the bell's connection is lost; looking every second meanwhile")
            await asyncio.sleep(1)

    async def _listen_once(self, rung: asyncio.Event) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=5, keepalives_idle=5, keepalives_interval=2,
            keepalives_count=3,
        )  # fmt: skip
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            rung.set()  # what was written before we listened
            while True:
                async for _ in connection.notifies(timeout=20):
                    rung.set()
                await connection.execute("SELECT 1")  # a half-open connection shows here
