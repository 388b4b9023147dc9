"""The look of escalation: the loop gives the tick, hub time says what is due, the database says whose it is.

Nothing is kept in memory but when to look again, so that a stop at any point neither repeats nor forgets.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from routehub.core import state
from routehub.core.clock import Clock, wall
from routehub.core.db import Database
from routehub.delivery.addressees import Moment
from routehub.delivery.escalation import climbing, held, reporting
from routehub.delivery.escalation.climbing import Task, Tasks
from routehub.delivery.escalation.reporting import Work
from routehub.directory.current import CurrentDirectory
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer

AT_LATEST = 10.0
"""Seconds until the next look at everything. No step comes sooner than two minutes after an alert, so that news from
this hub or another is seen in time."""
JUMP = 2.0
"""Seconds by which hub time may run apart from the machine's between two looks, before it counts as moved."""


@dataclass(frozen=True)
class _Found:
    now: datetime
    alerts: Tasks
    reports: list[Work]
    release: bool
    following: datetime | None


class Escalation:
    """One per hub; several on one database share the work by what they claim."""

    def __init__(
        self, db: Database, writer: Writer, directory: CurrentDirectory, clock: Clock, due: Callable[[], None],
        night: str = "",
    ) -> None:  # fmt: skip
        self._db, self._writer, self._directory, self._clock = db, writer, directory, clock
        self._due, self._night = due, night
        self._following: datetime | None = None
        self._looked: tuple[datetime, float] | None = None

    async def look(self) -> bool:
        """Do what is due."""
        at = Moment(self._directory.value, self._clock.now(), wall())
        if not self._is_time(at.now):
            return False
        found = await self._db.read_own(self._find, at)
        for some in climbing.portions(found.alerts.tasks):
            await self._writer.submit(Change(partial(self._climb, tasks=some)))
            self._due()
        if found.release or found.reports:  # last: who has not got the alert yet is not reminded
            await self._writer.submit(Change(lambda tx: self._write(tx, found)))
            self._due()
        self._following, self._looked = found.following, (found.now, time.monotonic())
        return False

    def _is_time(self, now: datetime) -> bool:
        if self._looked is None:
            return True
        before, looked = self._looked
        passed = time.monotonic() - looked
        moved = abs((now - before).total_seconds() - passed) > JUMP
        return moved or passed >= AT_LATEST or (self._following is not None and now >= self._following)

    def _find(self, conn: Connection, at: Moment) -> _Found:
        at = replace(at, now=state.hub_time(conn, self._clock))  # no older than the rows
        alerts = climbing.find(conn, at.now)
        reports = [
            reporting.find(conn, at, route, movable=self._clock.movable) for route in at.directory.routes.values()
        ]
        release = held.next_release(conn)
        times = [alerts.following, release, *(reporting.next_look(at, route) for route in at.directory.routes.values())]
        return _Found(
            at.now, alerts, [work for work in reports if work], release is not None and release <= at.now,
            min((one for one in times if one is not None and one > at.now), default=None),
        )  # fmt: skip

    def _climb(self, tx: Batch, tasks: list[Task]) -> None:
        climbing.take(tx, Moment(self._directory.value, tx.now, tx.wall), tasks, self._night)

    def _write(self, tx: Batch, found: _Found) -> None:
        at = Moment(self._directory.value, tx.now, tx.wall)
        if found.release:
            held.release(tx)
        for work in found.reports:
            reporting.write(tx, at, work)
