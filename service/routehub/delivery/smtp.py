"""Handing mail over: to an SMTP server, or as files where no server is set."""

import asyncio
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

from routehub.core.clock import wall
from routehub.core.settings import Settings
from routehub.delivery.channels.base import Failed
from routehub.delivery.mail import Mail, Mailbox, MailTransport

SECONDS = 30.0
LONGEST = 60.0


def address(mailbox: Mailbox) -> Address:
    """A header address from its parts: no name can smuggle a second address in. Errors: ``Failed``."""
    local, _, domain = mailbox.address.rpartition("@")
    try:
        return Address(re.sub(r"\s+", " ", mailbox.name).strip(), local, domain)
    except (ValueError, IndexError) as fault:
        raise Failed(f"The address cannot be used ({fault}).", again=False) from None


def compose(mail: Mail, sender: Address, to: Mailbox, message_id: str | None, at: datetime) -> EmailMessage:
    """The mail as it goes over the wire: text first, HTML and invitation as alternatives, files behind."""
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"] = sender, address(to)
    letter["Subject"] = re.sub(r"\s+", " ", mail.subject).strip()
    letter["Date"] = format_datetime(at.astimezone(UTC))
    letter["Message-ID"] = message_id or make_msgid(domain=sender.domain)
    if mail.thread is not None:
        letter["In-Reply-To"] = letter["References"] = mail.thread
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    letter.set_content(mail.text)
    if mail.html is not None:
        letter.add_alternative(mail.html, subtype="html")
    if mail.calendar is not None:
        found = re.search(r"^METHOD:([A-Z]+)", mail.calendar, re.MULTILINE)
        method = found.group(1) if found else "PUBLISH"
        letter.add_alternative(mail.calendar, subtype="calendar", params={"method": method})
        letter.add_attachment(mail.calendar.encode(), "application", "ics", filename="invite.ics")
    for file in mail.attachments:
        main, _, sub = file.media_type.partition("/")
        letter.add_attachment(file.content, main, sub, filename=file.name)
    return letter


def sender_of(text: str) -> Address:
    """``mail_from`` as an address."""
    name, mailbox = parseaddr(text)
    return address(Mailbox(mailbox, name))


class SmtpTransport:
    """One connection per mail: slow enough to be simple, and a broken one spoils nothing else."""

    def __init__(self, url: str, mail_from: str) -> None:
        self._parts, self._sender = urlsplit(url), sender_of(mail_from)

    async def send(self, to: Mailbox, mail: Mail, *, message_id: str | None = None) -> None:
        parts, secure = self._parts, self._parts.scheme == "smtps"
        letter = compose(mail, self._sender, to, message_id, wall())
        try:
            async with asyncio.timeout(LONGEST):  # well under the lease, or another worker sends it too
                await aiosmtplib.send(
                    letter, hostname=parts.hostname or "localhost", port=parts.port or (465 if secure else 25),
                    username=unquote(parts.username) if parts.username else None,
                    password=unquote(parts.password) if parts.password else None, use_tls=secure, timeout=SECONDS,
                )  # fmt: skip
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            code = refusal.recipients[0].code if refusal.recipients else None
            raise Failed(f"the mail server refused the recipient ({code})", again=_again(code), status=code) from None
        except aiosmtplib.SMTPResponseException as refusal:
            code = refusal.code
            raise Failed(f"the mail server answered {code}", again=_again(code), status=code) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as fault:
            raise Failed(f"the mail server cannot be reached ({type(fault).__name__})", again=True) from None


def _again(code: int | None) -> bool:
    """RFC 5321, 4.2.1: 4xx is for now, 5xx for good."""
    return code is None or code < 500


class FileTransport:
    """Writes each mail as a file, for a hub without a mail server: a demonstration, an exercise, a first look."""

    def __init__(self, folder: Path, mail_from: str) -> None:
        self._folder, self._sender = folder, sender_of(mail_from)

    async def send(self, to: Mailbox, mail: Mail, *, message_id: str | None = None) -> None:
        at = wall()
        letter = compose(mail, self._sender, to, message_id, at)
        name = f"{at:%Y%m%dT%H%M%S%f}-{re.sub(r'[^A-Za-z0-9.@-]', '_', to.address)}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f".{name}"
            part.write_bytes(letter.as_bytes())
            part.rename(self._folder / name)
        except OSError as fault:
            raise Failed(f"the mail cannot be written ({fault.strerror})", again=True) from None


def transport_for(settings: Settings) -> MailTransport:
    if settings.smtp_url:
        return SmtpTransport(settings.smtp_url, settings.mail_from)
    return FileTransport(settings.data_dir / "mail", settings.mail_from)
