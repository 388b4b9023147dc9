"""At which local time the bulletin of a route goes out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update

from routehub.digests.tables import bulletin_times
from routehub.directory.reporting_day import instant

USUAL = time(6, 45)
"""Before people begin at seven (UX 3.3)."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BulletinTime:
    """The time of one route's bulletin. ``looked_until``: the hub time up to which what was due is on record."""

    route: str
    at: time
    zone: ZoneInfo
    looked_until: datetime | None = None

    def due(self, day: date) -> datetime:
        """The instant of a local date: an ambiguous local time at its first occurrence, one that does not exist at the
        first instant after the gap (PROMISES 7)."""
        return instant(day, self.at, self.zone)

    def days(self, after: datetime, until: datetime) -> list[date]:
        """The local dates that are due after one instant and not after the other, in order."""
        day = after.astimezone(self.zone).date() - ONE_DAY
        found = []
        while (due := self.due(day)) <= until:
            if due > after:
                found.append(day)
            day += ONE_DAY
        return found


def every(conn: Connection, route: str | None = None) -> list[BulletinTime]:
    """Of one route, or of all that have one."""
    query = select(bulletin_times).order_by(bulletin_times.c.route)
    if route is not None:
        query = query.where(bulletin_times.c.route == route)
    return [
        BulletinTime(row.route, time.fromisoformat(row.at), ZoneInfo(row.zone), row.looked_until)
        for row in conn.execute(query)
    ]


def set_time(conn: Connection, wanted: BulletinTime, now: datetime) -> None:
    """From now on at this time; the first bulletin is the next one that falls due. In the writer's transaction."""
    end(conn, wanted.route)
    conn.execute(
        insert(bulletin_times).values(
            route=wanted.route, at=wanted.at.strftime("%H:%M"), zone=wanted.zone.key, looked_until=now
        )
    )


def end(conn: Connection, route: str) -> bool:
    """No more bulletins; False when there were none. In the writer's transaction."""
    return conn.execute(delete(bulletin_times).where(bulletin_times.c.route == route)).rowcount == 1


def looked(conn: Connection, route: str, until: datetime) -> None:
    """Record up to when the due bulletins are on record. In the writer's transaction."""
    conn.execute(
        update(bulletin_times).where(bulletin_times.c.route == route).values(looked_until=until.astimezone(UTC))
    )
