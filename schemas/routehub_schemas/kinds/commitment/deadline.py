"""Deadlines as people say them, read as a day: "by the end of the year", "end of November", "by Wednesday".

A pure function. What it cannot read it does not guess: then nothing is ever overdue, and the sender is told so.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from routehub_schemas.kinds.commitment.payload import Deadline

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

_MONTH = f"(?P<month>{'|'.join(MONTHS)})"
_YEAR = "(?P<year>20[0-9]{2})"
_LEAD = r"(?:(?:by|until|till|on|before|no later than|at the latest by|in) )?(?:the )?"


@dataclass(frozen=True)
class Reading:
    """A deadline as a day. exact: a day was named; else a stretch of time was, and this is its last day."""

    day: date
    exact: bool


def reading(deadline: Deadline, said_on: date) -> Reading | None:
    """The last day of a deadline, as it was meant on the day it was said; None when the words cannot be read."""
    read = None if deadline.text is None else in_words(deadline.text, said_on)
    if deadline.date is not None:
        return Reading(deadline.date, deadline.text is None or (read is not None and read.exact))
    return read


def in_words(text: str, said_on: date) -> Reading | None:
    """The day that a phrase means. Words around it ("in the course of 2016, gradually") are not understood."""
    said = " ".join(text.lower().replace(",", " ").strip(" .;").split())
    for pattern, meaning in _PHRASES:
        found = pattern.fullmatch(said)
        if found is not None:
            try:
                return meaning(found, said_on)
            except (ValueError, OverflowError):  # 31 November
                return None
    return None


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _year_of(found: re.Match[str], month: int, said_on: date, day: int = 31) -> int:
    """The year that was named; else the first in which that day is still to come."""
    named = found.groupdict().get("year")
    if named is not None:
        return int(named)
    last = min(day, calendar.monthrange(said_on.year, month)[1])
    return said_on.year if date(said_on.year, month, last) >= said_on else said_on.year + 1


def _iso(found: re.Match[str], _said_on: date) -> Reading:
    return Reading(date.fromisoformat(found["iso"]), True)


def _day_of_month(found: re.Match[str], said_on: date) -> Reading:
    month, day = MONTHS[found["month"]], int(found["day"])
    return Reading(date(_year_of(found, month, said_on, day), month, day), True)


def _end_of_month(found: re.Match[str], said_on: date) -> Reading:
    month = MONTHS[found["month"]]
    return Reading(_month_end(_year_of(found, month, said_on), month), False)


def _middle_of_month(found: re.Match[str], said_on: date) -> Reading:
    month = MONTHS[found["month"]]
    return Reading(date(_year_of(found, month, said_on, 15), month, 15), False)


def _end_of_year(found: re.Match[str], said_on: date) -> Reading:
    named = found.groupdict().get("year")
    year = (
        int(named) if named else said_on.year + (1 if (found.groupdict().get("which") or "").strip() == "next" else 0)
    )
    return Reading(date(year, 12, 31), False)


def _end_of_this(found: re.Match[str], said_on: date) -> Reading:
    ahead = 1 if found["which"] == "next" else 0
    if found["span"] == "week":
        return Reading(said_on + timedelta(days=6 - said_on.weekday() + 7 * ahead), False)
    month = said_on.month + ahead
    return Reading(_month_end(said_on.year + (month - 1) // 12, (month - 1) % 12 + 1), False)


def _weekday(found: re.Match[str], said_on: date) -> Reading:
    """The next such day after the one on which it was said (draft statement, point 13: "by Wednesday")."""
    return Reading(said_on + timedelta(days=(DAYS[found["weekday"]] - said_on.weekday() - 1) % 7 + 1), True)


def _within(found: re.Match[str], said_on: date) -> Reading:
    many = NUMBERS.get(found["many"]) or int(found["many"])
    span = found["span"]
    days = {"hour": -(-many // 24), "day": many, "week": 7 * many}.get(span)
    if days is not None:
        return Reading(said_on + timedelta(days=days), True)
    month = said_on.month - 1 + many * (12 if span == "year" else 1)
    year, month = said_on.year + month // 12, month % 12 + 1
    return Reading(date(year, month, min(said_on.day, calendar.monthrange(year, month)[1])), True)


def _tomorrow(found: re.Match[str], said_on: date) -> Reading:
    return Reading(said_on + timedelta(days=1 if found["soon"] == "tomorrow" else 0), True)


_END = r"(?:the )?end (?:of )?(?:the )?"
_Meaning = Callable[[re.Match[str], date], Reading]
_PHRASES: tuple[tuple[re.Pattern[str], _Meaning], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (rf"{_LEAD}(?P<iso>20[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}})", _iso),
        (rf"{_LEAD}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: {_YEAR})?", _day_of_month),
        (rf"{_LEAD}{_MONTH} (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: {_YEAR})?", _day_of_month),
        (rf"{_LEAD}{_END}(?P<which>this |next )?year", _end_of_year),
        (rf"(?:{_LEAD}{_END}|(?:gradually )?(?:in|during) the course of |in |during ){_YEAR}", _end_of_year),
        (r"(?:this |within the |in the course of the |during the )(?P<which>)year", _end_of_year),
        (rf"(?:{_LEAD}{_END}|in |during |in the course of ){_MONTH}(?: {_YEAR})?", _end_of_month),
        (rf"{_LEAD}(?:mid|middle of|mid of)[ -]{_MONTH}(?: {_YEAR})?", _middle_of_month),
        (rf"{_LEAD}{_END}(?P<which>this|next|)? ?(?P<span>week|month)", _end_of_this),
        (rf"(?:by |on )?(?:this |next )?(?P<weekday>{'|'.join(DAYS)})", _weekday),
        (
            rf"(?:within|in) (?P<many>[0-9]{{1,3}}|{'|'.join(NUMBERS)}) (?P<span>hour|day|week|month|year)s?",
            _within,
        ),
        (r"(?:by |until )?(?P<soon>today|tomorrow)", _tomorrow),
    )
)
