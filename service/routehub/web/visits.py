"""When the reader was last here, so that the overview says what changed since (UX 3.3). The browser keeps it in a
cookie: the hub writes nothing down about who reads when."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routehub.core.language import later

COOKIE = "routehub-visit"
APART = timedelta(minutes=30)
"""Pages opened within this time are one visit."""
LONGEST = timedelta(days=7)
STEP = 600
"""Seconds to which the begin of a last visit is rounded down, so that open pages of many people can share a text."""
DAY = timedelta(hours=24)
EVENING = time(18)
WINDOWS = (("last", later("last visit")), ("18:00", later("yesterday 18:00")), ("24h", later("24 hours")))


@dataclass(frozen=True)
class Visits:
    """``before``: the end of the visit before this one, None on the first; ``seen``: when a page was last opened."""

    before: datetime | None
    seen: datetime

    @property
    def text(self) -> str:
        """For the cookie."""
        return f"{int(self.before.timestamp()) if self.before else 0}.{int(self.seen.timestamp())}"


def visits(cookie: str | None, now: datetime) -> Visits:
    """What a cookie says at the time of a page; anything that is no such text, or lies ahead, is a first visit."""
    before, _sep, seen = (cookie or "").partition(".")
    if not (before.isascii() and before.isdigit() and seen.isascii() and seen.isdigit() and len(before + seen) < 24):
        return Visits(None, now)
    last, earlier = _at(seen), _at(before)
    if last is None or last > now:
        return Visits(None, now)
    if now - last > APART:
        return Visits(last, now)
    return Visits(earlier if earlier and earlier < last else None, now)


def _at(text: str) -> datetime | None:
    number = int(text)
    return datetime.fromtimestamp(number, UTC) if 0 < number < 4_000_000_000 else None


def since(window: str, visit: Visits, zone: ZoneInfo, now: datetime) -> tuple[str, datetime]:
    """The window that is shown and where it begins: the last visit where there was one within a week, else 24 hours."""
    if window == "18:00":
        local = now.astimezone(zone)
        return window, datetime.combine(local.date() - timedelta(days=1), EVENING, zone).astimezone(UTC)
    if window != "24h" and visit.before is not None and now - visit.before <= LONGEST:
        return "last", datetime.fromtimestamp(visit.before.timestamp() // STEP * STEP, UTC)
    return "24h", now - DAY
