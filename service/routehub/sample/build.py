"""Builds the sample in an empty exercise hub, through intake like everything else, with the clock moved along."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from routehub.app import Hub
from routehub.boards.conferences.queries import ConferenceView, conferences
from routehub.chairing.readouts.desk import ReadoutDesk
from routehub.core import state
from routehub.core.clock import MovableClock, wall
from routehub.core.ids import uuid7
from routehub.digests import series
from routehub.digests.agenda.compile import CLOSES_BEFORE
from routehub.digests.bulletin import times
from routehub.digests.series import ONE_WEEK, WEEKDAYS, Series
from routehub.directory.principal import Principal, key_principal, person_principal
from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import PersonView
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.sample import acting, alerts, commitments, conference, people, requests, story
from routehub.sample.event import Around, Event

BULLETINS = 8
"""For how many days up to its last the sample has bulletins."""
DIGEST, MEETS = time(6, 30), time(10)
"""The agenda goes out today, the conference is tomorrow: so there is always one to prepare."""


@dataclass(frozen=True)
class Built:
    """What the sample made: keys by party, shown once, and the moment at which its clock stands."""

    keys: dict[str, str]
    now: datetime


class Step(NamedTuple):
    """Something that is done at a moment of the hub's clock."""

    at: datetime
    act: Callable[[], Awaitable[object]]


