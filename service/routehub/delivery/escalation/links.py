"""Links in mails that acknowledge one alert for one party: single-use, kept as hashes, over with the alert.

Mail scanners open every link, so that opening one changes nothing; its page has one button, and only that redeems
(UX 1.10). It acts for the person to whom the mail went, as long as that person stands.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from routehub.core.canonical import digest
from routehub.core.errors import Conflict
from routehub.core.ids import token as new_token
from routehub.delivery.channels.base import Parcel
from routehub.delivery.escalation.tables import acknowledgement_links
from routehub.journal.jobs import Change
from routehub.journal.message import Guard, Transaction
from routehub.journal.writer import Writer
from routehub_schemas.kinds.alert.payload import Alert

KEPT = timedelta(days=30)
"""So long after its alert a link still tells that it is over. An alert lasts seven days at most."""


@dataclass(frozen=True)
class Link:
    """Whose link it is, and for which message of an alert. ``used_at``: wall time; ``expires_at``: the end that the
    alert had when the link was made. An update may have moved it: the alert itself says whether it is over."""

    token_hash: str
    route: str
    party: str
    person: str
    message_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class AcknowledgementLinks:
    """Puts a link into each mail that asks a person to acknowledge. Made when the mail is sent: the token is in the
    mail and nowhere else, so a mail that is sent again has another one."""

    def __init__(self, writer: Writer, public_url: str, *, on: bool) -> None:
        self._writer, self._base, self._on = writer, public_url.rstrip("/"), on

    async def link(self, parcel: Parcel) -> str:
        """The address of a new link; empty where this mail gets none: TLP:RED, a cancelled alert, one's own, a mailbox
        that is not a person's, or a hub where acknowledging needs sign-in."""
        message, person = parcel.message, parcel.person
        if not self._on or message is None or person is None or not isinstance(message.payload, Alert):
            return ""
        alert, party = message.payload, parcel.context.party
        if message.tlp == "RED" or alert.msg_type == "Cancel" or message.reported_party == party:
            return ""
        token = await self._writer.submit(
            Change(lambda tx: make(tx, message.route, party, person, message.id, alert.expires))
        )
        return f"{self._base}/acknowledge/{token}"


def make(tx: Transaction, route: str, party: str, person: str, message_id: str, expires_at: datetime) -> str:
    """A new token; only its hash is kept. Old ones go at the same time: each try of each mail makes one."""
    token = new_token()
    tx.conn.execute(delete(acknowledgement_links).where(acknowledgement_links.c.expires_at < tx.now - KEPT))
    tx.conn.execute(
        insert(acknowledgement_links).values(
            token_hash=digest(token), route=route, party=party, person=person, message_id=message_id,
            created_at=tx.wall, expires_at=expires_at,
        )
    )  # fmt: skip
    return token


def find(conn: Connection, token: str) -> Link | None:
    """The link behind a token, used or not."""
    found = conn.execute(
        select(acknowledgement_links).where(acknowledgement_links.c.token_hash == digest(token))
    ).first()
    return Link(*found) if found is not None else None


def redeem(link: Link) -> Guard:
    """Uses the link up in the transaction that acknowledges: both happen, or neither."""

    def guard(tx: Transaction) -> None:
        a = acknowledgement_links.c
        taken = tx.conn.execute(
            update(acknowledgement_links)
            .where(a.token_hash == link.token_hash, a.used_at.is_(None))
            .values(used_at=tx.wall)
        )
        if taken.rowcount == 0:
            raise Conflict("This link was used already.")

    return guard
