"""E-mail: rendered by kind, under one Message-ID per delivery, so that a mail handed over twice shows as one
(RFC 1047: hand-over cannot be exactly once)."""

from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from routehub.delivery.channels.base import Parcel, Taken
from routehub.delivery.mail import Attachment, Mailbox, MailTransport
from routehub.delivery.rendering import Renderers


class Links(Protocol):
    """Makes the link by which a mail can be acknowledged; empty where it gets none."""

    async def link(self, parcel: Parcel) -> str: ...


class EmailChannel:
    name = "email"

    def __init__(self, transport: MailTransport, renderers: Renderers, links: Links | None = None) -> None:
        self._transport, self._renderers, self._links = transport, renderers, links

    async def send(self, parcel: Parcel) -> Taken:
        to = Mailbox(parcel.target, parcel.context.name)
        if self._links is not None and (link := await self._links.link(parcel)):
            parcel = replace(parcel, context=replace(parcel.context, acknowledge=link))
        mail = self._renderers.mail_of(parcel)
        if parcel.checkpoint:  # a copy that nobody at the hub can change any more
            note = Attachment("checkpoint.txt", "text/plain", parcel.checkpoint.encode())
            mail = replace(mail, attachments=(*mail.attachments, note))
        await self._transport.send(to, mail, message_id=_message_id(parcel))
        return Taken("handed over")


def _message_id(parcel: Parcel) -> str:
    return f"<{parcel.id}@{urlsplit(parcel.context.public_url).hostname or 'routehub.invalid'}>"
