"""The weekly agenda digest of each series: finds its conference, calls it where the chair has not, compiles and posts
the agenda."""

import contextlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, agendas
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import Conflict
from routehub.digests import recurring, series
from routehub.digests.agenda import compile_agenda
from routehub.digests.agenda.annex import compile_annexes, post_annexes
from routehub.digests.circle import announced_conferences
from routehub.digests.occurrences import Occurrence
from routehub.digests.recurring import Timetable
from routehub.digests.schedule import LATEST, Look, Outcome
from routehub.digests.series import Series
from routehub.digests.upcoming import Gone, Open, after, call, edition_id, repeat, upcoming
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import hub_principal
from routehub.directory.snapshot import RouteView
from routehub.intake.receive import Intake, Post
from routehub.journal.message import Guard, Transaction
from routehub.views import shared

TRIES = 3


class AgendaDigest:
    """A task of the schedule: one agenda for each occurrence of a series."""

    name = "agenda"
    latest = LATEST

    def __init__(self, db: Database, intake: Intake, directory: CurrentDirectory, clock: Clock) -> None:
        self._db, self._intake, self._directory, self._clock = db, intake, directory, clock

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        return [look for one in series.every(conn) for look in _look(one, now)]

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        """Post the agenda, unless there is no conference this week."""
        found = [
            one for one in await self._db.read_own(series.every, occurrence.route) if one.name == occurrence.series
        ]
        if not found:
            return Outcome("skipped", reason="The series is not there any more.")
        route = self._directory.route(occurrence.route)
        conference = await self.conference(route, found[0], occurrence.local_date)
        if isinstance(conference, Gone):
            return Outcome("skipped", reason=conference.reason)
        if await self._db.read_own(_closed, route, conference, now):
            return Outcome("skipped", reason="The chair has closed the agenda.", conference=conference.number)
        if found[0].sub_group:  # its participants are invited; what it comes to goes on another agenda
            return Outcome("posted", conference.message_id, conference=conference.number)
        data = await self._db.read_own(self._compile, route, found[0], conference, occurrence.local_date, now)
        recorded = await self._intake.receive(
            hub_principal(route.code),
            Post(self._intake.registry["agenda"], data, fixed_id=edition_id(found[0], occurrence.local_date)),
        )
        await post_annexes(
            self._intake, route, found[0], occurrence.local_date,
            await self._db.read_own(self._annexes, route, found[0], conference, now),
        )  # fmt: skip
        return Outcome("posted", recorded.message_id, conference=conference.number)

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


def _closed(conn: Connection, route: RouteView, conference: ConferenceView, now: datetime) -> bool:
    """Whether the chair has closed the agenda before its digest was due."""
    ids = shared.audiences(conn, route, now)
    found = agendas(conn, ids, route.code, conference.series, conference.number, limit=1)
    return bool(found) and found[0].state == "closed"


def _look(one: Series, now: datetime) -> list[Look]:
    timetable = Timetable(one.route, one.name, one.due, one.digest_days, one.looked_until)
    return recurring.look(timetable, now, lambda conn, until: series.looked(conn, one, until))


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
