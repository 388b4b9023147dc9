"""When a day of a route may be closed: at the time by which its figures are due, once they are in; two hours later
without those that are missing. Silence is a signal, not a zero (docs/decisions/0033)."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routehub.directory.reporting_day import due_at
from routehub.directory.snapshot import Membership, RouteView

ONE_DAY = timedelta(days=1)
WAIT = timedelta(hours=2)
"""From then on the coordinators see the party as late (DOMAIN 5): nobody waits for it any longer."""
LOOK_BACK = 14
USUALLY = 3
"""A party that reported on so many of the last 14 days is one that reports; others are not waited for or missed."""

Reported = Mapping[str, Mapping[date, str]]
"""By party, the days it reported on, with the message."""
Periods = Mapping[str, str]
"""By party, the kind of period of its last report. A calendar day is due on the morning after it."""


@dataclass(frozen=True, slots=True)
class Closing:
    """When a day is due, and whose figures are waited for."""

    due: datetime
    waits_for: tuple[str, ...]

    def may_close(self, day: date, reported: Reported, now: datetime) -> bool:
        if now < self.due:
            return False
        return now >= self.due + WAIT or all(day in reported.get(party, {}) for party in self.waits_for)


def reporting(route: RouteView, day: date) -> tuple[Membership, ...]:
    return tuple(m for m in route.members(day, "member") if m.reports)


def usual_reporters(members: Iterable[Membership], day: date, reported: Reported) -> tuple[str, ...]:
    """The parties that reported on at least three of the fourteen days before."""
    first = day - LOOK_BACK * ONE_DAY
    return tuple(m.party for m in members if sum(first <= d < day for d in reported.get(m.party, {})) >= USUALLY)


def closing(route: RouteView, day: date, reported: Reported, periods: Periods, excused: Container[str] = ()) -> Closing:
    """Of the parties that usually report; before any does, of all that should. excused: parties that need not."""
    members = tuple(m for m in reporting(route, day) if m.party not in excused) or reporting(route, day)
    waits_for = usual_reporters(members, day, reported)
    who = [m for m in members if m.party in waits_for] or [m for m in members if m.party in reported] or members
    due = max((due_at(m, labelled(day, periods.get(m.party))) for m in who), default=None)
    if due is None:  # nobody reports on this route today
        midnight = datetime.combine(day + 2 * ONE_DAY, datetime.min.time(), route.zone)
        return Closing(midnight, ())
    return Closing(due, waits_for or tuple(m.party for m in members if m.party not in excused))


def labelled(day: date, period: str | None) -> date:
    """The reporting day that a party's figures of ``day`` count for."""
    return day if period == "reporting_day" else day + ONE_DAY
