"""A time zone for a calendar (RFC 5545, 3.6.5): one part for each change of the clocks, with the local time before it.

icalendar's own gathers the changes of a kind in one part with an RDATE list and dates those of spring an hour late;
ical.js, which reads calendars in several programs, then leaves out the first change (docs/decisions/0061)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone

ONE_DAY = timedelta(days=1)


def said(start: datetime, zone: ZoneInfo) -> datetime:
    """An instant as an event says it: in the zone in which it is announced. An hour that comes twice is said in UTC:
    it should mean the first (RFC 5545, 3.3.5), and readers of calendars differ."""
    local = start.astimezone(zone)
    return local if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset() else start.astimezone(UTC)


def timezone(zone: ZoneInfo, first_year: int, last_year: int) -> "Timezone":
    """The zone from the first year on to the end of the last."""
    from icalendar import Timezone

    found = Timezone()
    found.add("tzid", zone.key)
    begin = datetime(first_year, 1, 1, tzinfo=UTC)
    _part(found, begin, zone)
    for moment in changes(zone, first_year, last_year):
        _part(found, moment, zone)
    return found


@lru_cache(maxsize=256)
def changes(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[datetime, ...]:
    """The instants at which the clocks change, to the second."""
    return tuple(_changes(zone, datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)))


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    day = begin
    while day < end:
        following = day + ONE_DAY
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield _between(zone, day, following)
        day = following


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first whole second with the new offset."""
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before) / timedelta(seconds=1))
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _part(found: "Timezone", moment: datetime, zone: ZoneInfo) -> None:
    from icalendar import TimezoneDaylight, TimezoneStandard

    there, before = moment.astimezone(zone), (moment - timedelta(seconds=1)).astimezone(zone)
    offset_from, offset_to = before.utcoffset(), there.utcoffset()
    assert offset_from is not None
    assert offset_to is not None
    part = TimezoneDaylight() if there.dst() else TimezoneStandard()
    part.add("dtstart", (moment + offset_from).replace(tzinfo=None))
    part.add("tzname", there.tzname() or zone.key)
    part.add("tzoffsetfrom", offset_from)
    part.add("tzoffsetto", offset_to)
    found.add_component(part)
