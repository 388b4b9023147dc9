"""Quiet hours: when a person wants to be left in peace by what can wait. Nothing Severe, Extreme or Unknown waits."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, insert, select

from routehub.core.canonical import dumps
from routehub.delivery.escalation.tables import quiet_hours
from routehub.directory.reporting_day import instant
from routehub.journal.message import Transaction

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Quiet:
    """From ``starts`` to ``ends`` (over midnight where it ends earlier), on nights that begin on one of ``days``."""

    starts: time
    ends: time
    zone: ZoneInfo
    days: tuple[str, ...] = DAYS

    def until(self, at: datetime) -> datetime | None:
        """When the quiet in which ``at`` lies ends; None outside it. On the nights when the clocks change too: local
        times become instants one by one."""
        today = at.astimezone(self.zone).date()
        for back in (1, 0):
            day = today - timedelta(days=back)
            if DAYS[day.weekday()] not in self.days:
                continue
            over = timedelta(days=1) if self.ends <= self.starts else timedelta(0)
            begin, end = instant(day, self.starts, self.zone), instant(day + over, self.ends, self.zone)
            if begin <= at < end:
                return end
        return None


def night(setting: str, zone: ZoneInfo) -> Quiet | None:
    """The hub's night (``22:00-06:00``), for people who have set no quiet hours; None where the operator set none."""
    if not setting:
        return None
    starts, _, ends = setting.partition("-")
    return Quiet(time.fromisoformat(starts), time.fromisoformat(ends), zone)


@dataclass(frozen=True)
class Wish:
    """What a person set: quiet hours, or none at all (``quiet`` is None: not even the hub's night)."""

    person: str
    quiet: Quiet | None


def wishes(conn: Connection, people: Iterable[str] | None = None) -> dict[str, Wish]:
    """The quiet hours that people set, by person: of all, or of some."""
    query = select(quiet_hours)
    if people is not None:
        query = query.where(quiet_hours.c.person.in_(sorted(people)))
    return {row["person"]: _wish(row) for row in conn.execute(query).mappings()}


def put(tx: Transaction, person: str, party: str, wish: Wish) -> None:
    """Set a person's quiet hours, in place of those before."""
    remove(tx, person)
    quiet = wish.quiet
    tx.conn.execute(
        insert(quiet_hours).values(
            person=person, starts=f"{quiet.starts:%H:%M}" if quiet else None,
            ends=f"{quiet.ends:%H:%M}" if quiet else None, zone=quiet.zone.key if quiet else "",
            days=dumps(list(quiet.days)) if quiet else "[]", changed_at=tx.wall,
        )
    )  # fmt: skip
    tx.audit("quiet-hours", "*", party, f"person:{person}", {"set": quiet is not None})


def remove(tx: Transaction, person: str) -> None:
    """Back to the hub's night."""
    tx.conn.execute(delete(quiet_hours).where(quiet_hours.c.person == person))


def _wish(row: RowMapping) -> Wish:
    if row["starts"] is None:
        return Wish(row["person"], None)
    starts, ends = time.fromisoformat(row["starts"]), time.fromisoformat(row["ends"])
    return Wish(row["person"], Quiet(starts, ends, ZoneInfo(row["zone"]), tuple(json.loads(row["days"]))))
