"""Who is in, due, late or silent: pure functions of the reports made, the reporting times and the clock (DOMAIN 5).
Silence is a state and zero is an answer (UX 1.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routehub.directory.reporting_day import current_day, due_at
from routehub.directory.snapshot import Membership, PauseView

ONE_DAY = timedelta(days=1)
Pauses = Sequence[PauseView]
"""Those of one party on one route."""


@dataclass(frozen=True)
class DayReport:
    """The reports of one party for one reporting day: when the first and the last came, and which kind. ``message_id``:
    of the last; ``first_id``: of the first, where that is another."""

    first_at: datetime
    last_at: datetime
    nothing_to_report: bool
    message_id: str
    first_id: str = ""

    @property
    def begun_by(self) -> str:
        """The message with which the day came in."""
        return self.first_id or self.message_id


@dataclass(frozen=True)
class Freshness:
    """A party's state. ``state``: in, nothing_to_report, due, late, silent, excused. ``silent_days``: days since the
    last reporting day that is in, without those for which it was excused; None when it never reported. ``reason``,
    ``excused_until``: why it need not report, and the last day of that."""

    party: str
    state: str
    day: date
    due_at: datetime
    reported_at: datetime | None
    last_day: date | None
    last_at: datetime | None
    silent_days: int | None
    reason: str | None = None
    excused_until: date | None = None


def freshness(
    member: Membership, days: Mapping[date, DayReport], now: datetime, pauses: Pauses = ()
) -> Freshness:  # fmt: skip
    """The state of a party's current reporting day. ``days``: reports by the reporting day they count for."""
    day = current_day(member, now)
    due = due_at(member, day)
    made = days.get(day)
    past = [d for d in days if d <= day]
    last_day = max(past) if past else None
    last_at = days[last_day].last_at if last_day else None
    if made is not None:
        state = "nothing_to_report" if made.nothing_to_report else "in"
        return Freshness(member.party, state, day, due, made.first_at, last_day, last_at, 0)
    gap = None if last_day is None else sum(excuse(pauses, d) is None for d in _days(last_day + ONE_DAY, day))
    pause = excuse(pauses, day)
    if pause is not None:
        last = pause.ended_from - ONE_DAY if pause.ended_from else pause.last
        return Freshness(
            member.party, "excused", day, due, None, last_day, last_at, gap, pause.reason, last
        )  # fmt: skip
    missed_whole_periods = gap is not None and gap >= 2
    state = "silent" if missed_whole_periods else "due" if now < due else "late"
    return Freshness(member.party, state, day, due, None, last_day, last_at, gap)


def missed(days: Mapping[date, DayReport], day: date, pauses: Pauses = ()) -> int:
    """The days that a party left out, and was not excused for, right before a day that is in; 0 where the reports that
    are looked at begin with that day."""
    earlier = [d for d in days if d < day]
    if day not in days or not earlier:
        return 0
    return sum(excuse(pauses, d) is None for d in _days(max(earlier) + ONE_DAY, day - ONE_DAY))


def excuse(pauses: Pauses, day: date) -> PauseView | None:
    """Why a party need not report for a day; None when it is to."""
    return next((pause for pause in pauses if pause.excuses(day)), None)


def _days(first: date, last: date) -> list[date]:
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


@dataclass(frozen=True)
class Record:
    """Reporting and on-time rate over reporting days whose due time has passed (DHIS2: expected = parties × days).
    A day for which a party was excused is not expected, and does not arrive."""

    expected: int
    arrived: int
    on_time: int
    days: tuple[tuple[date, str], ...]  # in, late (after due), nothing_to_report, missing, open, excused

    @property
    def reporting_rate(self) -> float | None:
        return self.arrived / self.expected if self.expected else None

    @property
    def on_time_rate(self) -> float | None:
        return self.on_time / self.expected if self.expected else None


def record(
    member: Membership, days: Mapping[date, DayReport], first: date, last: date, now: datetime, pauses: Pauses = ()
) -> Record:  # fmt: skip
    """How a party reported from ``first`` to ``last``, both included."""
    expected = arrived = on_time = 0
    marks = []
    for day in _days(first, last):
        due, made = due_at(member, day), days.get(day)
        if made is None and excuse(pauses, day) is not None:
            marks.append((day, "excused"))
            continue
        if now >= due:
            expected += 1
        if made is None:
            marks.append((day, "missing" if now >= due else "open"))
        else:
            late = made.first_at > due
            arrived += now >= due
            on_time += now >= due and not late
            marks.append((day, "nothing_to_report" if made.nothing_to_report else "late" if late else "in"))
    return Record(expected, arrived, on_time, tuple(marks))
