"""Reading the alerts board through the reader's audiences, at a moment of the hub's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, case, or_, select

from routehub.boards.alerts.tables import acknowledgements, alert_messages, alert_records
from routehub.directory.visibility import clause
from routehub_schemas.vocab import SEVERITIES


@dataclass(frozen=True)
class Ack:
    """One addressed party: ``at`` is None while it is waited for. ``channel``: page, link or api; ``asked_in``: the
    message that asks, at ``asked_at``."""

    party: str
    at: datetime | None
    by: str | None
    text: str | None
    channel: str | None
    asked_in: str
    asked_at: datetime


@dataclass(frozen=True)
class AlertView:
    """An alert as a reader sees it now. ``state``: open, ended or expired."""

    id: str
    short_id: str
    party: str
    category: str
    status: str
    severity: str
    urgency: str
    certainty: str
    headline: str
    description: str | None
    instruction: str | None
    place: str | None
    area: str | None
    legs: tuple[str, ...]
    points: tuple[str, ...]
    issued_at: datetime
    updated_at: datetime
    onset: datetime | None
    expires: datetime
    ended_at: datetime | None
    state: str
    updates: int
    latest: str
    rule: str | None
    exercise: bool
    tlp: str
    author: str
    acknowledgements: tuple[Ack, ...]

    def waiting(self) -> tuple[str, ...]:
        """Addressed parties that have not acknowledged."""
        return tuple(a.party for a in self.acknowledgements if a.at is None)

    def waits_for(self, party: str) -> bool:
        return self.state == "open" and party in self.waiting()


def alerts(
    conn: Connection,
    audiences: Iterable[int],
    route: str,
    now: datetime,
    *,
    open_only: bool = False,
    since: datetime | None = None,
    limit: int = 500,
) -> list[AlertView]:
    """Alerts of a route, worst first, then the newest: all, open ones only, or those that were open or told of since a
    time."""
    r = alert_records.c
    query = select(alert_records).where(r.route == route, clause(r.audience_id, audiences))
    # Open ones first already here: the limit must not cut off an old alert that is still open.
    still_open = case((and_(r.ended_at.is_(None), r.expires > now), 1), else_=0)
    if open_only:
        query = query.where(r.ended_at.is_(None), r.expires > now)
    if since is not None:
        query = query.where(or_(r.updated_at >= since, and_(r.ended_at.is_(None), r.expires >= since)))
    rows = conn.execute(query.order_by(still_open.desc(), r.sequence.desc()).limit(limit)).mappings().all()
    views = _with_acks(conn, rows, now)
    return sorted(views, key=lambda a: (a.state != "open", SEVERITIES.index(a.severity)))


def alert(conn: Connection, audiences: Iterable[int], route: str, ref: str, now: datetime) -> AlertView | None:
    """One alert by its short id or by the id of any of its messages; None when unknown or not visible."""
    r = alert_records.c
    by_message = select(alert_messages.c.alert).where(alert_messages.c.message_id == ref.lower())
    rows = (
        conn.execute(
            select(alert_records).where(
                r.route == route, clause(r.audience_id, audiences),
                or_(r.short_id == ref.upper(), r.id.in_(by_message)),
            )
        )
        .mappings()
        .all()
    )  # fmt: skip
    views = _with_acks(conn, rows[:1], now)
    return views[0] if views else None


def earlier_messages(conn: Connection, message_id: str) -> tuple[str, ...]:
    """The other messages of the alert to which a message belongs. For the hub's own deliveries, never an answer to a
    reader."""
    m = alert_messages.c
    same = select(m.alert).where(m.message_id == message_id)
    rows = conn.execute(select(m.message_id).where(m.alert.in_(same), m.message_id != message_id))
    return tuple(row.message_id for row in rows)


def _with_acks(conn: Connection, rows: Iterable[RowMapping], now: datetime) -> list[AlertView]:
    rows = list(rows)
    acks: dict[str, list[Ack]] = {row["id"]: [] for row in rows}
    issued = {row["id"]: row["issued_at"] for row in rows}
    if rows:
        a = acknowledgements.c
        for row in conn.execute(select(acknowledgements).where(a.alert.in_(list(acks))).order_by(a.party)):
            asked_in, asked_at = row.asked_in or row.alert, row.asked_at or issued[row.alert]
            acks[row.alert].append(Ack(row.party, row.at, row.author, row.text, row.channel, asked_in, asked_at))
    return [_view(row, tuple(acks[row["id"]]), now) for row in rows]


def _view(row: RowMapping, acks: tuple[Ack, ...], now: datetime) -> AlertView:
    state = "ended" if row["ended_at"] else "open" if row["expires"] > now else "expired"
    same = {
        name: row[name]
        for name in (
            "id", "short_id", "party", "category", "status", "severity", "urgency", "certainty", "headline",
            "description", "instruction", "place", "area", "issued_at", "updated_at", "onset", "expires", "ended_at",
            "updates", "latest", "rule", "exercise", "tlp", "author",
        )
    }  # fmt: skip
    legs = tuple(filter(None, row["legs"].split(",")))
    points = tuple(filter(None, row["points"].split(",")))
    return AlertView(**same, legs=legs, points=points, state=state, acknowledgements=acks)
