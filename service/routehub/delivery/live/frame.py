"""What goes over a stream: events, prepared once per party and message, and the few frames of the stream itself."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from routehub.core.canonical import dumps, iso
from routehub.journal.feed import Cursor

# Browsers wait this long before they connect again; the spread keeps them from coming all at once.
RETRY_MILLISECONDS = 3_000


@dataclass(frozen=True)
class Frame:
    """One event as all listeners of one party get it. ``feed`` is None for frames about the stream itself."""

    text: str
    feed: int | None = None
    cursor: str | None = None
    name: str | None = None

    @cached_property
    def size(self) -> int:
        return len(self.text.encode())

    @cached_property
    def as_sse(self) -> bytes:
        """The same as a server-sent event. JSON has no line breaks of its own."""
        head = f"id: {self.cursor}\n" if self.cursor else ""
        head += f"event: {self.name}\n" if self.name else ""
        return f"{head}data: {self.text}\n\n".encode()

    def following(self, previous: int) -> "Frame":
        """The same on a filtered stream: with the feed number last sent on it, so that completeness stays checkable."""
        return Frame(f'{self.text[:-1]},"previous":{previous}}}', self.feed, self.cursor, self.name)


def start(recovered: bool, head: Cursor) -> Frame:
    """The first frame. recovered: nothing that follows the reader's cursor is left out."""
    return Frame(dumps({"recovered": recovered, "head": str(head)}), name="start")


def heartbeat(head: Cursor, now: datetime) -> Frame:
    """The stream lives, and this is the head of the reader's feed: whoever has less has missed something."""
    return Frame(dumps({"heartbeat": True, "head": str(head), "time": iso(now)}), name="heartbeat")
