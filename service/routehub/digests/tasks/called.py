"""The agenda of conferences that no rule proposes: extra ones, and those of a series that meets as it is called. Each
goes out as long before its start as the digest of the series does. What only some parties were told of has an agenda
for these alone."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, agendas
from routehub.core.db import Database
from routehub.core.ids import uuid8
from routehub.digests import series
from routehub.digests.agenda import compile_agenda
from routehub.digests.circle import announced_conferences, circle, marking, of_few, read_by
from routehub.digests.occurrences import Due, Occurrence
from routehub.digests.schedule import LATEST, Look, Outcome
from routehub.digests.series import Series
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import hub_principal
from routehub.directory.snapshot import RouteView
from routehub.intake.receive import Intake, Post


class CalledAgenda:
    """A task of the schedule: one agenda for each conference that was called beside a rule."""

    name = "called-agenda"
    latest = LATEST

    def __init__(self, db: Database, intake: Intake, directory: CurrentDirectory) -> None:
        self._db, self._intake, self._directory = db, intake, directory

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        directory = self._directory.value
        found: list[Due] = []
        for one in series.every(conn):
            route = directory.routes.get(one.route)
            if route is not None and not one.sub_group:
                found += [
                    Due(one.route, f"{one.name}/{view.number}", _day(one, view), due(one, view))
                    for view in _called(conn, route, one)
                    if view.current and due(one, view) <= now < view.start
                ]
        return [Look(tuple(found))] if found else []

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        """Post its agenda, if it still takes place."""
        route = self._directory.route(occurrence.route)
        name, _, number = occurrence.series.partition("/")
        found = await self._db.read_own(self._find, route, name, int(number), now)
        if found is None:
            return Outcome("skipped", reason=f"Conference {number} was cancelled, moved, or has begun.")
        data = await self._db.read_own(self._compile, route, *found, now)
        fixed_id = uuid8("agenda", route.code, name, "called", number)
        post = Post(self._intake.registry["agenda"], data, tlp=marking(data, found[1]), fixed_id=fixed_id)
        recorded = await self._intake.receive(hub_principal(route.code), post)
        return Outcome("posted", recorded.message_id, conference=int(number))

    def _find(
        self, conn: Connection, route: RouteView, name: str, number: int, now: datetime
    ) -> tuple[Series, ConferenceView] | None:
        one = series.one(conn, route.code, name)
        for view in _called(conn, route, one) if one is not None else ():
            if one is not None and view.number == number:
                return (one, view) if view.current and due(one, view) <= now < view.start else None
        return None

    def _compile(
        self, conn: Connection, route: RouteView, one: Series, view: ConferenceView, now: datetime
    ) -> dict[str, Any]:
        ids = read_by(conn, route, circle(conn, route, view, now), now)
        editions = [ref.edition for ref in agendas(conn, ids, route.code, one.name, view.number)]
        following = next(_later(announced_conferences(conn, route), one, view), None)
        proposed = one.proposed(view.start, 1)
        return compile_agenda(
            conn, self._intake.registry, self._directory.value, route, one, view, now, due(one, view),
            edition=max(editions, default=0) + 1, following=following or (proposed[0] if proposed else None),
        )  # fmt: skip


def _later(conferences: Sequence[ConferenceView], one: Series, view: ConferenceView) -> Iterator[datetime]:
    for other in conferences:
        if other.series == one.name and other.start > view.start and other.current:
            yield other.start


def _called(conn: Connection, route: RouteView, one: Series) -> list[ConferenceView]:
    """Those of a series that no rule proposes: extra ones, all of a series that meets as it is called, and those that
    only some parties were told of."""
    found = [view for view in announced_conferences(conn, route) if view.extra or not one.by_rule]
    return [view for view in (*found, *of_few(conn, route)) if view.series == one.name]


def due(one: Series, view: ConferenceView) -> datetime:
    """As long before the start as the rule leaves between digest and conference; at once for what is called later."""
    monday = date(2026, 1, 5)
    digest = monday + timedelta(days=series.WEEKDAYS.index(one.digest_weekday))
    return max(view.start - (one.meets(digest) - one.due(digest)), view.accepted_at)


def _day(one: Series, view: ConferenceView) -> date:
    """The local date on which it was first to begin: with its number the name of the occurrence, moved or not."""
    return view.first_start.astimezone(one.zone).date()
