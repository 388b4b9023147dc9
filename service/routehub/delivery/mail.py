"""Mail as values, and what sends it. Renderers make a ``Mail``; who gets it and under which Message-ID is said when it
is sent, so that one rendering rule serves every recipient."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.message import Message


@dataclass(frozen=True)
class Mailbox:
    """Whom a mail goes to. The name may hold anything: the header is built from parts, never by joining text."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """What a mail says. ``html`` is a whole document with its styles in place.

    calendar: an iCalendar text, sent both as an alternative part (mail programs then offer to accept it) and as the
    file invite.ics; its METHOD property says what kind of invitation it is.
    thread: the Message-ID that mails of one thread refer to.
    """

    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    calendar: str | None = None
    thread: str | None = None


@dataclass(frozen=True)
class MailContext:
    """For whom a message is rendered: a reader of ``party`` on ``route``, who sees times in ``zone``.

    now: hub time; public_url: without a slash at its end; reason: why this reader gets it; acknowledge: the address
    that acknowledges without sign-in, where there is one; language: the reader's setting.
    """

    route: RouteView
    party: str
    name: str
    zone: ZoneInfo
    directory: Directory
    now: datetime
    public_url: str
    reason: str = ""
    acknowledge: str = ""
    language: str = ""

    def link(self, message: Message) -> str:
        """The page of a message; it needs sign-in."""
        return self.page("messages", message.id)

    def page(self, *path: str) -> str:
        """Any page of the route."""
        return "/".join((f"{self.public_url}/routes/{self.route.code}", *path))


MailRenderer = Callable[[Message, MailContext], Mail]
"""Renders one message for one recipient. Registered by kind; a kind without one gets the default renderer.

It is not called for TLP:RED, whose content never goes by mail, and need not mark exercises: the channel does both.
"""


class MailTransport(Protocol):
    """What hands mail over: an SMTP server, or files in the data folder where there is none."""

    async def send(self, to: Mailbox, mail: Mail, *, message_id: str | None = None) -> None:
        """Hand one mail over. ``message_id`` is stable for a delivery, so that a mail sent twice shows as one.

        Errors: ``delivery.channels.base.Failed``, which says whether trying again can help.
        """
        ...
