"""What goes over a stream: events, prepared once per party and message, and the few frames of the stream itself."""

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from routehub.core.canonical import dumps, iso
from routehub.journal.feed import Cursor

# Browsers wait this long before they connect again; the spread keeps them from coming all at once.
RETRY_MILLISECONDS = 3_000

Form = Literal["websocket", "sse"]


@dataclass(frozen=True)
class Frame:
    """One event as all listeners of one party get it. ``feed`` is None for frames about the stream itself."""

    text: str
    feed: int | None = None
    cursor: str | None = None
    name: str | None = None

    @cached_property
    def websocket(self) -> bytes:
        """A whole text frame (RFC 6455, 5.2). A server's frames are not masked, so one serves every socket."""
        data = self.text.encode()
        if len(data) < 126:
            return struct.pack("!BB", 0x81, len(data)) + data
        if len(data) < 65_536:
            return struct.pack("!BBH", 0x81, 126, len(data)) + data
        return struct.pack("!BBQ", 0x81, 127, len(data)) + data

    @cached_property
    def sse(self) -> bytes:
        """A server-sent event in a chunk of its own (RFC 9112, 7.1). JSON has no line breaks of its own."""
        head = f"id: {self.cursor}\n" if self.cursor else ""
        head += f"event: {self.name}\n" if self.name else ""
        return chunk(f"{head}data: {self.text}\n\n".encode())

    def prepared(self, form: Form) -> bytes:
        return self.websocket if form == "websocket" else self.sse

    def following(self, previous: int) -> "Frame":
        """The same on a filtered stream: with the feed number last sent on it, so that completeness stays checkable."""
        return Frame(f'{self.text[:-1]},"previous":{previous}}}', self.feed, self.cursor, self.name)


def chunk(data: bytes) -> bytes:
    """A part of an answer whose length nobody knows beforehand."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def start(recovered: bool, head: Cursor) -> Frame:
    """The first frame. recovered: nothing that follows the reader's cursor is left out."""
    return Frame(dumps({"recovered": recovered, "head": str(head)}), name="start")


def heartbeat(head: Cursor, now: datetime, checkpoint: str | None = None) -> Frame:
    """The stream lives, and this is the head of the reader's feed: whoever has less has missed something.

    checkpoint: the newest that was signed of that feed, as ``/v1/checkpoints/ID`` knows it.
    """
    told = {"heartbeat": True, "head": str(head), "time": iso(now)}
    return Frame(dumps(told | ({"checkpoint": checkpoint} if checkpoint else {})), name="heartbeat")
