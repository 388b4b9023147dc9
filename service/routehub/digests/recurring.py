"""What comes again and again by the local date: what was due is worked out from the time of the last look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from routehub.digests.occurrences import Due
from routehub.digests.schedule import Look
from routehub.journal.message import Transaction

MOVED_BACK = timedelta(hours=1)
"""A clock that is behind the last look by more was moved back: looking begins anew, and what is on record stays."""


@dataclass(frozen=True)
class Timetable:
    """When something is due. ``series``: by which its occurrences are known; ``due``: the instant of a local date;
    ``days``: the local dates that are due after one instant and not after the other, in order; ``looked_until``: the
    hub time up to which what was due is on record."""

    route: str
    series: str
    due: Callable[[date], datetime]
    days: Callable[[datetime, datetime], list[date]]
    looked_until: datetime | None


def look(timetable: Timetable, now: datetime, keep: Callable[[Connection, datetime], None]) -> list[Look]:
    """What has fallen due since the last look; ``keep`` writes down up to when was looked."""

    def until(moment: datetime) -> Callable[[Transaction], None]:
        return lambda tx: keep(tx.conn, moment)

    since = timetable.looked_until
    if since is None or since - now > MOVED_BACK:
        return [Look(keep=until(now))]
    days = timetable.days(since, now)
    if not days:
        return []
    due = tuple(Due(timetable.route, timetable.series, day, timetable.due(day)) for day in days)
    return [Look(due, until(due[-1].due_at))]
