"""Who was reached by a message, for its sender: each reading party with its channels and its acknowledgement. Parties,
channels, states and times; never people, addresses or how many there are of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.alerts import queries as alerts
from routehub.core.errors import NotAllowed, Unknown
from routehub.delivery import outgoing
from routehub.delivery.outgoing import Reached
from routehub.directory.principal import HUB_PARTY
from routehub.directory.visibility import readable
from routehub.journal import feed, targets


@dataclass(frozen=True)
class PartyReached:
    """One reader. ``asked``: whether an acknowledgement is wanted of it; ``acknowledged_at``: when it came."""

    party: str
    channels: tuple[Reached, ...]
    asked: bool
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class MessageReached:
    message: str
    kind: str
    parties: tuple[PartyReached, ...]


def reached(conn: Connection, route: str, party: str, ref: str, now: datetime) -> MessageReached:
    """Errors: 404 for what ``party`` may not see, as for what is not there; 403 when it is not the sender."""
    item = feed.one(conn, route, party, ref)
    target = targets.find(conn, route, HUB_PARTY, (item.id,)).get(item.id) if item is not None else None
    if item is None or target is None:
        raise Unknown("There is no message with this id that you can see.")
    if party not in (target.party, target.on_behalf_of):
        raise NotAllowed("Only the party that sent a message sees who was reached.")
    by_party: dict[str, list[Reached]] = {}
    for one in outgoing.reached(conn, route, item.id):
        by_party.setdefault(one.party, []).append(one)
    acks = _acknowledgements(conn, route, party, item.id, now) if target.kind == "alert" else {}
    return MessageReached(
        item.id,
        target.kind,
        tuple(
            PartyReached(reader, tuple(by_party.get(reader, ())), reader in acks, acks.get(reader))
            for reader in sorted(target.readers)
        ),
    )


def _acknowledgements(
    conn: Connection, route: str, party: str, message: str, now: datetime
) -> dict[str, datetime | None]:
    found = alerts.alert(conn, readable(conn, route, party), route, message, now)
    return {ack.party: ack.at for ack in found.acknowledgements} if found else {}
