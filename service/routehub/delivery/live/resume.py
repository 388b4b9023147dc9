"""From a cursor to live without gap or repeat: pages of the feed until caught up, then joining in one step.

A long replay needs no buffer: the next page is read when the reader has taken the one before. A reader that falls
behind in its replay simply goes on replaying.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import Connection

from routehub.core.errors import Gone
from routehub.delivery.live import frame as frames
from routehub.delivery.live.broadcast import Broadcast
from routehub.delivery.live.frame import Frame
from routehub.delivery.live.listener import Listener
from routehub.delivery.wanted import Wanted, traits
from routehub.journal import feed
from routehub.journal.feed import Cursor, FeedItem, Filter
from routehub.journal.follow import by_id
from routehub_schemas.registry import Registry

PAGE = 200


@dataclass(frozen=True)
class Place:
    """Where a stream begins; ``recovered`` is False when the reader's cursor was lost and it goes on from the head."""

    at: int
    head: Cursor
    recovered: bool = True


async def place(live: Broadcast, route: str, party: str, after: str | None, *, or_head: bool = False) -> Place:
    """Where to begin for a cursor: without one at the head, with ``0`` at the start of the feed.

    Errors: 400 for what is no cursor; 410 for one of another epoch or beyond the head, unless ``or_head``.
    """
    head = await live.db.read(feed.head, route, party)
    if not after:
        return Place(head.feed, head)
    if after == "0":
        return Place(0, head)
    cursor = Cursor.parse(after)
    try:
        feed.check_cursor(cursor, head)
    except Gone:
        if or_head:
            return Place(head.feed, head, recovered=False)
        raise
    return Place(cursor.feed, head)


async def stream(live: Broadcast, listener: Listener, begin: Place) -> AsyncIterator[Frame]:
    """All frames of a stream from its place on: the first frame, the replay, then live, until the listener ends."""
    listener.begin(begin.at)
    yield frames.start(begin.recovered, begin.head)
    at = begin.at
    while not listener.over.is_set():
        page = await live.db.read(_page, listener, at, live.registry)
        for frame in page.frames:
            if listener.over.is_set():
                return
            yield listener.number(frame)
        at = page.reached
        if not page.more and live.join(listener, at):
            break
    while (waiting := await listener.next()) is not None:
        yield waiting


@dataclass(frozen=True)
class _Page:
    """Frames of a replay; ``reached``: the feed number up to which the feed was looked through."""

    frames: list[Frame]
    reached: int
    more: bool


def _page(conn: Connection, listener: Listener, after: int, registry: Registry) -> _Page:
    route, party = listener.key
    head = feed.head(conn, route, party)
    items = feed.page(conn, route, party, after, PAGE, Filter(kinds=listener.wanted.kinds))
    more = len(items) == PAGE
    reached = items[-1].feed if more else max(after, head.feed)
    chosen = [item for item in items if _wanted(conn, item, listener.wanted, registry)]
    return _Page(
        [Frame(item.text(head.epoch), item.feed, str(Cursor(head.epoch, item.feed))) for item in chosen], reached, more
    )


def _wanted(conn: Connection, item: FeedItem, wanted: Wanted, registry: Registry) -> bool:
    """The same predicate as live. Kinds are chosen by the query already; the rest needs the content, and what has
    been erased has none: it passes, so that its place shows."""
    if wanted.everything or wanted == Wanted(kinds=wanted.kinds):
        return True
    message = by_id(conn, registry, item.id)
    return message is None or wanted.matches(traits(message, registry))
