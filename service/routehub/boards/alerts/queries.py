"""Reading the alerts board through the reader's audiences, at a moment of the hub's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, RowMapping, and_, case, func, or_, select

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
class Asked:
    """Parties that one message asked at one time and that have not answered. On a large route these are most of what
    is stored of an alert, so they are read and kept as one."""

    parties: tuple[str, ...]
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
    answered: tuple[Ack, ...]
    unanswered: tuple[Asked, ...]

    @cached_property
    def acknowledgements(self) -> tuple[Ack, ...]:
        """Every addressed party, by its code."""
        waiting = (
            Ack(party, None, None, None, None, one.asked_in, one.asked_at)
            for one in self.unanswered
            for party in one.parties
        )
        return tuple(sorted((*self.answered, *waiting), key=lambda ack: ack.party))

    @property
    def addressed(self) -> int:
        """How many parties are asked to acknowledge, or have."""
        return len(self.answered) + sum(len(one.parties) for one in self.unanswered)

    def waiting(self) -> tuple[str, ...]:
        """Addressed parties that have not acknowledged."""
        if len(self.unanswered) == 1:
            return self.unanswered[0].parties
        return tuple(sorted(party for one in self.unanswered for party in one.parties))

    def waits_for(self, party: str) -> bool:
        return self.state == "open" and any(party in one.parties for one in self.unanswered)


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
    issued = {row["id"]: row["issued_at"] for row in rows}
    answered: dict[str, list[Ack]] = {alert: [] for alert in issued}
    unanswered: dict[str, list[Asked]] = {alert: [] for alert in issued}
    if rows:
        a = acknowledgements.c
        of_these = a.alert.in_(list(issued))
        for row in conn.execute(select(acknowledgements).where(of_these, a.at.is_not(None)).order_by(a.party)):
            asked_in, asked_at = row.asked_in or row.alert, row.asked_at or issued[row.alert]
            answered[row.alert].append(Ack(row.party, row.at, row.author, row.text, row.channel, asked_in, asked_at))
        parties = func.aggregate_strings(a.party, ",").label("parties")
        together = (a.alert, a.asked_in, a.asked_at)
        known: dict[str, tuple[str, ...]] = {}
        for row in conn.execute(select(*together, parties).where(of_these, a.at.is_(None)).group_by(*together)):
            codes = known.get(row.parties)
            if codes is None:
                codes = known[row.parties] = tuple(sorted(row.parties.split(",")))
            asked = Asked(codes, row.asked_in or row.alert, row.asked_at or issued[row.alert])
            unanswered[row.alert].append(asked)
    return [_view(row, tuple(answered[row["id"]]), tuple(unanswered[row["id"]]), now) for row in rows]


def _view(row: RowMapping, answered: tuple[Ack, ...], unanswered: tuple[Asked, ...], now: datetime) -> AlertView:
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
    return AlertView(**same, legs=legs, points=points, state=state, answered=answered, unanswered=unanswered)
