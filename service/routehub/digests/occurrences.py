"""What was due: on record once, claimed by one hub at a time, ended once (PROMISES 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from routehub.digests.tables import digest_occurrences

LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Due:
    """Something that has fallen due. ``series`` and ``local_date``: by what it is known, whoever comes to it."""

    route: str
    series: str
    local_date: date
    due_at: datetime

    @property
    def key(self) -> tuple[str, str, date]:
        return self.route, self.series, self.local_date


@dataclass(frozen=True)
class Occurrence(Due):
    """The same on record, and what became of it."""

    task: str
    state: str
    attempts: int
    late: bool
    reason: str | None
    conference: int | None
    message_id: str | None
    done_at: datetime | None

    @property
    def label(self) -> str:
        return f"{self.task} {self.route}/{self.series} of {self.local_date.isoformat()}"


def missing(conn: Connection, wanted: Iterable[Due]) -> list[Due]:
    """Those that are not on record yet."""
    o = digest_occurrences.c
    found = {one.key: one for one in wanted}
    if not found:
        return []
    near = and_(
        o.series.in_({series for _, series, _ in found}), o.local_date.in_({day for _, _, day in found})
    )  # fmt: skip
    rows = conn.execute(select(o.route, o.series, o.local_date).where(near))
    known = {(row.route, row.series, row.local_date) for row in rows}
    return [one for key, one in found.items() if key not in known]


def record(conn: Connection, task: str, wanted: Iterable[Due]) -> None:
    """Put on record what is due; what is there already stays as it is. In the writer's transaction."""
    rows = [
        {
            "route": one.route, "series": one.series, "local_date": one.local_date, "due_at": one.due_at, "task": task,
        }
        for one in missing(conn, wanted)
    ]  # fmt: skip
    if rows:
        conn.execute(insert(digest_occurrences), rows)


def open_ones(conn: Connection, now: datetime, wall: datetime, tasks: Sequence[str]) -> list[Occurrence]:
    """Due, not ended, and not in another hub's hands, of these tasks: another version of the hub may know more."""
    o = digest_occurrences.c
    return _read(conn, and_(o.due_at <= now, o.task.in_(tasks), _free(wall)))


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
        .where(_is(*occurrence.key), _free(wall))
        .values(state="claimed", claimed_by=hub, lease_until=wall + LEASE, attempts=o.attempts + 1)
    )
    return taken.rowcount == 1


def end(conn: Connection, occurrence: Occurrence, hub: str, state: str, now: datetime, **facts: Any) -> bool:
    """End a claimed occurrence; False when the claim has gone to another hub meanwhile."""
    o = digest_occurrences.c
    ended = conn.execute(
        update(digest_occurrences)
        .where(_is(*occurrence.key), o.state == "claimed", o.claimed_by == hub)
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
        "route", "series", "local_date", "due_at", "task", "state", "attempts", "late", "reason", "conference",
        "message_id", "done_at",
    )  # fmt: skip
    rows = conn.execute(query.order_by(o.route, o.series)).mappings()
    return [Occurrence(**{name: row[name] for name in names}) for row in rows]
