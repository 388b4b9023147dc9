"""The daily bulletin of each route that has a time for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from routehub.core.db import Database
from routehub.digests import recurring
from routehub.digests.bulletin import times
from routehub.digests.bulletin.compiling import bulletin_id, compile_bulletin
from routehub.digests.bulletin.times import BulletinTime
from routehub.digests.occurrences import Occurrence
from routehub.digests.recurring import Timetable
from routehub.digests.schedule import LATEST, Look, Outcome
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import hub_principal
from routehub.directory.snapshot import RouteView
from routehub.intake.receive import Intake, Post


class DailyBulletin:
    """A task of the schedule: one bulletin for each route and local date."""

    name = "bulletin"
    latest = LATEST

    def __init__(self, db: Database, intake: Intake, directory: CurrentDirectory) -> None:
        self._db, self._intake, self._directory = db, intake, directory

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        return [look for at in times.every(conn) for look in self._look(at, now)]

    def _look(self, at: BulletinTime, now: datetime) -> list[Look]:
        timetable = Timetable(at.route, f"{self.name}:daily", at.due, at.days, at.looked_until)
        return recurring.look(timetable, now, lambda conn, until: times.looked(conn, at.route, until))

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        found = await self._db.read_own(times.every, occurrence.route)
        if not found:
            return Outcome("skipped", reason="The route has no bulletin any more.")
        route = self._directory.route(occurrence.route)
        data = await self._db.read_own(self._compile, route, found[0], occurrence, now)
        post = Post(self._intake.registry["bulletin"], data, fixed_id=bulletin_id(occurrence))
        recorded = await self._intake.receive(hub_principal(route.code), post)
        return Outcome("posted", recorded.message_id)

    def _compile(
        self, conn: Connection, route: RouteView, at: BulletinTime, occurrence: Occurrence, now: datetime
    ) -> dict[str, Any]:
        return compile_bulletin(conn, self._directory.value, route, at, occurrence, now)
