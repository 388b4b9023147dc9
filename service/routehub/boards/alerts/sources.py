"""Where a message that came as CAP belongs: CAP names messages by sender, identifier and time, and an issuer's feed is
not always read in order. What comes late must not open again what is already updated or cancelled.

Only the importing party's own imports are looked at: what another party imported may not be seen by this one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from routehub.boards.alerts.tables import alert_messages, alert_records, alert_sources
from routehub.core.canonical import digest, dumps
from routehub.directory.visibility import readers
from routehub.journal.message import Message, Transaction
from routehub_schemas.kinds.alert.cap import Cap, CapReference
from routehub_schemas.kinds.alert.payload import Alert


@dataclass(frozen=True)
class Placed:
    """The alert that a message belongs to, None for one of its own.

    late: the alert says newer things already, so this changes nothing in it; others: further alerts of the same
    readers that it replaces or cancels; after_end: what it updates has ended, so it opens an alert of its own.
    """

    record: RowMapping | None = None
    late: bool = False
    others: tuple[RowMapping, ...] = ()
    after_end: bool = False


def moment(time: str) -> datetime:
    """The instant of a CAP time."""
    return datetime.fromisoformat(time).astimezone(UTC)


def content(cap: Cap) -> str:
    """What a document says, whatever bytes it says it in."""
    return digest(dumps(cap.model_dump(mode="json", exclude={"original"})))


def source(conn: Connection, route: str, party: str, name: Cap | CapReference) -> RowMapping | None:
    """What is known under CAP's name of a message."""
    s = alert_sources.c
    return (
        conn.execute(
            select(alert_sources).where(
                s.route == route, s.party == party, s.sender == name.sender, s.identifier == name.identifier,
                s.sent == moment(name.sent),
            )
        )
        .mappings()
        .first()
    )  # fmt: skip


def imported(conn: Connection, route: str, party: str, names: list[CapReference]) -> list[str]:
    """The message ids behind CAP's references, as far as they are here."""
    found = (source(conn, route, party, name) for name in names)
    return list(dict.fromkeys(row["message_id"] for row in found if row is not None and row["message_id"]))


def place(tx: Transaction, message: Message, alert: Alert, cap: Cap) -> Placed:
    """Where an imported message belongs. The same at acceptance and in a rebuild."""
    own = source(tx.conn, message.route, message.reported_party, cap)
    if own is not None:  # a later message referred to it before it came
        return Placed(_record(tx.conn, own["alert"]), late=True)
    if alert.msg_type == "Alert":
        return Placed()
    found = [source(tx.conn, message.route, message.reported_party, name) for name in cap.references]
    named = list(dict.fromkeys(row["alert"] for row in found if row is not None))
    records = [record for record in (_record(tx.conn, name) for name in named) if record is not None]
    if not records:
        return Placed()
    first, *rest = sorted(records, key=lambda record: record["ended_at"] is not None)
    if first["sent"] is not None and moment(cap.sent) < first["sent"]:
        return Placed(first, late=True)
    if first["ended_at"] is not None:
        return Placed(first, late=True) if alert.msg_type == "Cancel" else Placed(after_end=True)
    others = [r for r in rest if r["ended_at"] is None and readers(tx.conn, r["audience_id"]) == message.parties]
    return Placed(first, others=tuple(others))


def remember(tx: Transaction, message: Message, alert: Alert, cap: Cap, record: str) -> None:
    """Keep CAP's names of the message and of what it refers to, and which alert they belong to."""
    _keep(tx.conn, message, cap, record, message.id, content(cap))
    if alert.msg_type != "Alert":
        for name in cap.references:
            if source(tx.conn, message.route, message.reported_party, name) is None:
                _keep(tx.conn, message, name, record, None, None)


def join(tx: Transaction, message: Message, record: str) -> None:
    """Take a message that came late into its alert."""
    tx.conn.execute(insert(alert_messages).values(message_id=message.id, alert=record))


def end(tx: Transaction, message: Message, others: tuple[RowMapping, ...]) -> None:
    """One message may replace or cancel several alerts (CAP 1.2, 3.2.1: references)."""
    for record in others:
        tx.conn.execute(
            update(alert_records)
            .where(alert_records.c.id == record["id"])
            .values(ended_at=message.accepted_at, updated_at=message.accepted_at, updates=record["updates"] + 1)
        )


def _record(conn: Connection, alert: str) -> RowMapping | None:
    return conn.execute(select(alert_records).where(alert_records.c.id == alert)).mappings().first()


def _keep(
    conn: Connection, message: Message, name: Cap | CapReference, record: str, message_id: str | None, said: str | None
) -> None:
    key = {
        "route": message.route, "party": message.reported_party, "sender": name.sender,
        "identifier": name.identifier, "sent": moment(name.sent),
    }  # fmt: skip
    s = alert_sources.c
    known = source(conn, message.route, message.reported_party, name)
    if known is None:
        conn.execute(insert(alert_sources).values(**key, alert=record, message_id=message_id, said=said))
    elif message_id is not None:
        conn.execute(
            update(alert_sources)
            .where(*(s[column] == value for column, value in key.items()))
            .values(message_id=message_id, said=said)
        )
