"""The bell by LISTEN/NOTIFY: "look", and nothing else. Whoever may connect to the database may listen to it."""

import asyncio
import contextlib
import secrets

import psycopg
from sqlalchemy import Connection, text

from routehub.core.observe import log
from routehub.journal.bell import Heard
from routehub.journal.committed import Committed

CHANNEL = "routehub_journal"
_NOTIFY = text("SELECT pg_notify(:channel, :who)")


class PostgresBell:
    """LISTEN/NOTIFY. The notice is part of the transaction, so it comes after the commit or not at all. It names who
    rings: a hub has told its own followers already, and need not look for what it wrote itself."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://")
        self._own = secrets.token_hex(8)

    def announce(self, conn: Connection) -> None:
        conn.execute(_NOTIFY, {"channel": CHANNEL, "who": self._own})

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
                async for notice in connection.notifies(timeout=20):
                    if notice.payload != self._own:
                        heard(None)
                await connection.execute("SELECT 1")  # a half-open connection shows here
