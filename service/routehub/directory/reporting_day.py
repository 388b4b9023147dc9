"""The reporting day: the period that a daily report covers, in the party's zone, with its due time (DOMAIN 2).

It has the date on which it ends (DECISIONS 2). On the two clock-change days it lasts 23 or 25 hours: local times
are turned into instants one by one, never by adding 24 hours.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routehub.directory.snapshot import Membership

ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time as an instant in UTC. A time that does not exist becomes the first instant after the gap; an
    ambiguous one its first occurrence (PROMISES 7)."""
    local = datetime.combine(day, at, zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), found, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the zone's offset changes, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return (after + timedelta(milliseconds=500)).replace(microsecond=0)


@dataclass(frozen=True)
class Period:
    """A span of time that figures cover. ``kind``: reporting_day, calendar_day or hour; ``day`` is its label;
    ``counts_for`` the reporting day that it fulfils."""

    kind: str
    day: date
    start: datetime
    end: datetime
    counts_for: date

    @property
    def hours(self) -> int:
        return round((self.end - self.start) / timedelta(hours=1))


def reporting_day(member: Membership, day: date) -> Period:
    """The 24 (23, 25) hours to ``period_end`` on ``day``."""
    end = instant(day, member.period_end, member.zone)
    return Period("reporting_day", day, instant(day - ONE_DAY, member.period_end, member.zone), end, day)


def calendar_day(member: Membership, day: date) -> Period:
    """Midnight to midnight in the party's zone; it counts for the reporting day that begins before its end."""
    start, end = instant(day, time(0), member.zone), instant(day + ONE_DAY, time(0), member.zone)
    return Period("calendar_day", day, start, end, day + ONE_DAY)


def hour(member: Membership, start: datetime) -> Period:
    """One hour; its day is the local date on which it begins."""
    local = start.astimezone(member.zone)
    day = local.date()
    fulfils = day if local.time() < member.period_end else day + ONE_DAY
    return Period("hour", day, start, start + timedelta(hours=1), fulfils)


def period_of(member: Membership, kind: str, day: date, start: datetime | None) -> Period:
    if kind == "hour":
        if start is None:
            raise ValueError("an hourly report has a start")
        return hour(member, start)
    return calendar_day(member, day) if kind == "calendar_day" else reporting_day(member, day)


def current_day(member: Membership, now: datetime) -> date:
    """The reporting day whose period ended most recently."""
    today = now.astimezone(member.zone).date()
    return today if now >= instant(today, member.period_end, member.zone) else today - ONE_DAY


def due_at(member: Membership, day: date) -> datetime:
    return instant(day, member.due, member.zone)
