"""The schedule: APScheduler gives the tick, hub time says what is due, the database says whose it is.

What is done at its time is a ``Task``; the frame here knows none of them. A tick that is missed costs nothing, since
what was due is worked out from records. A hub that dies or freezes with a claim loses it; whoever takes over comes to
the same message id, so that there is one edition (PROMISES B5).
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from routehub.core.clock import Clock, wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.observe import log
from routehub.digests import occurrences
from routehub.digests.occurrences import Due, Occurrence
from routehub.journal.jobs import Change
from routehub.journal.message import Transaction
from routehub.journal.writer import Writer

LATE = timedelta(minutes=15)
"""What is done later than this after its time is marked as late."""
LATEST = timedelta(hours=24)
"""A digest that is later than this is left out: the next one says more (PROMISES B5)."""


@dataclass(frozen=True)
class Look:
    """What a look found: what has fallen due, and what is to be written with it, such as how far was looked."""

    due: tuple[Due, ...] = ()
    keep: Callable[[Transaction], None] | None = None


@dataclass(frozen=True)
class Outcome:
    """How an occurrence ended. ``state``: posted, done, or skipped with its reason; ``conference``: its number, where
    it is about one."""

    state: str
    message_id: str | None = None
    reason: str | None = None
    conference: int | None = None


class Task(Protocol):
    """Something to be done at its time, once. ``name``: of its occurrences; ``latest``: how late it may still be done;
    None: whenever a hub comes to it."""

    @property
    def name(self) -> str: ...
    @property
    def latest(self) -> timedelta | None: ...

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        """What has fallen due. It may name what is on record already: an occurrence is recorded once."""
        ...

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        """Do it. A second time comes to the same: a hub may die between doing it and saying so.

        Errors: any; it is logged, and tried again when the claim has run out.
        """
        ...


class Schedule:
    """Carries out the tasks of one hub process. Several hubs may run one each on the same database."""

    def __init__(self, db: Database, writer: Writer, clock: Clock, every: float, tasks: Sequence[Task]) -> None:
        self._db, self._writer, self._clock, self._every = db, writer, clock, every
        self._tasks = {task.name: task for task in tasks}
        self.hub = secrets.token_hex(6)
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Begin to tick. Jobs live in memory only: a shared job store would run a job once per replica."""
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a tick left out under load is no news
        logging.getLogger("apscheduler.executors.default").addFilter(_no_fault)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self.tick, "interval", seconds=self._every, id="schedule", max_instances=1, coalesce=True,
            misfire_grace_time=None,
        )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def tick(self) -> list[str]:
        """Do what is due now; answers the task of each occurrence that came to its end."""
        try:
            return await self._tick()
        except HubError as fault:
            log("schedule").warning("the schedule cannot be read", fault=fault.detail)
            return []

    async def _tick(self) -> list[str]:
        now = self._clock.now()
        for task in self._tasks.values():
            await self.look(task, now)
        due = await self._db.read_own(occurrences.open_ones, now, wall(), list(self._tasks))
        return [occurrence.task for occurrence in due if await self._attempt(occurrence)]

    async def look(self, task: Task, now: datetime) -> None:
        """Put on record what has fallen due."""

        def read(conn: Connection) -> list[Look]:
            found = [(look, occurrences.missing(conn, look.due)) for look in task.looks(conn, now)]
            return [Look(tuple(due), look.keep) for look, due in found if due or look.keep]

        for look in await self._db.read_own(read):
            await self._writer.submit(Change(_recorded(task.name, look)))

    async def _attempt(self, occurrence: Occurrence) -> bool:
        """Claim one occurrence and bring it to its end. What fails is tried again when the claim has run out."""
        if not await self._writer.submit(Change(lambda tx: occurrences.claim(tx.conn, occurrence, self.hub, tx.wall))):
            return False
        now = self._clock.now()
        try:
            outcome = await self._outcome(occurrence, now)
        except HubError as fault:
            log("schedule").error(
                "a task could not be done; it will be tried again", task=occurrence.label, fault=fault.detail,
                problems=[problem.message for problem in fault.problems],
            )  # fmt: skip
            return False
        except Exception as fault:  # noqa: BLE001 - one bad task must not stop the others
            log("schedule").error("a task failed", task=occurrence.label, exc_info=fault)
            return False
        return await self._end(occurrence, outcome, now)

    async def _outcome(self, occurrence: Occurrence, now: datetime) -> Outcome:
        task = self._tasks[occurrence.task]
        if task.latest is not None and now - occurrence.due_at > task.latest:
            log("schedule").error("it is too late and was left out", task=occurrence.label)
            return Outcome("skipped", reason=f"More than {task.latest // timedelta(hours=1)} hours late.")
        return await task.carry_out(occurrence, now)

    async def _end(self, occurrence: Occurrence, outcome: Outcome, now: datetime) -> bool:
        late = now - occurrence.due_at > LATE

        def apply(tx: Transaction) -> bool:
            ended = occurrences.end(
                tx.conn, occurrence, self.hub, outcome.state, tx.now, late=late, reason=outcome.reason,
                message_id=outcome.message_id, conference=outcome.conference,
            )  # fmt: skip
            if ended:
                detail = {"series": occurrence.series, "date": occurrence.local_date.isoformat()}
                tx.audit(f"{occurrence.task} {outcome.state}", occurrence.route, "HUB", "hub", detail)
            return ended

        if not await self._writer.submit(Change(apply)):
            return False
        log("schedule").info(
            "a task came to its end", task=occurrence.label, state=outcome.state, message=outcome.message_id, late=late
        )
        return True


def _recorded(task: str, look: Look) -> Callable[[Transaction], None]:
    def apply(tx: Transaction) -> None:
        occurrences.record(tx.conn, task, look.due)
        if look.keep is not None:
            look.keep(tx)

    return apply


def _no_fault(record: logging.LogRecord) -> bool:
    """Whether to log it. A tick that is cancelled because the hub stops is no fault: its claim runs out, and the next
    hub comes to the same message."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
