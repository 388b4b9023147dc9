"""When whom is told about a report that is not in (DOMAIN 5): pure functions of the reporting times and the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from routehub.directory.reporting_day import ONE_DAY, current_day, due_at
from routehub.directory.snapshot import Membership

BEFORE = timedelta(minutes=30)
AFTER = timedelta(minutes=15)
SHOWN = timedelta(hours=2)
"""So long after the due time the coordinators see that a report is missing."""
APART = timedelta(minutes=10)
"""The clocks of two hubs may be apart by this: the one behind must not take the other's day for a clock moved back."""

State = Literal["reported", "overdue", "silent"]


@dataclass(frozen=True)
class Reminder:
    """A reminder whose time is now. ``step``: before (to who is on duty) or after (to the deputy too)."""

    party: str
    day: date
    due: datetime
    step: Literal["before", "after"]


def reminders(member: Membership, now: datetime) -> list[Reminder]:
    """The reminders of a party whose time it is, whether it has reported or not. One that a stop has delayed until the
    next begins is left out: nobody wants to hear at noon that figures will be due at eight."""
    found = []
    today = current_day(member, now)
    for day in (today, today + ONE_DAY):
        due = due_at(member, day)
        if due - BEFORE <= now < due:
            found.append(Reminder(member.party, day, due, "before"))
        elif due + AFTER <= now < due + SHOWN:
            found.append(Reminder(member.party, day, due, "after"))
    return found


def closed_day(member: Membership, now: datetime) -> date:
    """The latest reporting day whose absence the coordinators see."""
    day = current_day(member, now)
    while now < due_at(member, day) + SHOWN:
        day -= ONE_DAY
    return day


@dataclass(frozen=True)
class Standing:
    """What is known of a party's reporting, as of a closed day."""

    state: State
    day: date


def standing(before: Standing | None, closed: date, last_day: date | None, *, anew: bool = False) -> Standing:
    """How a party stands. before: what was last on record; last_day: the latest day that is in; anew: what is on record
    is of days that have not come yet.

    A party that is looked at for the first time begins as reported: what was before the hub came is no news. The same
    after the clock of an exercise was moved back. Days on record never go back otherwise: a hub whose clock is behind
    that of another would tell again what the other has told.
    """
    if before is None or anew:
        return Standing("reported", max(closed, last_day or closed))
    if last_day is not None and last_day >= max(closed, before.day):
        return Standing("reported", last_day)
    if closed <= before.day:
        return before
    counted = before.day - (ONE_DAY if before.state != "reported" else timedelta(0))
    since = max(counted, last_day or counted)
    return Standing("silent" if (closed - since).days >= 2 else "overdue", closed)


def excused(before: Standing | None, closed: date) -> Standing:
    """How a party stands whose reports are paused: as before, and the paused days do not count as missing."""
    return Standing("reported", closed) if before is None else Standing(before.state, max(closed, before.day))


def moved_back(before: Standing, closed: date, last_day: date | None) -> bool:
    """Whether the clock stands before what is on record: only a report that is in may be ahead of the closed days.
    closed: as of the latest that any hub's clock may say."""
    return before.day > max(closed, last_day or closed)


def changed(before: Standing | None, after: Standing) -> bool:
    """Whether there is something to tell: one notice on each change of state (PROMISES B6)."""
    return before is not None and before.day <= after.day and before.state != after.state


def last_in(days: Mapping[date, object], now_day: date) -> date | None:
    """The latest reporting day that is in, as far as days have begun."""
    return max((day for day in days if day <= now_day), default=None)
