"""Times as people type them into a form: in the zone of the page."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

HINT = "Such as 2016-02-19 06:00, in the time of this page."


def read_time(text: str, zone: ZoneInfo) -> datetime | None:
    """A local date and time as an instant in UTC; None for what is no time. A time that the clock change skips, or has
    twice, is read as the earlier one (PEP 495)."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def write_time(value: datetime | None, zone: ZoneInfo) -> str:
    """The same, for a field."""
    return f"{value.astimezone(zone):%Y-%m-%dT%H:%M}" if value is not None else ""


def iso(value: datetime) -> str:
    """As a payload has it."""
    return value.isoformat(timespec="seconds")
