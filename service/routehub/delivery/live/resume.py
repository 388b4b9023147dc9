"""From a cursor to live without gap or repeat: pages of the feed until caught up, then joining in one step.

A long replay needs no buffer: the next page is read when the reader has taken the one before. A reader that falls
behind in its replay simply goes on replaying.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from routehub.core.errors import Gone
from routehub.delivery.live import frame as frames
from routehub.delivery.live.broadcast import STALLED_SECONDS, Broadcast
from routehub.delivery.live.listener import Listener, too_slow
from routehub.delivery.live.round import Round
from routehub.journal import feed
from routehub.journal.feed import Cursor


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


async def catch_up(live: Broadcast, listener: Listener, begin: Place, drained: Callable[[], Awaitable[None]]) -> None:
    """The first frame, the replay, then into the live rounds; or until the listener is over.

    drained: returns when the reader has taken most of what was written, or has gone.
    """
    listener.at = listener.sent = at = begin.at
    listener.take(Round([(frames.start(begin.recovered, begin.head), None)]))
    while not listener.over:
        page = await live.pages.page(listener.key, listener.wanted, at, live.position)
        for round_ in page.rounds:
            listener.take(round_)
            try:
                async with asyncio.timeout(STALLED_SECONDS):
                    await drained()
            except TimeoutError:
                listener.end(too_slow())
        if page.red:
            live.red(listener.principal, page.red)
        at = page.reached
        if not page.more and not listener.over and live.join(listener, at):
            return
