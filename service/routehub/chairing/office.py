"""What the chair does, for every door: pages and API come here. Each act is one change through the writer, and what is
finished is posted as a message."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from routehub.boards.conferences.queries import ConferenceView, agendas
from routehub.boards.minutes.queries import editions
from routehub.chairing import agenda as papers
from routehub.chairing import meeting as meetings
from routehub.chairing import minuting, seat
from routehub.chairing.agenda import Paper
from routehub.chairing.edits import AgendaChange
from routehub.chairing.meeting import ItemNote, Meeting
from routehub.chairing.notes import NewItem, Noted, Present
from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import Conflict, Unknown
from routehub.core.ids import uuid8
from routehub.core.language import for_the_record
from routehub.digests import series
from routehub.digests.agenda import compile_agenda
from routehub.digests.circle import marking
from routehub.digests.series import Series, weekly
from routehub.directory.current import CurrentDirectory
from routehub.directory.principal import Principal, hub_principal
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable
from routehub.intake.receive import Intake, Post
from routehub.journal import follow
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change, Recorded
from routehub.journal.message import Transaction
from routehub.journal.writer import Writer
from routehub_schemas.kinds.minutes.payload import Minutes

T = TypeVar("T")
MOST_EDITIONS = 99


class Chair:
    """The chair's office of one hub. ``series``, ``number``: which conference."""

    def __init__(self, db: Database, writer: Writer, intake: Intake, directory: CurrentDirectory, clock: Clock) -> None:
        self._db, self._writer, self._intake = db, writer, intake
        self._directory, self._clock = directory, clock

    def _route(self, who: Principal) -> RouteView:
        return self._directory.route(who.route)

    async def _change(self, apply: Callable[[Batch], T]) -> T:
        return await self._writer.submit(Change(apply))

    # --- the agenda ---

    @for_the_record
    async def paper(self, who: Principal, series: str, number: int) -> tuple[ConferenceView, Paper | None]:
        """The agenda in work, for whoever may change it. Errors: 404 for a conference that is not there, 403."""
        route, directory, now = self._route(who), self._directory.value, self._clock.now()

        def read(conn: Connection) -> tuple[ConferenceView, Paper | None]:
            held = seat.chaired(conn, who, series, number)
            return held, papers.load(conn, directory, route, held, now)

        return await self._db.read(read)

    @for_the_record
    async def change_agenda(
        self, who: Principal, series: str, number: int, stamp: str | None, sent: AgendaChange
    ) -> Paper:
        """One step: order, lead, minutes, outcome, dropped with a reason, put back."""
        route, directory = self._route(who), self._directory.value

        def apply(tx: Transaction) -> Paper:
            held = seat.chaired(tx.conn, who, series, number)
            return papers.change(tx, who, directory, route, held, stamp, sent)

        return await self._change(apply)

    @for_the_record
    async def compile(self, who: Principal, series: str, number: int) -> Recorded:
        """Compile the agenda now, as a draft: of a conference that no schedule compiles, or before its time."""
        held, paper = await self.paper(who, series, number)
        if paper is not None and paper.closed:
            raise Conflict(f"The agenda of conference {number} is closed.")
        if held.state == "cancelled" or held.ends <= self._clock.now():
            raise Conflict(f"Conference {number} {'was cancelled' if held.state == 'cancelled' else 'is over'}.")
        data = await self._db.read(self._compiled, self._route(who), held)
        await self._change(
            lambda tx: tx.audit("agenda-compiled", who.route, who.party, who.actor, _which(series, number))
        )
        post = Post(self._intake.registry["agenda"], data, tlp=marking(data, held))
        return await self._intake.receive(hub_principal(who.route), post)

    def _compiled(self, conn: Connection, route: RouteView, held: ConferenceView) -> dict[str, Any]:
        now = self._clock.now()
        known = [
            ref.edition
            for ref in agendas(conn, papers.read_with(conn, route, held, now), route.code, held.series, held.number)
        ]
        return compile_agenda(
            conn, self._intake.registry, self._directory.value, route, _series_of(conn, route, held), held, now,
            edition=max(known, default=0) + 1,
        )  # fmt: skip

    @for_the_record
    async def close_agenda(self, who: Principal, series: str, number: int, stamp: str | None = None) -> Recorded:
        """Freeze the agenda as the chair has it. Errors: 409 before it is compiled and when it is closed, 412 when
        somebody changed it meanwhile."""
        held, paper = await self.paper(who, series, number)
        if paper is None:
            raise Conflict(f"The agenda of conference {number} is not compiled yet.")
        if paper.closed:
            raise Conflict(f"The agenda of conference {number} is closed already.")
        if held.state == "cancelled":
            raise Conflict(f"Conference {number} was cancelled.")
        if stamp is not None and stamp != paper.stamp:
            raise papers.changed(paper)
        return await self._close(self._route(who), held, paper, who)

    @for_the_record
    async def close_by_time(self, route: RouteView, held: ConferenceView) -> Recorded | None:
        """Close an agenda whose time has come; None where the chair has done it."""
        now = self._clock.now()
        paper = await self._db.read_own(papers.load, self._directory.value, route, held, now)
        if paper is None or paper.closed:
            return None
        return await self._close(route, held, paper, hub_principal(route.code))

    async def _close(self, route: RouteView, held: ConferenceView, paper: Paper, who: Principal) -> Recorded:
        """By the chair, or by the hub when its time has come: one message whoever comes first."""
        data = await self._db.read(papers.closed_data, route, paper, self._clock.now())
        check = papers.unchanged(self._directory.value, route, held, paper)

        def guard(tx: Transaction) -> None:
            check(tx)
            tx.audit("agenda-closed", route.code, who.party, who.actor, _which(held.series, held.number))

        fixed = uuid8("agenda-closed", route.code, held.series, str(held.number))
        post = Post(self._intake.registry["agenda"], data, tlp=marking(data, held), fixed_id=fixed, guard=guard)
        return await self._intake.receive(hub_principal(route.code), post)

    @for_the_record
    async def decide(
        self,
        who: Principal,
        series: str,
        number: int,
        proposal: str,
        act: str,
        text: str | None,
        key: str | None = None,
    ) -> Recorded:
        """Accept or decline a proposal; one accepted after the close makes a late item."""
        held = await self._db.read(seat.chaired, who, series, number)
        data = {"to": proposal, "act": act} | ({"text": text} if text else {})
        found = await self._intake.receive(who, Post(self._intake.registry["response"], data, key=key))
        await self.add_late(self._route(who), held)
        return found

    @for_the_record
    async def add_late(self, route: RouteView, held: ConferenceView) -> Recorded | None:
        """An edition with what was accepted after the close, if there is anything; None else."""
        now, directory = self._clock.now(), self._directory.value

        def read(conn: Connection) -> tuple[Paper, dict[str, object]] | None:
            paper = papers.load(conn, directory, route, held, now)
            if paper is None or not paper.closed or not paper.late or paper.ref.edition >= MOST_EDITIONS:
                return None
            return paper, papers.late_data(conn, route, paper, now)

        found = await self._db.read(read)
        if found is None or held.ends <= now or held.state == "cancelled":
            return None
        paper, data = found
        fixed = uuid8("agenda-late", route.code, held.series, str(held.number), str(paper.ref.edition))
        guard = papers.unchanged(directory, route, held, paper)
        post = Post(self._intake.registry["agenda"], data, tlp=marking(data, held), fixed_id=fixed, guard=guard)
        return await self._intake.receive(hub_principal(route.code), post)

    # --- the minutes ---

    @for_the_record
    async def meeting(self, who: Principal, series: str, number: int) -> tuple[ConferenceView, Meeting | None]:
        """The notes in work, for those who take them."""

        def read(conn: Connection) -> tuple[ConferenceView, Meeting | None]:
            held = seat.chaired(conn, who, series, number)
            return held, meetings.load(conn, who.route, held)

        return await self._db.read(read)

    @for_the_record
    async def start(self, who: Principal, series: str, number: int) -> Meeting:
        """Start the conference: an open agenda is closed first, and its items become those of the minutes."""
        held, paper = await self.paper(who, series, number)
        route, directory = self._route(who), self._directory.value
        if paper is not None and not paper.closed and self._clock.now() >= held.start - meetings.EARLY:
            await self._close(route, held, paper, who)

        def apply(tx: Transaction) -> Meeting:
            now_held = seat.chaired(tx.conn, who, series, number)
            found = papers.load(tx.conn, directory, route, now_held, tx.now)
            agenda = (found.ref.message_id, found.data["items"]) if found is not None else None
            parties = minuting.invited(tx.conn, route, now_held, tx.now)
            places = minuting.answered(tx.conn, route, who, now_held)
            there = minuting.attendance_of(parties, now_held.chair, places)
            return meetings.start(tx, who, now_held, there, agenda)

        return await self._change(apply)

    @for_the_record
    async def note_present(
        self, who: Principal, series: str, number: int, version: int | None, sent: Present
    ) -> Meeting:
        route, directory = self._route(who), self._directory.value

        def apply(tx: Transaction) -> Meeting:
            held = seat.chaired(tx.conn, who, series, number)
            return meetings.present(tx, who, directory, route, held, version, sent)

        return await self._change(apply)

    @for_the_record
    async def save_item(
        self, who: Principal, series: str, number: int, item: int, version: int | None, sent: Noted
    ) -> ItemNote:
        route, directory = self._route(who), self._directory.value

        def apply(tx: Transaction) -> ItemNote:
            held = seat.chaired(tx.conn, who, series, number)
            return meetings.save(tx, who, directory, route, held, item, version, sent)

        return await self._change(apply)

    @for_the_record
    async def add_item(self, who: Principal, series: str, number: int, sent: NewItem) -> ItemNote:
        route, directory = self._route(who), self._directory.value

        def apply(tx: Transaction) -> ItemNote:
            held = seat.chaired(tx.conn, who, series, number)
            return meetings.add_item(tx, who, directory, route, held, sent)

        return await self._change(apply)

    @for_the_record
    async def hold(self, who: Principal, series: str, number: int, item: int, *, take_over: bool = False) -> ItemNote:
        return await self._change(
            lambda tx: meetings.hold(tx, who, seat.chaired(tx.conn, who, series, number), item, take_over=take_over)
        )

    @for_the_record
    async def release(self, who: Principal, series: str, number: int, item: int) -> None:
        await self._change(lambda tx: meetings.release(tx, who, seat.chaired(tx.conn, who, series, number), item))

    @for_the_record
    async def end(self, who: Principal, series: str, number: int, following: datetime | None = None) -> Recorded:
        """End the conference: the notes become the minutes, and go to all who were invited."""
        held, seen = await self.meeting(who, series, number)
        if seen is None:
            raise Conflict(f"Conference {number} has not been started.")
        if not seen.open:
            raise Conflict(f"Conference {number} is over and its minutes are sent.")
        route = self._route(who)
        data = await self._db.read(minuting.minutes_data, route, seen, self._clock.now(), following)
        fixed = uuid8("minutes", route.code, series, str(number), str(seen.edition))

        def guard(tx: Transaction) -> None:
            meetings.ended(tx, who, held, seen, fixed, seen.edition)

        tlp = "RED" if held.tlp == "RED" else None
        post = Post(self._intake.registry["minutes"], data, tlp=tlp, fixed_id=fixed, guard=guard)
        recorded = await self._intake.receive(who, post)
        if recorded.unchanged:  # opened for a correction that corrects nothing: there is no new edition, and it ends
            await self._change(
                lambda tx: meetings.ended(tx, who, held, seen, recorded.message_id, max(1, seen.edition - 1))
            )
        return recorded

    @for_the_record
    async def next_start(self, who: Principal, series: str, number: int) -> datetime | None:
        """When the next conference of the series begins, as all who were invited know."""
        route, now = self._route(who), self._clock.now()

        def read(conn: Connection) -> datetime | None:
            held = seat.chaired(conn, who, series, number)
            return minuting.next_start(conn, route, held, minuting.audience(conn, route, held, now))

        return await self._db.read(read)

    @for_the_record
    async def correct(self, who: Principal, series: str, number: int) -> Meeting:
        """Open the minutes that were sent for a correction."""
        registry = self._intake.registry

        def apply(tx: Transaction) -> Meeting:
            held = seat.chaired(tx.conn, who, series, number)
            ids = readable(tx.conn, who.route, who.party)
            known = editions(tx.conn, ids, who.route, series, number)
            message = follow.by_id(tx.conn, registry, known[0].message_id) if known else None
            if message is None or not isinstance(message.payload, Minutes):
                raise Unknown(f"There are no minutes of conference {number} that you can see.")
            return meetings.correct(tx, who, held, message.id, message.payload)

        return await self._change(apply)


def _which(series: str, number: int) -> dict[str, object]:
    return {"series": series, "conference": number}


def _series_of(conn: Connection, route: RouteView, held: ConferenceView) -> Series:
    """The series of a conference; one that was called by itself has the plan of the route's first series."""
    known = series.every(conn, route.code)
    own = next((one for one in known if one.name == held.series), None)
    plan = next((one.plan for one in known if one.plan), None)
    return own or weekly(route.code, route.zone, held.chair, name=held.series, plan=plan)
