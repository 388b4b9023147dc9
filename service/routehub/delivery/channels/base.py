"""What every channel is: something that hands one parcel over, or says whether it is worth trying again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from routehub.core.canonical import dumps
from routehub.delivery.mail import Mail, MailContext
from routehub.journal.message import Message


class Failed(Exception):
    """A parcel was not taken.

    again: whether trying again can help; gone: the receiver says that it wants nothing any more (410);
    retry_after: seconds that it asks to wait; status: its answer. The words go into the delivery log: no secrets.
    """

    def __init__(
        self, words: str, *, again: bool, gone: bool = False, retry_after: float | None = None,
        status: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(words)
        self.again, self.gone, self.retry_after, self.status = again, gone, retry_after, status


@dataclass(frozen=True)
class Parcel:
    """One delivery, ready to be sent. ``message`` is None for tests and notices, which have a ``note``.

    id: stable over all tries of this delivery; target: address; event: exactly what the reader would get on a stream;
    secrets: the keys that sign it; person: whose own mailbox it is; letter: writes the mail of a reminder or of
    several alerts; checkpoint: the newest signed one of the reader's feed, to go with a digest.
    """

    id: str
    about: str
    purpose: str
    target: str
    event: str
    context: MailContext
    message: Message | None = None
    note: str | None = None
    secrets: tuple[str, ...] = ()
    person: str | None = None
    letter: Callable[[MailContext], Mail] | None = None
    checkpoint: str = ""

    @property
    def withheld(self) -> bool:
        """TLP:RED never leaves the hub as a body: a notice and a link go instead (DECISIONS 1)."""
        return self.message is not None and self.message.tlp == "RED"


@dataclass(frozen=True)
class Taken:
    """The other side took the parcel: in a few words, with its answer's number if it has one."""

    words: str
    status: int | None = None


class Channel(Protocol):
    """One way to reach somebody."""

    name: str

    async def send(self, parcel: Parcel) -> Taken:
        """Hand over. Errors: ``Failed``."""
        ...


def without_content(parcel: Parcel) -> str:
    """The event of a TLP:RED message with a notice in place of its content. Even its subject tells of it."""
    assert parcel.message is not None
    event = json.loads(parcel.event)
    kept = {name: event[name] for name in ("specversion", "id", "source", "time", "cursor", "feed", "tlp", "exercise")}
    return dumps(
        kept
        | {
            "type": "routehub.notice.v1",
            "datacontenttype": "application/json",
            "data": {
                "notice": "A message marked TLP:RED is waiting. Its content is shown in the hub only, after sign-in.",
                "link": parcel.context.link(parcel.message),
            },
        }
    )
