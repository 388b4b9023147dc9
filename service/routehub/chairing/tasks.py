"""What the hub does for the chair at its time: closes an agenda, adds late items to it, reminds owners of what they
took on. Each comes to the same message whichever hub gets to it, and whether the chair did it first."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from routehub.boards.conferences.queries import AgendaRef, ConferenceView, conference, open_agendas, proposals_of
from routehub.boards.minutes.queries import ActionView, actions, newest, taken_on
from routehub.chairing import agenda as papers
from routehub.chairing.office import Chair
from routehub.core.db import Database
from routehub.core.ids import uuid8
from routehub.digests.circle import of_few
from routehub.digests.occurrences import Due, Occurrence
from routehub.digests.schedule import LATEST, Look, Outcome
from routehub.digests.words import day, listed
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import hub_principal
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.intake.receive import DEFAULT_TLP, Intake, Post
from routehub.journal.markings import strictest
from routehub.views import shared

RECENT = timedelta(days=21)
"""An agenda that was compiled longer ago is of a conference that is over."""
REMINDS_AT = time(9)
"""Local time of the route."""
ONE_DAY = timedelta(days=1)


def _pending(
    conn: Connection, directory: CurrentDirectory, now: datetime, state: str
) -> Iterator[tuple[RouteView, ConferenceView, AgendaRef]]:
    """The agendas in a state whose conferences are not over, as those know them who read the agenda."""
    for route in directory.value.routes.values():
        found = open_agendas(conn, route.code, state, now - RECENT)
        if not found:
            continue
        for ref in found:
            held = _held(conn, route, now, ref.series, ref.conference)
            if held is not None and held.state != "cancelled" and held.ends > now:
                yield route, held, ref


def _held(conn: Connection, route: RouteView, now: datetime, series: str, number: int) -> ConferenceView | None:
    """As everyone knows it, or the few who alone were told of it."""
    known = conference(conn, shared.audiences(conn, route, now), route.code, series, number)
    few = (view for view in of_few(conn, route) if (view.series, view.number) == (series, number))
    return known or next(few, None)


class AgendaClosing:
    """Closes an agenda that the chair has not closed by its time."""

    name = "agenda-close"
    latest = LATEST

    def __init__(self, db: Database, directory: CurrentDirectory, chair: Chair) -> None:
        self._db, self._directory, self._chair = db, directory, chair

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        found = []
        for route, held, _ in _pending(conn, self._directory, now, "draft"):
            paper = papers.load(conn, self._directory.value, route, held, now)
            if paper is not None and not paper.closed and paper.closes_at <= now:
                series = f"{self.name}:{held.series}/{held.number}"
                found.append(Due(route.code, series, _on(route, paper.closes_at), paper.closes_at))
        return [Look(tuple(found))] if found else []

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        route, held = await _conference(self._db, self._directory, occurrence, now)
        if held is None or held.state == "cancelled":
            return Outcome("skipped", reason="The conference was cancelled.")
        recorded = await self._chair.close_by_time(route, held)
        if recorded is None:
            return Outcome("skipped", reason="It was closed already.", conference=held.number)
        return Outcome("posted", recorded.message_id, conference=held.number)


class LateItems:
    """Adds to a closed agenda what the chair accepted afterwards, by whatever door."""

    name = "agenda-late"
    latest = LATEST

    def __init__(self, db: Database, directory: CurrentDirectory, chair: Chair) -> None:
        self._db, self._directory, self._chair = db, directory, chair

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        found = []
        for route, held, ref in _pending(conn, self._directory, now, "closed"):
            ids = shared.audiences(conn, route, now)
            decided = [p.decision.at for p in proposals_of(conn, ids, route.code) if p.decision is not None]
            if held.series == papers.PROPOSED_FOR and any(at > ref.compiled_at for at in decided):
                paper = papers.load(conn, self._directory.value, route, held, now)
                if paper is not None and paper.late:
                    series = f"{self.name}:{held.series}/{held.number}/{ref.edition}"
                    found.append(Due(route.code, series, _on(route, ref.compiled_at), now))
        return [Look(tuple(found))] if found else []

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        route, held = await _conference(self._db, self._directory, occurrence, now)
        recorded = await self._chair.add_late(route, held) if held is not None else None
        if recorded is None:
            return Outcome("skipped", reason="There is nothing to add.")
        return Outcome("posted", recorded.message_id)


async def _conference(
    db: Database, directory: CurrentDirectory, occurrence: Occurrence, now: datetime
) -> tuple[RouteView, ConferenceView | None]:
    """What an occurrence is about: its series says ``task:series/number``."""
    route = directory.route(occurrence.route)
    series, number = occurrence.series.partition(":")[2].split("/")[:2]

    def read(conn: Connection) -> ConferenceView | None:
        return _held(conn, route, now, series, int(number))

    return route, await db.read_own(read)


def _on(route: RouteView, at: datetime) -> date:
    return at.astimezone(route.zone).date()


class ActionReminders:
    """Reminds owners in the morning: of what is due today or tomorrow, and on the day after it was."""

    name = "action-reminders"
    latest = LATEST

    def __init__(self, db: Database, intake: Intake, directory: CurrentDirectory) -> None:
        self._db, self._intake, self._directory = db, intake, directory

    def looks(self, conn: Connection, now: datetime) -> Sequence[Look]:
        found = []
        for route in self._directory.value.routes.values():
            today = now.astimezone(route.zone).date()
            due = instant(today, REMINDS_AT, route.zone)
            if due <= now and taken_on(conn, route.code):
                found.append(Due(route.code, f"{self.name}:daily", today, due))
        return [Look(tuple(found))] if found else []

    async def carry_out(self, occurrence: Occurrence, now: datetime) -> Outcome:
        route = self._directory.route(occurrence.route)
        owed = await self._db.read_own(self._owed, route, now)
        for party, some in sorted(owed.items()):
            await self._remind(route, occurrence, party, some)
        return Outcome("done")

    def _owed(self, conn: Connection, route: RouteView, now: datetime) -> dict[str, list[ActionView]]:
        """By owner what is to be reminded of this morning, as that owner reads it."""
        today = now.astimezone(route.zone).date()
        found: dict[str, list[ActionView]] = {}
        for member in route.members(today):
            ids = readable(conn, route.code, member.party)
            if not newest(conn, ids, route.code):
                continue
            mine = actions(conn, ids, route.code, now, route.zone, party=member.party)
            found[member.party] = [
                one for one in mine
                if (own := one.owner(member.party)) is not None and own.state != "done"
                and own.due in (today, today + ONE_DAY, today - ONE_DAY)
            ]  # fmt: skip
        return {party: some for party, some in found.items() if some}

    async def _remind(self, route: RouteView, occurrence: Occurrence, party: str, some: list[ActionView]) -> None:
        lines = [_line(one, party, occurrence) for one in some]
        subject = f"Due: {listed([one.id for one in some])}" if len(some) < 6 else f"{len(some)} actions are due"
        data = {
            "to": [party], "subject": subject,
            "text": "\n".join([*lines, "Report each done, or ask for more time, on the page Actions."]),
        }  # fmt: skip
        fixed = uuid8("action-reminder", route.code, party, occurrence.local_date.isoformat())
        marking = strictest([DEFAULT_TLP, *(one.tlp for one in some)])  # a mail must not say what TLP:RED minutes do
        post = Post(self._intake.registry["note"], data, tlp=marking, fixed_id=fixed)
        await self._intake.receive(hub_principal(route.code), post)


def _line(one: ActionView, party: str, occurrence: Occurrence) -> str:
    own = one.owner(party)
    due = own.due if own is not None else one.due
    when = "was due" if due < occurrence.local_date else "is due"
    return f"{one.id} of conference {one.conference} {when} {day(due)}: {one.what}"
