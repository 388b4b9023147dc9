"""The bell by LISTEN/NOTIFY: "look", and nothing else."""

import asyncio
import contextlib

import psycopg
from sqlalchemy import Connection, text

from routehub.core.observe import log
from routehub.journal.bell import Heard
from routehub.journal.committed import Committed

CHANNEL = "routehub_journal"


class PostgresBell:
    """LISTEN/NOTIFY. The notice is part of the transaction, so it comes after the commit or not at all."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://")

    def announce(self, conn: Connection) -> None:
        conn.execute(text(f"NOTIFY {CHANNEL}"))

    def tell(self, committed: Committed) -> None:
        return

    async def listen(self, heard: Heard) -> None:
        """Listen on a connection of its own, for ever; a lost one is opened again within seconds."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._listen_once(heard)
            log("bell").warning("the bell's connection is lost; looking every second meanwhile")
            await asyncio.sleep(1)

    async def _listen_once(self, heard: Heard) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=5, keepalives_idle=5, keepalives_interval=2,
            keepalives_count=3,
        )  # fmt: skip
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            heard(None)  # what was written before we listened
            while True:
                async for _ in connection.notifies(timeout=20):
                    heard(None)
                await connection.execute("SELECT 1")  # a half-open connection shows here
