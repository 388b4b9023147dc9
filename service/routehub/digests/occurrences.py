"""The occurrences of digests: on record once, claimed by one hub at a time, ended once (PROMISES 7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from routehub.digests.series import Series
from routehub.digests.tables import digest_occurrences

LEASE = timedelta(seconds=60)
LATEST = timedelta(hours=24)


@dataclass(frozen=True)
class Occurrence:
    """One digest that was due, and what became of it."""

    route: str
    series: str
    local_date: date
    due_at: datetime
    state: str
    attempts: int
    late: bool
    reason: str | None
    conference: int | None
    message_id: str | None
    done_at: datetime | None

    @property
    def label(self) -> str:
        return f"{self.route}/{self.series} of {self.local_date.isoformat()}"


def record(conn: Connection, series: Series, days: Iterable[date]) -> None:
    """Put due digests on record; those that are there already stay as they are. In the writer's transaction."""
    o = digest_occurrences.c
    wanted = list(days)
    known = set(
        conn.execute(
            select(o.local_date).where(o.route == series.route, o.series == series.name, o.local_date.in_(wanted))
        ).scalars()
    )
    rows = [
        {"route": series.route, "series": series.name, "local_date": day, "due_at": series.due(day)}
        for day in wanted
        if day not in known
    ]
    if rows:
        conn.execute(insert(digest_occurrences), rows)


def open_ones(conn: Connection, now: datetime, wall: datetime) -> list[Occurrence]:
    """Due, not ended, and not in another hub's hands."""
    o = digest_occurrences.c
    return _read(conn, and_(o.due_at <= now, _free(wall)))


def listed(conn: Connection, route: str | None = None, limit: int = 100) -> list[Occurrence]:
    """The newest occurrences, for the operator."""
    o = digest_occurrences.c
    return _read(conn, o.route == route if route else o.route != "", newest=limit)


def one(conn: Connection, route: str, series: str, day: date) -> Occurrence | None:
    found = _read(conn, _is(route, series, day))
    return found[0] if found else None


def claim(conn: Connection, occurrence: Occurrence, hub: str, wall: datetime) -> bool:
    """Take an occurrence for this hub; False when another one has it. The UPDATE decides, not what was read before."""
    o = digest_occurrences.c
    taken = conn.execute(
        update(digest_occurrences)
        .where(_is(occurrence.route, occurrence.series, occurrence.local_date), _free(wall))
        .values(state="claimed", claimed_by=hub, lease_until=wall + LEASE, attempts=o.attempts + 1)
    )
    return taken.rowcount == 1


def end(conn: Connection, occurrence: Occurrence, hub: str, state: str, now: datetime, **facts: Any) -> bool:
    """End a claimed occurrence as posted or skipped; False when the claim has gone to another hub meanwhile."""
    o = digest_occurrences.c
    ended = conn.execute(
        update(digest_occurrences)
        .where(
            _is(occurrence.route, occurrence.series, occurrence.local_date), o.state == "claimed", o.claimed_by == hub
        )
        .values(state=state, lease_until=None, done_at=now, **facts)
    )
    return ended.rowcount == 1


def _is(route: str, series: str, day: date) -> ColumnElement[bool]:
    o = digest_occurrences.c
    return and_(o.route == route, o.series == series, o.local_date == day)


def _free(wall: datetime) -> ColumnElement[bool]:
    o = digest_occurrences.c
    return or_(o.state == "waiting", and_(o.state == "claimed", o.lease_until < wall))


def _read(conn: Connection, where: ColumnElement[bool], newest: int | None = None) -> list[Occurrence]:
    o = digest_occurrences.c
    query = select(digest_occurrences).where(where)
    query = query.order_by(o.due_at.desc()).limit(newest) if newest else query.order_by(o.due_at)
    names = (
        "route", "series", "local_date", "due_at", "state", "attempts", "late", "reason", "conference", "message_id",
        "done_at",
    )  # fmt: skip
    rows = conn.execute(query.order_by(o.route, o.series)).mappings()
    return [Occurrence(**{name: row[name] for name in names}) for row in rows]
