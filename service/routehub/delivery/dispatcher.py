"""The dispatcher follows the journal and turns messages into deliveries. They and its checkpoint are written in one
transaction, so that nothing is forgotten or doubled by a stop at any point."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from routehub.core import state
from routehub.core.clock import Clock, wall
from routehub.core.db import Database
from routehub.core.ids import uuid7
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.addressees import Moment, addressees
from routehub.delivery.escalation.held import WaitingRoom
from routehub.delivery.escalation.joining import can_wait
from routehub.delivery.escalation.steps import DISPATCHER
from routehub.delivery.following_up import as_heard
from routehub.delivery.wanted import traits
from routehub.directory.current import CurrentDirectory
from routehub.journal import follow
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.message import Message
from routehub.journal.writer import Writer
from routehub_schemas.registry import Registry

NAME = DISPATCHER
PAGE = 200
RECENT, RECENT_CHARACTERS = 1_000, 16_000_000
"""Messages of this hub's own commits that wait here for dispatching, so that they need not be read again. Beyond that
all are let go: the journal has them."""


class Dispatcher:
    """One per hub. Several hubs may look at once: whose checkpoint has moved meanwhile writes nothing."""

    def __init__(
        self, db: Database, writer: Writer, directory: CurrentDirectory, registry: Registry, clock: Clock,
        due: Callable[[], None], night: str = "",
    ) -> None:  # fmt: skip
        self._db, self._writer, self._directory, self._registry = db, writer, directory, registry
        self._clock, self._due, self._night = clock, due, night
        self._recent: deque[Message] = deque()
        self._uncertain = 0

    def committed(self, messages: Sequence[Message]) -> None:
        """The hint of this hub's writer: read from here where it continues what was dispatched."""
        self._recent.extend(messages)
        if len(self._recent) > RECENT or sum(len(message.body) for message in self._recent) > RECENT_CHARACTERS:
            self._recent.clear()

    async def begin(self) -> None:
        """A hub that gets its first dispatcher does not mail its whole history."""

        def start(tx: Batch) -> None:
            if not follow.is_following(tx.conn, NAME):
                follow.set_checkpoint(tx.conn, NAME, follow.head(tx.conn))

        if not await self._db.read_own(follow.is_following, NAME):
            await self._writer.submit(Change(start))
        self._uncertain = int(await self._db.read_own(state.read, outgoing.UNCERTAIN_UNTIL, "0"))

    async def look(self) -> bool:
        """Dispatch what is new; says whether there may be more."""
        start, messages, rows, room = await self._db.read_own(self._prepare, tuple(self._recent))
        reached = messages[-1].sequence if messages else start
        while self._recent and self._recent[0].sequence <= reached:
            self._recent.popleft()
        if not messages:
            return False

        def write(tx: Batch) -> bool:
            if follow.checkpoint(tx.conn, NAME) != start:
                return False
            outgoing.add(tx, rows)
            room.keep(tx)
            follow.set_checkpoint(tx.conn, NAME, reached)
            return True

        if await self._writer.submit(Change(write)) and rows:
            self._due()
        return len(messages) == PAGE

    def _prepare(
        self, conn: Connection, recent: Sequence[Message]
    ) -> tuple[int, list[Message], list[dict[str, Any]], WaitingRoom]:
        start = follow.checkpoint(conn, NAME)
        messages = _following(recent, start) or follow.since(conn, self._registry, start, PAGE)
        at = Moment(self._directory.value, self._clock.now(), wall())
        room = WaitingRoom(conn, at, self._night)
        if not messages:
            return start, messages, [], room
        wishes = subscriptions.everyone(conn)
        rows: list[dict[str, Any]] = []
        for message in messages:
            found = traits(message, self._registry)
            waits = can_wait(self._registry[message.kind], found.severity)
            heard = as_heard(conn, self._registry, message, found)
            for to in addressees(at, message, heard, wishes):
                uncertain = message.sequence <= self._uncertain
                if not (uncertain or room.admits(to, message, waits=waits)):
                    continue
                made = outgoing.row(
                    uuid7(at.wall), to.name, message.id, "message", message.route, to.party, to.channel,
                    message.kind, at.wall, urgent=found.severity is not None,
                )  # fmt: skip
                rows.append(outgoing.uncertain(made) if uncertain else made)
        return start, messages, rows, room


def _following(recent: Sequence[Message], start: int) -> list[Message]:
    """Those that follow ``start`` without a gap: what another hub accepted between them is read from the journal."""
    found: list[Message] = []
    for message in recent:
        if message.sequence == start + 1 + len(found) and len(found) < PAGE:
            found.append(message)
    return found
