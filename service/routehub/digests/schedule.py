"""The schedule: APScheduler gives the tick, hub time says what is due, the database says whose it is.

A tick that is missed costs nothing, since what was due is worked out from the time of the last look. A hub that dies
or freezes with a claim loses it; whoever takes over comes to the same message id, so there is one edition (PROMISES
B5).
"""

import asyncio
import contextlib
import logging
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, agendas, announced
from routehub.core.clock import Clock, wall
from routehub.core.db import Database
from routehub.core.errors import Conflict, HubError
from routehub.core.observe import log
from routehub.digests import occurrences, series
from routehub.digests.agenda import compile_agenda
from routehub.digests.agenda.annex import compile_annexes, post_annexes
from routehub.digests.occurrences import Occurrence
from routehub.digests.series import Series
from routehub.digests.upcoming import Gone, Open, after, call, edition_id, repeat, upcoming
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import hub_principal
from routehub.directory.snapshot import RouteView
from routehub.intake.receive import Intake, Post
from routehub.journal.jobs import Change
from routehub.journal.message import Guard, Transaction
from routehub.journal.writer import Writer
from routehub.views import shared

MOVED_BACK = timedelta(hours=1)
LATE = timedelta(minutes=15)
TRIES = 3


class Schedule:
    """Compiles the digests of one hub process. Several hubs may run one each on the same database."""

    def __init__(
        self, db: Database, writer: Writer, intake: Intake, directory: CurrentDirectory, clock: Clock, every: float
    ) -> None:
        self._db, self._writer, self._intake = db, writer, intake
        self._directory, self._clock, self._every = directory, clock, every
        self.hub = secrets.token_hex(6)
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Begin to tick. Jobs live in memory only: a shared job store would run a job once per replica."""
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a tick left out under load is no news
        logging.getLogger("apscheduler.executors.default").addFilter(_no_fault)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self.tick, "interval", seconds=self._every, id="digests", max_instances=1, coalesce=True,
            misfire_grace_time=None,
        )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def tick(self) -> int:
        """Do what is due now; answers how many digests were posted or skipped."""
        try:
            return await self._tick()
        except HubError as fault:
            log("digests").warning("the schedule cannot be read", fault=fault.detail)
            return 0

    async def _tick(self) -> int:
        now = self._clock.now()
        for one in await self._db.read_own(series.every):
            await self._look(one, now)
        done = 0
        for occurrence in await self._db.read_own(occurrences.open_ones, now, wall()):
            done += await self._attempt(occurrence)
        return done

    async def _look(self, one: Series, now: datetime) -> None:
        """Put on record what has fallen due since the last look."""
        since = one.looked_until
        if since is None or since - now > MOVED_BACK:
            await self._writer.submit(Change(lambda tx: series.looked(tx.conn, one, now)))
            return
        days = one.digest_days(since, now)
        if not days:
            return

        def apply(tx: Transaction) -> None:
            occurrences.record(tx.conn, one, days)
            series.looked(tx.conn, one, one.due(days[-1]))

        await self._writer.submit(Change(apply))

    async def _attempt(self, occurrence: Occurrence) -> int:
        """Claim one occurrence and bring it to its end. What fails is tried again when the claim has run out."""
        if not await self._writer.submit(Change(lambda tx: occurrences.claim(tx.conn, occurrence, self.hub, tx.wall))):
            return 0
        try:
            return await self._carry_out(occurrence)
        except HubError as fault:
            log("digests").error(
                "a digest could not be compiled; it will be tried again", digest=occurrence.label, fault=fault.detail,
                problems=[problem.message for problem in fault.problems],
            )  # fmt: skip
            return 0
        except Exception as fault:  # noqa: BLE001 - one bad digest must not stop the others
            log("digests").error("a digest failed", digest=occurrence.label, exc_info=fault)
            return 0

    async def _carry_out(self, occurrence: Occurrence) -> int:
        now = self._clock.now()
        if now - occurrence.due_at > occurrences.LATEST:
            log("digests").error("a digest is too late and was left out", digest=occurrence.label)
            return await self._end(occurrence, "skipped", reason="More than 24 hours late.", late=True)
        found = [
            one for one in await self._db.read_own(series.every, occurrence.route) if one.name == occurrence.series
        ]
        if not found:
            return await self._end(occurrence, "skipped", reason="The series is not there any more.")
        route = self._directory.route(occurrence.route)
        conference = await self.conference(route, found[0], occurrence.local_date)
        if isinstance(conference, Gone):
            return await self._end(occurrence, "skipped", reason=conference.reason)
        data = await self._db.read_own(self._compile, route, found[0], conference, occurrence.local_date, now)
        recorded = await self._intake.receive(
            hub_principal(route.code),
            Post(self._intake.registry["agenda"], data, fixed_id=edition_id(found[0], occurrence.local_date)),
        )
        await post_annexes(
            self._intake, route, found[0], occurrence.local_date,
            await self._db.read_own(self._annexes, route, found[0], conference, now),
        )  # fmt: skip
        late = now - occurrence.due_at > LATE
        log("digests").info("a digest was posted", digest=occurrence.label, message=recorded.message_id, late=late)
        return await self._end(
            occurrence, "posted", message_id=recorded.message_id, conference=conference.number, late=late
        )

    async def _end(self, occurrence: Occurrence, state: str, **facts: object) -> int:
        def apply(tx: Transaction) -> bool:
            ended = occurrences.end(tx.conn, occurrence, self.hub, state, tx.now, **facts)
            if ended:
                detail = {"series": occurrence.series, "date": occurrence.local_date.isoformat()}
                tx.audit(f"digest {state}", occurrence.route, "HUB", "hub", detail)
            return ended

        return int(await self._writer.submit(Change(apply)))

    async def conference(self, route: RouteView, one: Series, day: date) -> ConferenceView | Gone:
        """The conference of a digest, as everyone on the route knows it; called by the hub when the chair has not."""
        for _ in range(TRIES):
            found, seen = await self._db.read_own(_find, route, one, day, self._clock.now())
            if isinstance(found, Gone) or (seen and isinstance(found, ConferenceView)):
                return found
            fixed_id, data = call(one, found) if isinstance(found, Open) else repeat(found)
            guard = _unchanged(route, one, day, found)
            post = Post(self._intake.registry["conference"], data, fixed_id=fixed_id, guard=guard)
            with contextlib.suppress(Conflict):  # the chair spoke in the same moment: look again
                await self._intake.receive(hub_principal(route.code), post)
        raise Conflict(f"The conference of {one.name} on {day.isoformat()} keeps changing.")

    def _compile(
        self, conn: Connection, route: RouteView, one: Series, conference: ConferenceView, day: date, now: datetime
    ) -> dict[str, Any]:
        known = announced_conferences(conn, route)
        ids = shared.audiences(conn, route, now)
        editions = [ref.edition for ref in agendas(conn, ids, route.code, one.name, conference.number)]
        return compile_agenda(
            conn, self._intake.registry, self._directory.value, route, one, conference, now, one.due(day),
            edition=max(editions, default=0) + 1, following=after(one, day, conference, known),
        )  # fmt: skip

    def _annexes(
        self, conn: Connection, route: RouteView, one: Series, conference: ConferenceView, now: datetime
    ) -> dict[str, dict[str, Any]]:
        return compile_annexes(
            conn, self._intake.registry, self._directory.value, route, one, conference, now
        )  # fmt: skip


def _no_fault(record: logging.LogRecord) -> bool:
    """Whether to log it. A tick that is cancelled because the hub stops is no fault: its claim runs out, and the next
    hub comes to the same message."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def announced_conferences(conn: Connection, route: RouteView) -> list[ConferenceView]:
    """The conferences that everyone was told of."""
    return announced(conn, route.code, lambda at: shared.everyone(route, at.astimezone(route.zone).date()))


def _find(
    conn: Connection, route: RouteView, one: Series, day: date, now: datetime
) -> tuple[ConferenceView | Open | Gone, bool]:
    """The conference of a digest, and whether everyone who is on the route today has been told of it."""
    found = upcoming(one, day, announced_conferences(conn, route))
    return found, isinstance(found, ConferenceView) and found.audience_id in shared.audiences(conn, route, now)


def _unchanged(route: RouteView, one: Series, day: date, found: ConferenceView | Open) -> Guard:
    """Refuses what was worked out from a state of the board that is no more."""

    def guard(tx: Transaction) -> None:
        if upcoming(one, day, announced_conferences(tx.conn, route)) != found:
            raise Conflict("The conference was called or changed meanwhile.")

    return guard
