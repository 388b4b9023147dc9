"""A series proposes when the conference meets and when its digest goes out; the chair decides (DOMAIN 3)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from routehub.core.errors import Conflict, Refused
from routehub.digests.tables import conference_series
from routehub.directory.reporting_day import instant

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=7)
TITLE = "Video conference of the contact points"


@dataclass(frozen=True)
class Series:
    """A weekly conference by rule. ``plan``: the monitored plan by whose points its agenda is grouped."""

    route: str
    name: str
    title: str
    weekday: str
    at: time
    zone: ZoneInfo
    minutes: int
    digest_weekday: str
    digest_at: time
    chair: str
    link: str | None = None
    plan: str | None = None
    first_number: int = 1
    looked_until: datetime | None = None

    def __post_init__(self) -> None:
        for day in (self.weekday, self.digest_weekday):
            if day not in WEEKDAYS:
                raise Refused(f"{day} is not a weekday. Weekdays are: {', '.join(WEEKDAYS)}.")

    def due(self, day: date) -> datetime:
        """When the digest of a local date goes out: an ambiguous local time at its first occurrence, one that does not
        exist at the first instant after the gap (PROMISES 7)."""
        return instant(day, self.digest_at, self.zone)

    def meets(self, digest_day: date) -> datetime:
        """When the conference after the digest of ``digest_day`` begins by rule."""
        ahead = (WEEKDAYS.index(self.weekday) - digest_day.weekday()) % 7
        start = instant(digest_day + timedelta(days=ahead), self.at, self.zone)
        if start <= self.due(digest_day):
            start = instant(digest_day + timedelta(days=ahead + 7), self.at, self.zone)
        return start

    def digest_days(self, after: datetime, until: datetime) -> list[date]:
        """The local dates whose digest is due after one instant and not after the other, in order."""
        day = after.astimezone(self.zone).date() - ONE_DAY
        day += timedelta(days=(WEEKDAYS.index(self.digest_weekday) - day.weekday()) % 7)
        found = []
        while (due := self.due(day)) <= until:
            if due > after:
                found.append(day)
            day += ONE_WEEK
        return found


def add(conn: Connection, series: Series, now: datetime) -> None:
    """A new series; its first digest is the next one that falls due. Only inside the writer's transaction."""
    s = conference_series.c
    if conn.execute(select(s.name).where(s.route == series.route, s.name == series.name)).first():
        raise Conflict(f"The route {series.route} has a series {series.name} already.")
    conn.execute(
        insert(conference_series).values(
            route=series.route, name=series.name, title=series.title, weekday=series.weekday,
            at=series.at.strftime("%H:%M"), zone=series.zone.key, minutes=series.minutes,
            digest_weekday=series.digest_weekday, digest_at=series.digest_at.strftime("%H:%M"), link=series.link,
            chair=series.chair, plan=series.plan, first_number=series.first_number, looked_until=now,
        )
    )  # fmt: skip


def weekly(route: str, zone: ZoneInfo, chair: str, **changes: object) -> Series:
    """The usual series: Thursdays at 10:00, 45 minutes, its digest the day before at 16:00 (UX 3.6)."""
    usual: dict[str, object] = {
        "route": route, "name": "weekly", "title": TITLE, "weekday": "thursday",
        "at": time(10), "zone": zone, "minutes": 45, "digest_weekday": "wednesday", "digest_at": time(16),
        "chair": chair,
    }  # fmt: skip
    return Series(**usual | changes)  # type: ignore[arg-type]


def every(conn: Connection, route: str | None = None) -> list[Series]:
    """The series of one route or of all."""
    s = conference_series.c
    query = select(conference_series).order_by(s.route, s.name)
    if route is not None:
        query = query.where(s.route == route)
    return [
        Series(
            row["route"], row["name"], row["title"], row["weekday"], time.fromisoformat(row["at"]),
            ZoneInfo(row["zone"]), row["minutes"], row["digest_weekday"], time.fromisoformat(row["digest_at"]),
            row["chair"], row["link"], row["plan"], row["first_number"], row["looked_until"],
        )
        for row in conn.execute(query).mappings()
    ]  # fmt: skip


def looked(conn: Connection, series: Series, until: datetime) -> None:
    """Record up to when the due digests are on record. Only inside the writer's transaction."""
    s = conference_series.c
    conn.execute(
        update(conference_series)
        .where(s.route == series.route, s.name == series.name)
        .values(looked_until=until.astimezone(UTC))
    )
