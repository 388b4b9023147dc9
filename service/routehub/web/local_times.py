"""Times as people type them into a form: in the zone of the page."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from routehub.core.language import _, later

YEARS = range(1900, 3000)
"""The first and the last day that Python knows do not exist in other zones."""
HINT = later("Such as 2016-02-19 06:00, in the time of this page.")


def read_time(text: str, zone: ZoneInfo) -> datetime | None:
    """A local date and time as an instant in UTC; None for what is no time. A time that the clock change skips, or has
    twice, is read as the earlier one (PEP 495)."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def find_local(text: str, zone: ZoneInfo, *, second: bool = False) -> tuple[datetime | None, str]:
    """A local date and time as an instant in UTC, or None and what to do about it: no time at all, a local hour that
    the clock change leaves out, one that it has twice. second: which of the two is meant, once it was asked."""
    try:
        local = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    except ValueError:
        return None, _("Write a date and a time, such as 2016-01-28 15:00")
    if local.year not in YEARS:
        return None, _("Write a date and a time, such as 2016-01-28 15:00")
    if local.tzinfo is not None:
        return local.astimezone(UTC), ""
    first, later = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == later:
        return first, ""
    if first > later:  # the gap of spring: neither reading is that local time
        begin, end = first.astimezone(zone), later.astimezone(zone)
        words = _(
            "%(local)s does not exist in %(key)s on %(local_2)s %(local_3)s: the clocks go forward. Take "
            "%(end)s or %(begin)s",
            local=f"{local:%H:%M}",
            key=zone.key,
            local_2=local.day,
            local_3=f"{local:%B %Y}",
            end=f"{end:%H:%M}",
            begin=f"{begin:%H:%M}",
        )
        return None, words
    return (later if second else first), ""


def comes_twice(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The two instants of a local time that the autumn clock change has twice, else None."""
    found, _rest = find_local(text, zone)
    other, _rest = find_local(text, zone, second=True)
    return (found, other) if found is not None and other is not None and found != other else None


def write_time(value: datetime | None, zone: ZoneInfo) -> str:
    """The same, for a field."""
    return f"{value.astimezone(zone):%Y-%m-%dT%H:%M}" if value is not None else ""


def iso(value: datetime) -> str:
    """As a payload has it."""
    return value.isoformat(timespec="seconds")