class SampleBuilder:
    """Fills one hub. ``tell`` is called with (done, of) as the days go in."""

    def __init__(self, hub: Hub, tell: Callable[[int, int], None]) -> None:
        assert isinstance(hub.clock, MovableClock)
        self.hub, self.clock, self._tell = hub, hub.clock, tell
        self._made: dict[str, str] = {}
        self._systems: dict[str, Principal] = {}

    async def build(self, today: date | None = None) -> Built:
        """today: another day than the machine's, to see the sample as it will be then."""
        hub = self.hub
        hub.writer.change(people.directory)
        hub.db.read_sync(hub.refresh)
        route = hub.directory.route(story.ROUTE)
        now = instant(today or wall().astimezone(route.zone).date(), story.NOW, route.zone)
        around = Around(now.astimezone(route.zone))
        self._main = _series(around)
        self.clock.set(around.at(-story.DAYS, 0))
        hub.writer.change(lambda tx: series.add(tx.conn, self._main, tx.now))
        keys = hub.writer.change(lambda tx: people.keys(tx, frozenset(hub.registry)))
        hub.db.read_sync(hub.refresh)
        for key in hub.directory.value.keys.values():
            self._systems[key.party] = key_principal(key, hub.directory.value)
        steps = sorted(self._steps(around), key=lambda step: step.at)
        for done, step in enumerate(steps, 1):
            self.clock.set(step.at)
            await step.act()
            self._tell(done, len(steps))
        self.clock.set(now)
        hub.writer.change(lambda tx: people.absences(tx, hub.directory.value))
        hub.writer.change(lambda tx: state.set_clock_offset(tx.conn, self.clock.offset))
        return Built(keys, now)

    def _steps(self, around: Around) -> Iterator[Step]:
        """Everything that happens, in no order."""
        yield from self._reports(around.now.date())
        for part in (acting, alerts, commitments, conference, requests):
            for event in part.events(around):
                yield Step(event.at, partial(self._event, event))
        first = around.at(1 - BULLETINS, 0)
        yield Step(first, partial(self._bulletin_time, first))
        for back in range(BULLETINS):
            yield Step(around.at(-back, times.USUAL.hour, times.USUAL.minute), self.hub.schedule.tick)
        yield from self._conference(around)
        yield Step(around.at(-1, 12), self._excuse)

    # --- messages -------------------------------------------------------------------------------------

    def _reports(self, today: date) -> Iterator[Step]:
        route = self.hub.directory.route(story.ROUTE)
        for day, at, party in story.posts(today):
            member = route.membership(party, day)
            assert member is not None
            data: dict[str, Any] = {"party": party, "day": day.isoformat()}
            data |= (
                {"nothing_to_report": True} if party == story.QUIET else {"figures": story.figures(party, day, today)}
            )
            when = instant(day, at, member.zone)
            if party == "RS" and day == today:
                yield Step(when, partial(self._post, party, "report", _too_many(data)))
                data["reason"] = "Two buses were counted twice."
                when += timedelta(minutes=4)
            yield Step(when, partial(self._post, party, "report", data))

    async def _event(self, event: Event) -> None:
        data = dict(event.data)
        for name, earlier in event.of.items():
            found = self._invitation() if earlier == conference.NEXT else self._made[earlier]
            data[name] = [found] if name == "references" else found
        made = await self._post(event.party, event.kind, data)
        if event.name:
            self._made[event.name] = made

    async def _post(self, party: str, kind: str, data: dict[str, Any]) -> str:
        by_system = kind == "report" and party in story.BY_SYSTEM
        who = self._systems[party] if by_system else self._who(party)
        post = Post(self.hub.registry[kind], data, key=uuid7(datetime.now(UTC)))
        return (await self.hub.intake.receive(who, post)).message_id

    def _who(self, party: str) -> Principal:
        return person_principal(self._contact(party), story.ROUTE, self.hub.directory.value, wall())

    def _contact(self, party: str) -> PersonView:
        return self.hub.directory.value.people_by_email[people.address(party)]

    async def _excuse(self) -> None:
        self.hub.writer.change(lambda tx: people.excuse(tx, self._who("EC")))
        self.hub.db.read_sync(self.hub.refresh)

    async def _bulletin_time(self, before: datetime) -> None:
        zone = self.hub.directory.route(story.ROUTE).zone
        wanted = times.BulletinTime(story.ROUTE, times.USUAL, zone)
        self.hub.writer.change(lambda tx: times.set_time(tx.conn, wanted, before))

    # --- conferences ----------------------------------------------------------------------------------

    def _conference(self, around: Around) -> Iterator[Step]:
        """The last conference: its agenda closes, its readout is checked, published, and corrected."""
        start = self._main.proposed(around.now, 1)[0] - ONE_WEEK
        over = start + timedelta(minutes=self._main.minutes) + timedelta(hours=1)
        yield Step(start - CLOSES_BEFORE, self.hub.schedule.tick)
        yield Step(over, partial(self._minutes, start))
        yield Step(over + conference.WINDOW, self._publish)
        yield Step(over + timedelta(hours=2), partial(self._correct, start))

    def _desk(self) -> ReadoutDesk:
        hub = self.hub
        return ReadoutDesk(hub.db, hub.writer, hub.intake, hub.directory, hub.clock)

    async def _minutes(self, start: datetime) -> None:
        number = self._main.first_number
        await self._post("EC", "minutes", conference.minutes(number, start, start + ONE_WEEK))
        await self._desk().draft(self._who("EC"), series.MAIN, number)
        await self._desk().send(self._who("EC"), series.MAIN, number, window=conference.WINDOW)

    async def _publish(self) -> None:
        await self._desk().publish(self._who("EC"), series.MAIN, self._main.first_number)

    async def _correct(self, start: datetime) -> None:
        wrong, right = conference.erratum(start)
        await self._desk().correct(self._who("EC"), series.MAIN, self._main.first_number, wrong, right)

    def _invitation(self) -> str:
        """The message by which the hub called the next conference."""

        def read(conn: Connection) -> list[ConferenceView]:
            return conferences(conn, readable(conn, story.ROUTE, "EC"), story.ROUTE, series.MAIN)

        return self.hub.db.read_sync(read)[-1].message_id


def _series(around: Around) -> Series:
    """Meets tomorrow, whatever day that is."""
    today, tomorrow = (WEEKDAYS[around.at(days, 12).weekday()] for days in (0, 1))
    return series.weekly(
        story.ROUTE, ZoneInfo("Europe/Brussels"), "EC", plan="wbr-2015-final", first_number=13, weekday=tomorrow,
        at=MEETS, digest_weekday=today, digest_at=DIGEST,
    )  # fmt: skip


def _too_many(data: dict[str, Any]) -> dict[str, Any]:
    """The same report with the entries from the south counted 200 too many, to be corrected at once."""
    rows = [
        row | {"value": row["value"] + 200} if row["indicator"] == "arrivals" and row["counterpart"] == "MK" else row
        for row in data["figures"]
    ]
    return data | {"figures": rows}
