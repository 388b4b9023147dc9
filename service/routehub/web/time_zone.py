"""The zone in which a person reads times. It changes what pages show and what forms understand, never the data. The
browser keeps it in a cookie; without one it is the zone of the route."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from routehub.digests.cities import city
from routehub.web.times import zone_words

COOKIE = "routehub-zone"
YEAR = 365 * 86_400
HALF_A_YEAR = timedelta(days=182)


@cache
def names() -> frozenset[str]:
    """The zones that this machine knows (IANA), without its own one, which is nobody's, and the one of no place."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def chosen(cookie: str | None, usual: ZoneInfo) -> ZoneInfo:
    """The zone of a cookie; what is no zone is taken for none."""
    return ZoneInfo(cookie) if cookie in names() else usual


@dataclass(frozen=True)
class Choice:
    """A zone that is offered. ``also``: other cities whose clocks show the same all year."""

    key: str
    words: str
    also: tuple[str, ...]


def choices(usual: ZoneInfo, zones: Iterable[ZoneInfo], now: datetime) -> list[Choice]:
    """One zone for all whose clocks agree in summer and in winter: the usual one where it is among them. From west to
    east."""
    groups: dict[tuple[timedelta, ...], list[ZoneInfo]] = {}
    for zone in (usual, *zones):
        clocks = tuple(at.astimezone(zone).utcoffset() or timedelta(0) for at in (now, now + HALF_A_YEAR))
        if zone.key not in [one.key for one in groups.setdefault(clocks, [])]:
            groups[clocks].append(zone)
    return [
        Choice(first.key, zone_words(first, now), tuple(sorted(city(one) for one in rest)))
        for _, (first, *rest) in sorted(groups.items())
    ]
