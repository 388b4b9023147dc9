"""The dispatcher follows the journal and turns messages into deliveries. They and its checkpoint are written in one
transaction, so that nothing is forgotten or doubled by a stop at any point."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from routehub.core.clock import Clock, wall
from routehub.core.db import Database
from routehub.core.ids import uuid7
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.addressees import Moment, addressees
from routehub.delivery.wanted import traits
from routehub.directory.current import CurrentDirectory
from routehub.journal import follow
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.message import Message
from routehub.journal.writer import Writer
from routehub_schemas.registry import Registry

NAME = "dispatcher"
PAGE = 200
RECENT = 1_000
"""Messages of this hub's own commits that are kept for dispatching, so that they need not be read again."""


class Dispatcher:
    """One per hub. Several hubs may look at once: whose checkpoint has moved meanwhile writes nothing."""

    def __init__(
        self, db: Database, writer: Writer, directory: CurrentDirectory, registry: Registry, clock: Clock,
        due: Callable[[], None],
    ) -> None:  # fmt: skip
        self._db, self._writer, self._directory, self._registry = db, writer, directory, registry
        self._clock, self._due = clock, due
        self._recent: deque[Message] = deque(maxlen=RECENT)

    def committed(self, messages: Sequence[Message]) -> None:
        """The hint of this hub's writer: read from here where it continues what was dispatched."""
        self._recent.extend(messages)

    async def begin(self) -> None:
        """A hub that gets its first dispatcher does not mail its whole history."""

        def start(tx: Batch) -> None:
            if not follow.is_following(tx.conn, NAME):
                follow.set_checkpoint(tx.conn, NAME, follow.head(tx.conn))

        if not await self._db.read_own(follow.is_following, NAME):
            await self._writer.submit(Change(start))

    async def look(self) -> bool:
        """Dispatch what is new; says whether there may be more."""
        start, messages, rows = await self._db.read_own(self._prepare, tuple(self._recent))
        if not messages:
            return False
        reached = messages[-1].sequence

        def write(tx: Batch) -> bool:
            if follow.checkpoint(tx.conn, NAME) != start:
                return False
            outgoing.add(tx, rows)
            follow.set_checkpoint(tx.conn, NAME, reached)
            return True

        if await self._writer.submit(Change(write)) and rows:
            self._due()
        return len(messages) == PAGE

    def _prepare(self, conn: Connection, recent: Sequence[Message]) -> tuple[int, list[Message], list[dict[str, Any]]]:
        start = follow.checkpoint(conn, NAME)
        messages = _following(recent, start) or follow.since(conn, self._registry, start, PAGE)
        if not messages:
            return start, messages, []
        at = Moment(self._directory.value, self._clock.now(), wall())
        wishes = subscriptions.everyone(conn)
        rows: list[dict[str, Any]] = []
        for message in messages:
            found = traits(message, self._registry)
            for to in addressees(at, message, found, wishes):
                rows.append(
                    outgoing.row(
                        uuid7(at.wall), to.name, message.id, "message", message.route, to.party, to.channel,
                        message.kind, at.wall, urgent=found.severity is not None,
                    )
                )  # fmt: skip
        return start, messages, rows


def _following(recent: Sequence[Message], start: int) -> list[Message]:
    """Those that follow ``start`` without a gap: what another hub accepted between them is read from the journal."""
    found: list[Message] = []
    for message in recent:
        if message.sequence == start + 1 + len(found) and len(found) < PAGE:
            found.append(message)
    return found
