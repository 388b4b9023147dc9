"""The live follower: takes what was committed, in sequence, and writes it to every listener that may read it.

::

    writer --- committed (hint) --.                        one Round per party      one write per listener
                                  v                       .-> MK: [frame frame] --> transport transport transport ...
    bell ----- look (journal) --> _take --> waiting, by --+-> RS: [frame]       --> transport transport ...
                                            (route, party)'-> ...

    on joining: pages of the feed (resume.py), then into the round of its party in one step

The hint and the look lead through ``_take``, which goes forward only, so nothing comes twice. A frame is prepared once
for its party, as bytes that stand for every socket alike, and goes straight to the transports: an idle listener has no
task, no queue and no coroutine. What arrives while a round is being written is joined into the next write of each
listener, so a burst costs few writes. Nobody is waited for: a transport that still holds more than the listener's
bound is cut. Every few hundred writes the loop gets its turn, for new readers and new messages.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection

from routehub.core import state
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.observe import Metrics, log
from routehub.delivery.live import frame as frames
from routehub.delivery.live import listener as endings
from routehub.delivery.live.frame import Frame
from routehub.delivery.live.listener import Listener, Outlet
from routehub.delivery.live.pages import Pages
from routehub.delivery.live.round import Item, Round
from routehub.delivery.wanted import Wanted, traits
from routehub.directory.principal import Principal
from routehub.journal import feed, follow
from routehub.journal.checkpoints.reading import newest_of
from routehub.journal.committed import Committed
from routehub.journal.feed import Cursor
from routehub.journal.message import Message, for_reader
from routehub_schemas.registry import Registry

Feeds = Mapping[int, Mapping[str, int]]
FeedKey = tuple[str, str]
K = TypeVar("K")
PAGE = 200
WRITES = 256
"""Writes before the loop gets its turn: some milliseconds."""
STALLED_SECONDS = 20.0
"""With little traffic no bound is ever reached: who takes nothing for so long, while something waits, is cut too."""


class Broadcast:
    """All open streams of one hub. Everything but reading happens in the event loop, so no locks are needed."""

    def __init__(
        self, db: Database, registry: Registry, clock: Clock, metrics: Metrics, *, most_events: int, most_bytes: int,
        red: Callable[[Principal, Iterable[str]], None],
    ) -> None:  # fmt: skip
        """red: told who was sent which messages that are marked TLP:RED."""
        self.red = red
        self.db, self.registry, self._clock, self._metrics = db, registry, clock, metrics
        self._most = (most_events, most_bytes)
        self.pages = Pages(db, registry)
        self.position, self.epoch = 0, 1
        self.stopping = False
        self._heads: dict[FeedKey, int] = {}
        self._open: dict[Principal, set[Listener]] = {}
        self._streams: Counter[str] = Counter()
        self._joined: dict[FeedKey, set[Listener]] = {}
        self._waiting: dict[FeedKey, list[Item]] = {}
        self._writing: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start at the head of the journal: what is older is replayed from the feeds to those who ask."""
        self.position, self.epoch = await self.db.read_own(lambda conn: (follow.head(conn), state.epoch(conn)))

    # --- what was committed ---

    def committed(self, committed: Committed) -> bool:
        """A hint: what this hub's writer, or another hub's, has just committed. Taken only where it continues what
        was taken before, for the journal has it anyway; says whether nothing is left to look for."""
        messages = committed.messages
        if messages and messages[0].sequence == self.position + 1:
            self._take(messages, committed.feeds)
        return not messages or messages[-1].sequence <= self.position

    async def look(self) -> bool:
        """Read on in the journal; says whether there may be more."""
        self.pages.forget()
        messages, feeds = await self.db.read_own(_since, self.registry, self.position)
        self._take(messages, feeds)
        return len(messages) == PAGE

    def _take(self, messages: Sequence[Message], feeds: Feeds) -> None:
        for message in messages:
            if message.sequence > self.position:
                self.position = message.sequence
                self._send(message, feeds.get(message.sequence, {}))

    def _send(self, message: Message, numbers: Mapping[str, int]) -> None:
        """One frame per reading party that anybody listens for. ``numbers`` holds its readers, no other."""
        found = cache(lambda: traits(message, self.registry))
        for party, number in numbers.items():
            key = (message.route, party)
            self._heads[key] = number
            if key in self._joined:
                text = for_reader(message.body, self.epoch, number)
                self._queue(key, (Frame(text, number, str(Cursor(self.epoch, number))), found))
                if message.tlp == "RED":
                    for listener in self._joined[key]:
                        if listener.wanted.everything or listener.wanted.matches(found()):
                            self.red(listener.principal, [message.id])

    # --- writing ---

    def _queue(self, key: FeedKey, item: Item) -> None:
        self._waiting.setdefault(key, []).append(item)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write(), name="rounds")

    async def _write(self) -> None:
        """Rounds, party by party, until nothing is waiting any more."""
        written = 0
        try:
            while self._waiting:
                key = next(iter(self._waiting))
                round_ = Round(self._waiting.pop(key))
                for listener in tuple(self._joined.get(key, ())):
                    try:
                        listener.take(round_)
                    except Exception as fault:  # noqa: BLE001 - one broken connection must not stop the others
                        log("live").error("a stream cannot be written to", exc_info=fault)
                        self.close(listener)
                    written += 1
                    if written % WRITES == 0:
                        await asyncio.sleep(0)
        finally:
            self._writing = None

    # --- listeners ---

    def open(self, principal: Principal, wanted: Wanted, outlet: Outlet) -> Listener:
        """A new listener; it gets nothing before it has joined."""
        alike = self._open.setdefault(principal, set())
        principal = next(iter(alike)).principal if alike else principal  # thousands may share one
        listener = Listener(principal, wanted, outlet, self._most)
        alike.add(listener)
        self._streams[principal.actor] += 1
        if self.stopping:
            listener.end(endings.restarting())
        return listener

    def close(self, listener: Listener) -> None:
        """The reader has left, or was cut. Closing twice does nothing."""
        if listener.gone:
            return
        listener.gone = True
        _discard(self._open, listener.principal, listener)
        _discard(self._joined, listener.key, listener)
        self._streams[listener.principal.actor] -= 1
        if not self._streams[listener.principal.actor]:
            del self._streams[listener.principal.actor]
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
        return frozenset(listener for alike in self._open.values() for listener in alike)

    @property
    def principals(self) -> frozenset[Principal]:
        """Everybody who listens."""
        return frozenset(self._open)

    def streams(self, actor: str) -> int:
        """How many streams a key or a person has open."""
        return self._streams[actor]

    def check(self, allowed: Callable[[Principal], bool]) -> None:
        """End the streams of those who may not listen any more (PROMISES D2)."""
        for principal, alike in list(self._open.items()):
            if not allowed(principal):
                _end(alike, endings.ended)

    def cut_stalled(self) -> None:
        for alike in list(self._open.values()):
            _end([one for one in alike if one.stalled(STALLED_SECONDS)], endings.too_slow)

    async def pulse(self) -> None:
        """A heartbeat to everyone, with head and newest checkpoint of their feed, as the database tells them."""
        if not self._joined:
            return
        heads, signed = await self.db.read_own(self._marks, tuple(self._joined))
        now = self._clock.now()
        for key in self._joined:
            newest = f"{self.epoch}.{signed[key]}" if key in signed else None
            self._queue(key, (frames.heartbeat(Cursor(self.epoch, heads.get(key, 0)), now, newest), None))

    def _marks(self, conn: Connection, feeds: Sequence[FeedKey]) -> tuple[dict[FeedKey, int], dict[FeedKey, int]]:
        """The head and the newest checkpoint of each feed."""
        return feed.heads(conn), newest_of(conn, feeds, self.epoch)

    def stop(self) -> None:
        """End all streams now; new ones end at once."""
        self.stopping = True
        for alike in list(self._open.values()):
            _end(alike, endings.restarting)


def _end(listeners: Iterable[Listener], why: Callable[[], endings.Ending]) -> None:
    for listener in tuple(listeners):
        listener.end(why())


def _discard(found: dict[K, set[Listener]], key: K, listener: Listener) -> None:
    alike = found.get(key)
    if alike is not None:
        alike.discard(listener)
        if not alike:
            del found[key]


def _since(conn: Connection, registry: Registry, position: int) -> tuple[list[Message], Feeds]:
    messages = follow.since(conn, registry, position, PAGE)
    return messages, follow.feeds(conn, [message.sequence for message in messages])
