"""Whoever was told that an alert is grave also hears that it is so no more: an update or an end goes to all who wanted
what was said before it."""

from dataclasses import replace

from sqlalchemy import Connection

from routehub.boards.alerts.queries import earlier_messages
from routehub.delivery.wanted import GRAVITY, Traits
from routehub.journal import follow
from routehub.journal.message import Message
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.registry import Registry


def as_heard(conn: Connection, registry: Registry, message: Message, found: Traits) -> Traits:
    """The traits by which addressees are found: with the gravest severity that messages of the alert had up to this
    one. How urgent the message itself is, its own severity says."""
    said = message.payload
    if not isinstance(said, Alert) or said.msg_type == "Alert":
        return found
    before = [follow.by_id(conn, registry, ref) for ref in earlier_messages(conn, message.id)]
    known = [
        one.payload.severity
        for one in before
        if one is not None and one.sequence < message.sequence and isinstance(one.payload, Alert)
    ]
    return replace(found, severity=max([said.severity, *known], key=lambda severity: GRAVITY[severity]))
