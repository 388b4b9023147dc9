"""How numbers, times and words look on the terminal (British English, EU style for numbers)."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

THIN = "\u202f"
MINUS = "\u2212"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]+")


def clean(value: object) -> str:
    """Text from elsewhere in one line: no escape sequence or direction mark reaches the terminal."""
    return _UNSAFE.sub(" ", "" if value is None else str(value)).strip()


def number(value: object) -> str:
    """Digits with a narrow no-break space between thousands, and a true minus."""
    if isinstance(value, bool) or not isinstance(value, int):
        return clean(value)
    return f"{value:,}".replace(",", THIN).replace("-", MINUS)


def percent(value: object) -> str:
    return f"{value:.0f}%".replace("-", MINUS) if isinstance(value, int | float) else ""


def change(value: Any) -> str:
    """«524 more (+38%)», from a number or from a number and a percentage."""
    if isinstance(value, dict):
        step = next((value[name] for name in ("absolute", "number", "difference", "value") if name in value), None)
        share = next((value[name] for name in ("percent", "relative") if name in value), None)
    else:
        step, share = value, None
    if not isinstance(step, int):
        return ""
    text = "no change" if step == 0 else f"{number(abs(step))} {'more' if step > 0 else 'less'}"
    return f"{text} ({'+' if share > 0 else ''}{percent(share)})" if step and isinstance(share, int | float) else text


def count(many: int, one: str, more: str | None = None) -> str:
    return f"{number(many)} {one if many == 1 else more or one + 's'}"


def moment(value: object) -> datetime | None:
    """A time from the hub, or None when it is missing or says nothing."""
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


class Clock:
    """Times in one stated zone, relative to one «now» (which an exercise may have moved)."""

    def __init__(self, zone: tzinfo, now: datetime) -> None:
        self.zone = zone
        self.now = now.astimezone(zone)

    @property
    def name(self) -> str:
        """«Brussels (CET)»: what is printed once beside times without a zone."""
        short = self.now.tzname() or "UTC"
        if isinstance(self.zone, ZoneInfo) and "/" in self.zone.key:
            return f"{self.zone.key.rpartition('/')[2].replace('_', ' ')} ({short})"
        return short

    def day(self, value: object) -> str:
        """«Wed 21 Jan»; with the year where it is another."""
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date()
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                return clean(value)
        if not isinstance(value, date):
            return ""
        text = f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"
        return text if value.year == self.now.year else f"{text} {value.year}"

    def time(self, value: object) -> str:
        """«05:40» today, «Tue 20 Jan, 21:15» on other days."""
        read = moment(value)
        if read is None:
            return ""
        there = read.astimezone(self.zone)
        hour = f"{there:%H:%M}"
        return hour if there.date() == self.now.date() else f"{self.day(there)}, {hour}"

    def dated(self, value: object) -> str:
        """With its day, today's too: for a deadline."""
        read = moment(value)
        return "" if read is None else f"{self.day(read)}, {read.astimezone(self.zone):%H:%M}"

    def stamp(self, value: object) -> str:
        """The same with its zone, for a line that stands alone."""
        read = moment(value)
        return "" if read is None else f"{self.time(read)} {read.astimezone(self.zone).tzname()}"

    def iso(self, value: object) -> str:
        """For `--plain`: ISO 8601 with the offset."""
        read = moment(value)
        return "" if read is None else read.astimezone(self.zone).isoformat(timespec="seconds")

    def head(self) -> str:
        return f"{self.day(self.now)}, {self.now:%H:%M} {self.now.tzname()}"
