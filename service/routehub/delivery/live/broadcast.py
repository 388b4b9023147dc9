"""The live follower: takes what was committed, in sequence, and offers it to every listener that may read it.

The writer of this hub hands its commits over as a hint; what other hubs wrote is read from the journal when the bell
rings, and once a second anyway. Both lead through ``_take``, which goes forward only, so nothing comes twice.
"""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from routehub.core import state
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.delivery.live import frame as frames
from routehub.delivery.live import listener as endings
from routehub.delivery.live.frame import Frame
from routehub.delivery.live.listener import Listener
from routehub.delivery.wanted import Wanted, traits
from routehub.directory.principal import Principal
from routehub.journal import feed, follow
from routehub.journal.feed import Cursor
from routehub.journal.message import Message, for_reader
from routehub.journal.writer import Committed
from routehub_schemas.registry import Registry

Feeds = Mapping[int, Mapping[str, int]]
FeedKey = tuple[str, str]
PAGE = 200


class Broadcast:
    """All open streams of one hub. Everything but reading happens in the event loop, so no locks are needed."""

    def __init__(
        self, db: Database, registry: Registry, clock: Clock, metrics: Metrics, *, most_events: int, most_bytes: int
    ) -> None:
        self.db, self.registry, self._clock, self._metrics = db, registry, clock, metrics
        self._most_events, self._most_bytes = most_events, most_bytes
        self.position, self.epoch = 0, 1
        self.stopping = False
        self._heads: dict[FeedKey, int] = {}
        self._open: set[Listener] = set()
        self._joined: dict[FeedKey, set[Listener]] = {}

    async def begin(self) -> None:
        """Start at the head of the journal: what is older is replayed from the feeds to those who ask."""
        self.position, self.epoch = await self.db.read_own(lambda conn: (follow.head(conn), state.epoch(conn)))

    # --- what was committed ---

    def committed(self, committed: Committed) -> None:
        """The hint of this hub's writer. Used only where it continues what was taken; the journal has it anyway."""
        if committed.messages and committed.messages[0].sequence == self.position + 1:
            self._take(committed.messages, committed.feeds)

    async def look(self) -> bool:
        """Read on in the journal; says whether there may be more."""
        messages, feeds = await self.db.read_own(_since, self.registry, self.position)
        self._take(messages, feeds)
        return len(messages) == PAGE

    def _take(self, messages: Sequence[Message], feeds: Feeds) -> None:
        for message in messages:
            if message.sequence > self.position:
                self.position = message.sequence
                self._send(message, feeds.get(message.sequence, {}))

    def _send(self, message: Message, numbers: Mapping[str, int]) -> None:
        """One frame per reading party, to all its listeners that want it. ``numbers`` holds its readers, no other."""
        found = None
        for party, number in numbers.items():
            key = (message.route, party)
            self._heads[key] = number
            listeners = self._joined.get(key)
            if not listeners:
                continue
            found = found or traits(message, self.registry)
            frame = Frame(
                for_reader(message.body, self.epoch, number), number, str(Cursor(self.epoch, number)),
            )  # fmt: skip
            for listener in tuple(listeners):
                if listener.wanted.matches(found):
                    listener.offer(frame)

    # --- listeners ---

    def open(self, principal: Principal, wanted: Wanted) -> Listener:
        """A new listener; it gets nothing before it has joined."""
        listener = Listener(principal, wanted, most_events=self._most_events, most_bytes=self._most_bytes)
        if self.stopping:
            listener.end(endings.restarting())
        self._open.add(listener)
        return listener

    def close(self, listener: Listener) -> None:
        self._open.discard(listener)
        joined = self._joined.get(listener.key)
        if joined is not None:
            joined.discard(listener)
            if not joined:
                del self._joined[listener.key]
        if listener.ending is not None:
            self._metrics.listeners_cut.labels(str(listener.ending.code)).inc()

    def join(self, listener: Listener, at: int) -> bool:
        """Let a listener in that has everything up to feed number ``at``; False when more has been sent since.

        Nothing can come between the comparison and the joining: both are one step of the event loop.
        """
        if at < self._heads.get(listener.key, 0):
            return False
        listener.at = at
        self._joined.setdefault(listener.key, set()).add(listener)
        return True

    @property
    def listeners(self) -> frozenset[Listener]:
        return frozenset(self._open)

    def check(self, allowed: Callable[[Listener], bool]) -> None:
        """End the streams of those who may not listen any more (PROMISES D2)."""
        for listener in tuple(self._open):
            if not allowed(listener):
                listener.end(endings.ended())

    async def pulse(self) -> None:
        """A heartbeat to everyone, with the head of their feed as the database tells it."""
        keys = list(self._joined)
        if not keys:
            return
        heads = await self.db.read_own(feed.heads)
        now = self._clock.now()
        for key in keys:
            beat = frames.heartbeat(Cursor(self.epoch, heads.get(key, 0)), now)
            for listener in tuple(self._joined.get(key, ())):
                listener.offer(beat)

    def stop(self) -> None:
        """End all streams now; new ones end at once."""
        self.stopping = True
        for listener in tuple(self._open):
            listener.end(endings.restarting())


def _since(conn: Connection, registry: Registry, position: int) -> tuple[list[Message], Feeds]:
    messages = follow.since(conn, registry, position, PAGE)
    return messages, follow.feeds(conn, [message.sequence for message in messages])
