"""Who has been asked to acknowledge and has not: for the hub's own reminders, never an answer to a reader."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, true

from routehub.boards.alerts.tables import acknowledgements, alert_messages, alert_records

asking: ColumnElement[str] = func.coalesce(acknowledgements.c.asked_in, alert_records.c.id)
"""The message that asks a party to acknowledge: the alert itself, or the update that asked again."""
party: ColumnElement[str] = acknowledgements.c.party
severity: ColumnElement[str] = alert_records.c.severity
tables = (alert_records, acknowledgements)
"""What a further condition of ``unanswered`` is about."""


@dataclass(frozen=True)
class Unanswered:
    """One addressed party that an open alert waits for. ``asked_in``: the message that asks, at ``asked_at``: the
    alert itself, or the update that asked again."""

    alert: str
    short_id: str
    route: str
    sender: str
    party: str
    status: str
    severity: str
    asked_in: str
    asked_at: datetime
    audience_id: int
    legs: tuple[str, ...]
    place: str | None


def unanswered(conn: Connection, now: datetime, only: ColumnElement[bool] | None = None) -> list[Unanswered]:
    """All parties that open alerts wait for. only: a further condition on alert, party and ``asking``."""
    r, a = alert_records.c, acknowledgements.c
    rows = conn.execute(
        select(
            r.id.label("alert"), r.short_id, r.route, r.party.label("sender"), a.party, r.status, r.severity,
            asking.label("asked_in"), func.coalesce(a.asked_at, r.issued_at).label("asked_at"),
            r.audience_id, r.legs, r.place,
        )
        .join(acknowledgements, a.alert == r.id)
        .where(r.ended_at.is_(None), r.expires > now, a.at.is_(None), true() if only is None else only)
        .order_by(r.sequence, a.party)
    )  # fmt: skip
    return [
        Unanswered(**(row | {"legs": tuple(filter(None, row["legs"].split(",")))}))
        for row in map(dict, rows.mappings())
    ]


def still_waits(conn: Connection, asked_in: str, party: str, now: datetime) -> bool:
    """Whether the alert is open, this is the latest message that asks, and the party has not acknowledged."""
    r, a, m = alert_records.c, acknowledgements.c, alert_messages.c
    query = (  # from the message on, by keys: asked for each step that is taken
        select(r.id)
        .select_from(alert_messages)
        .join(alert_records, r.id == m.alert)
        .join(acknowledgements, a.alert == r.id)
        .where(
            m.message_id == asked_in, asking == asked_in, a.party == party, a.at.is_(None),
            r.ended_at.is_(None), r.expires > now,
        )
    )  # fmt: skip
    return conn.execute(query).first() is not None
