"""What time it is elsewhere when a conference begins: per clock time, the cities that have it (UX 10)."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location

from routehub.core.language import ENGLISH, _, current, listed, locale


def elsewhere(start: datetime, zone: ZoneInfo, others: Iterable[ZoneInfo]) -> list[str]:
    """``11:00 in Athens, Bucharest and Sofia`` for each other time; nothing where the clocks show the same."""
    here = start.astimezone(zone)
    found: dict[tuple[datetime, str], set[str]] = {}
    for other in others:
        there = start.astimezone(other).replace(tzinfo=None)
        if there != here.replace(tzinfo=None):
            day = "" if there.date() == here.date() else f"{format_date(there, 'EEE', locale=locale())} "
            found.setdefault((there, f"{day}{there:%H:%M}"), set()).add(city(other))
    return [
        _("%(time)s in %(cities)s", time=words, cities=listed(sorted(cities)))
        for (_at, words), cities in sorted(found.items())
    ]


def city(zone: ZoneInfo) -> str:
    """``Brussels``, by which a zone is known, in the reader's language."""
    plain = zone.key.rpartition("/")[2].replace("_", " ")
    return plain if current() == ENGLISH else get_timezone_location(zone, locale(), return_city=True) or plain
