"""A series proposes when its conferences meet and when its digest goes out; the chair decides (DOMAIN 3).

A series meets weekly by rule in a named zone, or as it is called. One with participants is a sub-group: police
authorities, seven countries (readout of 22 January 2016); its outcomes go to the series that it reports to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, insert, select, update

from routehub.core.errors import Conflict, Refused
from routehub.digests.tables import conference_series
from routehub.directory.reporting_day import instant

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=7)
TITLE = "Video conference of the contact points"
MAIN = "weekly"
"""The name of the conference that a series is when nothing else is said."""


@dataclass(frozen=True)
class Series:
    """A conference by rule. ``rule``: weekly or called; ``plan``: the monitored plan by whose points its agenda is
    grouped; ``participants``: a sub-group's parties, none for all of the route."""

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
    rule: str = "weekly"
    participants: tuple[str, ...] = ()
    reports_to: str | None = None
    version: int = 1

    def __post_init__(self) -> None:
        for day in (self.weekday, self.digest_weekday):
            if day not in WEEKDAYS:
                raise Refused(f"{day} is not a weekday. Weekdays are: {', '.join(WEEKDAYS)}.")

    @property
    def by_rule(self) -> bool:
        """Whether it proposes times of its own."""
        return self.rule == "weekly"

    @property
    def sub_group(self) -> bool:
        return bool(self.participants)

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
        if not self.by_rule:
            return []
        day = after.astimezone(self.zone).date() - ONE_DAY
        day += timedelta(days=(WEEKDAYS.index(self.digest_weekday) - day.weekday()) % 7)
        found = []
        while (due := self.due(day)) <= until:
            if due > after:
                found.append(day)
            day += ONE_WEEK
        return found

    def proposed(self, after: datetime, most: int) -> list[datetime]:
        """The next times that the rule proposes, each after the given instant."""
        return list(islice(self._starts(after), most)) if self.by_rule else []

    def _starts(self, after: datetime) -> Iterator[datetime]:
        day = after.astimezone(self.zone).date() - ONE_DAY
        day += timedelta(days=(WEEKDAYS.index(self.weekday) - day.weekday()) % 7)
        while True:
            start = instant(day, self.at, self.zone)
            if start > after:
                yield start
            day += ONE_WEEK


def add(conn: Connection, series: Series, now: datetime) -> None:
    """A new series; its first digest is the next one that falls due. Only inside the writer's transaction."""
    s = conference_series.c
    if conn.execute(select(s.name).where(s.route == series.route, s.name == series.name)).first():
        raise Conflict(f"The route {series.route} has a series {series.name} already.")
    values = _columns(series) | {"route": series.route, "name": series.name, "looked_until": now}
    conn.execute(insert(conference_series).values(**values))


def change(conn: Connection, series: Series, version: int) -> bool:
    """Put other terms in the place of those of a version; False when somebody else has changed them meanwhile. What
    is called already stays as it was called. Only inside the writer's transaction."""
    s = conference_series.c
    changed = conn.execute(
        update(conference_series)
        .where(s.route == series.route, s.name == series.name, s.version == version)
        .values(**_columns(series), version=version + 1)
    )
    return changed.rowcount == 1


def _columns(series: Series) -> dict[str, object]:
    return {
        "title": series.title, "weekday": series.weekday, "at": series.at.strftime("%H:%M"), "zone": series.zone.key,
        "minutes": series.minutes, "digest_weekday": series.digest_weekday,
        "digest_at": series.digest_at.strftime("%H:%M"), "link": series.link, "chair": series.chair,
        "plan": series.plan, "first_number": series.first_number, "rule": series.rule,
        "participants": ",".join(series.participants), "reports_to": series.reports_to,
    }  # fmt: skip


def weekly(route: str, zone: ZoneInfo, chair: str, **changes: object) -> Series:
    """The usual series: Thursdays at 10:00, 45 minutes, its digest the day before at 16:00 (UX 3.6)."""
    usual: dict[str, object] = {
        "route": route, "name": MAIN, "title": TITLE, "weekday": "thursday",
        "at": time(10), "zone": zone, "minutes": 45, "digest_weekday": "wednesday", "digest_at": time(16),
        "chair": chair,
    }  # fmt: skip
    return Series(**usual | changes)  # type: ignore[arg-type]


def every(conn: Connection, route: str | None = None) -> list[Series]:
    """The series of one route or of all; the main one of a route first, then by name."""
    s = conference_series.c
    query = select(conference_series).order_by(s.route, s.name != MAIN, s.name)
    if route is not None:
        query = query.where(s.route == route)
    return [_series(row) for row in conn.execute(query).mappings()]


def one(conn: Connection, route: str, name: str) -> Series | None:
    """A series by its name."""
    return next((found for found in every(conn, route) if found.name == name), None)


def _series(row: RowMapping) -> Series:
    return Series(
        row["route"], row["name"], row["title"], row["weekday"], time.fromisoformat(row["at"]),
        ZoneInfo(row["zone"]), row["minutes"], row["digest_weekday"], time.fromisoformat(row["digest_at"]),
        row["chair"], row["link"], row["plan"], row["first_number"], row["looked_until"], row["rule"],
        tuple(filter(None, row["participants"].split(","))), row["reports_to"], row["version"],
    )  # fmt: skip


def looked(conn: Connection, series: Series, until: datetime) -> None:
    """Record up to when the due digests are on record. Only inside the writer's transaction."""
    s = conference_series.c
    conn.execute(
        update(conference_series)
        .where(s.route == series.route, s.name == series.name)
        .values(looked_until=until.astimezone(UTC))
    )
