"""The bell between hubs: it says "look at the journal" (PROMISES 4). Over NATS it also says what there is to see, as a
hint that saves the look; the journal remains the record, and every hub looks once a second anyway."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection

from routehub.journal.committed import Committed

Heard = Callable[[Committed | None], None]
"""Called in the event loop when another hub wrote: with what it committed, or with None: look."""


class Bell(Protocol):
    """Rung by the hub that wrote, heard by the others."""

    def announce(self, conn: Connection) -> None:
        """Inside the writer's transaction."""
        ...

    def tell(self, committed: Committed) -> None:
        """In the event loop, after the commit. Never waits."""
        ...

    async def listen(self, heard: Heard) -> None:
        """For ever; whatever is lost is opened again."""
        ...


class SilentBell:
    """One hub alone: its own writer tells its followers directly."""

    def announce(self, conn: Connection) -> None:
        return

    def tell(self, committed: Committed) -> None:
        return

    async def listen(self, heard: Heard) -> None:
        await asyncio.Event().wait()
