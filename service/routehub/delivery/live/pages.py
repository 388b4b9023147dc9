"""Pages of the feeds for replays, prepared once for all who ask for the same.

After a break thousands come back to the same few places. A page is read for the first of them and serves the others,
as long as nothing has been sent since: the position of the journal is part of what is asked.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from routehub.core.db import Database
from routehub.delivery.live.frame import Frame
from routehub.delivery.live.round import Item, Round
from routehub.delivery.wanted import Wanted, traits
from routehub.journal import feed
from routehub.journal.feed import Cursor, FeedItem, Filter
from routehub.journal.follow import by_id
from routehub.journal.red_reads import is_red
from routehub_schemas.registry import Registry

PAGE = 200
PAGE_BYTES = 1024 * 1024
"""A page ends with the message that reaches this: two hundred of the largest would be as many mebibytes."""
KEPT = 64
ROUND_CHARACTERS = 65_536
"""A replay is written in pieces of about this size; the reader has to take one before it gets the next."""

Asked = tuple[tuple[str, str], Wanted, int, int]


@dataclass(frozen=True)
class Page:
    """A piece of a replay; ``reached``: the feed number up to which the feed was looked through;
    ``red``: the messages in it that are marked TLP:RED."""

    rounds: tuple[Round, ...]
    reached: int
    more: bool
    red: tuple[str, ...]


class Pages:
    """The last pages that were asked for, and those that are being read."""

    def __init__(self, db: Database, registry: Registry) -> None:
        self._db, self._registry = db, registry
        self._reading: OrderedDict[Asked, asyncio.Task[Page]] = OrderedDict()

    async def page(self, key: tuple[str, str], wanted: Wanted, after: int, position: int) -> Page:
        """What a party's feed holds after a feed number, for a reader who wants it."""
        asked = (key, wanted, after, position)
        reading = self._reading.get(asked)
        if reading is None:
            reading = asyncio.create_task(self._db.read(_page, self._registry, key, wanted, after), name="page")
            self._reading[asked] = reading
            reading.add_done_callback(lambda done: self._read(asked, done))
            if len(self._reading) > KEPT:
                self._reading.popitem(last=False)
        return await asyncio.shield(reading)

    def _read(self, asked: Asked, done: asyncio.Task[Page]) -> None:
        """A fault is told to those who wait, and not kept: the next one reads anew."""
        if done.cancelled() or done.exception() is not None:
            self._reading.pop(asked, None)

    def forget(self) -> None:
        """Keep nothing for longer than between two looks: what has been erased is not to be replayed."""
        for asked, reading in list(self._reading.items()):
            if reading.done():
                del self._reading[asked]


def _page(conn: Connection, registry: Registry, key: tuple[str, str], wanted: Wanted, after: int) -> Page:
    route, party = key
    head = feed.head(conn, route, party)
    items = feed.page(conn, route, party, after, PAGE, Filter(kinds=wanted.kinds), PAGE_BYTES)
    more = feed.more_after(items, PAGE, PAGE_BYTES)
    reached = items[-1].feed if more else max(after, head.feed)
    shown = [item for item in items if _wanted(conn, item, wanted, registry)]
    frames = (Frame(item.text(head.epoch), item.feed, str(Cursor(head.epoch, item.feed))) for item in shown)
    red = tuple(item.id for item in shown if is_red(item.body))
    return Page(tuple(_rounds(frames)), reached, more, red)


def _rounds(frames: Iterator[Frame]) -> Iterator[Round]:
    items: list[Item] = []
    size = 0
    for frame in frames:
        items.append((frame, None))
        size += len(frame.text)
        if size > ROUND_CHARACTERS:
            yield Round(items)
            items, size = [], 0
    if items:
        yield Round(items)


def _wanted(conn: Connection, item: FeedItem, wanted: Wanted, registry: Registry) -> bool:
    """The same predicate as live. Kinds are chosen by the query already; the rest needs the content, and what has
    been erased has none: it passes, so that its place shows."""
    if wanted.everything or wanted == Wanted(kinds=wanted.kinds):
        return True
    message = by_id(conn, registry, item.id)
    return message is None or wanted.matches(traits(message, registry))
