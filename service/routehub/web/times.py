"""Days and times in words, always in one zone that the page names (UX 10). How a language writes a day stands in its
catalogue, as a pattern of Unicode (UTS 35); the names of days and months are the locale's."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location

from routehub.core.language import ENGLISH, _, current, locale, pgettext


def day(value: date) -> str:
    """``Wed 21 Jan``"""
    return format_date(value, pgettext("pattern of a day", "EEE d MMM"), locale=locale())


def short_day(value: date) -> str:
    """``Tue 20``: beside a number that is not of the current day."""
    return format_date(value, pgettext("pattern of a day", "EEE d"), locale=locale())


def long_day(value: date) -> str:
    """``Wednesday 21 January 2026``"""
    return format_date(value, pgettext("pattern of a day", "EEEE d MMMM y"), locale=locale())


def clock(value: datetime, zone: ZoneInfo) -> str:
    """``06:24``"""
    return f"{value.astimezone(zone):%H:%M}"


def moment(value: datetime, zone: ZoneInfo, now: datetime) -> str:
    """``06:24`` on the same day, else with the day: ``Tue 20 Jan, 18:10``; with the year where it is another."""
    same = value.astimezone(zone).date() == now.astimezone(zone).date()
    return clock(value, zone) if same else dated(value, zone, now)


def dated(value: datetime, zone: ZoneInfo, now: datetime) -> str:
    """``Tue 20 Jan, 18:10`` on whatever day; with the year where it is another."""
    local, today = value.astimezone(zone), now.astimezone(zone)
    year = f" {local.year}" if local.year != today.year else ""
    return f"{day(local.date())}{year}, {local:%H:%M}"


def moment_to_second(value: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The same to the second, to be compared with the log of another system: ``06:24:11``."""
    return f"{moment(value, zone, now)}:{value.astimezone(zone):%S}"


def full_moment(value: datetime, zone: ZoneInfo) -> str:
    """``Wednesday 21 January 2026, 06:24 CET``: for confirmations, which have to stand alone."""
    local = value.astimezone(zone)
    return f"{long_day(local.date())}, {local:%H:%M} {local:%Z}"


def machine(value: datetime, zone: ZoneInfo) -> str:
    """What stands in ``datetime``: RFC 3339 with the zone's offset."""
    return value.astimezone(zone).isoformat(timespec="seconds")


def city(zone: ZoneInfo) -> str:
    """``Brussels``: after which a zone is named, in the reader's language."""
    plain = zone.key.rpartition("/")[2].replace("_", " ")
    return plain if current() == ENGLISH else get_timezone_location(zone, locale(), return_city=True) or plain


def zone_words(zone: ZoneInfo, at: datetime) -> str:
    """``Brussels (CET)``"""
    return f"{city(zone)} ({at.astimezone(zone):%Z})"


def ago(value: datetime, now: datetime) -> str:
    """``2 h ago``: only ever beside the exact time."""
    minutes = int((now - value).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(minutes)s min ago", minutes=minutes)
    if minutes < 48 * 60:
        return _("%(hours)s h ago", hours=minutes // 60)
    return _("%(days)s days ago", days=minutes // 1440)


def until(value: datetime, now: datetime) -> str:
    """``in 58 min``, ``in 5 h``, to the nearest hour: only ever beside the exact time; empty for what is over or more
    than a day off."""
    minutes = int((value - now).total_seconds() // 60)
    if minutes < 0 or minutes >= 24 * 60:
        return ""
    return (
        _("in %(minutes)s min", minutes=minutes) if minutes < 120 else _("in %(hours)s h", hours=(minutes + 30) // 60)
    )
