"""The zone in which a person reads times. It changes what pages show and what forms understand, never the data. The
browser keeps it in a cookie; without one it is the zone of the route."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from routehub.web.times import zone_words

COOKIE = "routehub-zone"
YEAR = 365 * 86_400


@cache
def names() -> frozenset[str]:
    """The zones that this machine knows (IANA)."""
    return frozenset(available_timezones())


def chosen(cookie: str | None, usual: ZoneInfo) -> ZoneInfo:
    """The zone of a cookie; what is no zone is taken for none."""
    return ZoneInfo(cookie) if cookie in names() else usual


def choices(zones: Iterable[ZoneInfo], now: datetime) -> list[tuple[str, str]]:
    """Key and words of each zone once, by its distance from UTC and then by name."""
    by_key = {zone.key: zone for zone in zones}

    def place(zone: ZoneInfo) -> tuple[float, str]:
        offset = now.astimezone(zone).utcoffset()
        return offset.total_seconds() if offset is not None else 0.0, zone.key

    return [(zone.key, zone_words(zone, now)) for zone in sorted(by_key.values(), key=place)]
