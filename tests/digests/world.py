"""A hub on the Western Balkans route whose clock the test moves, and short words for what parties post."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from routehub.app import Hub
from routehub.boards.conferences.queries import AgendaRef, ConferenceView, agendas, annex, conferences
from routehub.core import state
from routehub.core.clock import MovableClock
from routehub.core.settings import Settings
from routehub.digests import occurrences, series
from routehub.digests.bulletin import times
from routehub.digests.bulletin.times import BulletinTime
from routehub.digests.occurrences import Occurrence
from routehub.digests.series import Series, weekly
from routehub.directory.install import install_route
from routehub.directory.principal import Principal
from routehub.directory.visibility import readable
from routehub.intake.receive import Post
from routehub.journal import follow
from routehub.journal.jobs import Change, Recorded
from routehub.journal.message import Message
from routehub_schemas.kinds.agenda.payload import Agenda
from routehub_schemas.kinds.agenda_annex.payload import AgendaAnnex

BRUSSELS = ZoneInfo("Europe/Brussels")
ROUTE = "wbr"


def local(text: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    """``2026-01-21 16:00`` in Brussels as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def person(party: str, *roles: str, name: str = "") -> Principal:
    """Somebody of a party who may act."""
    return Principal(
        ROUTE, party, name or f"Contact of {party}", f"person:{party}", frozenset(roles or {"contact_point"})
    )


class World:
    """One hub in this process. Its own tick never comes; the test ticks by hand."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    @property
    def clock(self) -> MovableClock:
        assert isinstance(self.hub.clock, MovableClock)
        return self.hub.clock

    async def at(self, moment: datetime) -> None:
        """Move the hub's clock, as ``replay`` does."""

        def apply(tx: Any) -> None:
            state.set_clock_offset(tx.conn, self.clock.set(moment))

        await self.hub.writer.submit(Change(apply))

    async def series(self, **changes: Any) -> Series:
        made = weekly(ROUTE, BRUSSELS, "EC", **{"plan": "wbr-2015-final", **changes})
        now = self.clock.now()
        await self.hub.writer.submit(Change(lambda tx: series.add(tx.conn, made, now)))
        return made

    async def bulletins(self) -> None:
        """A bulletin every day at the usual time, from now on."""
        at, now = BulletinTime(ROUTE, times.USUAL, BRUSSELS), self.clock.now()
        await self.hub.writer.submit(Change(lambda tx: times.set_time(tx.conn, at, now)))

    async def post(self, who: Principal, kind: str, *, tlp: str | None = None, **data: Any) -> Recorded:
        return await self.hub.intake.receive(who, Post(self.hub.registry[kind], data, tlp=tlp))

    async def report(self, party: str, day: date, **more: Any) -> Recorded:
        """``figures`` as tuples: (indicator, value) or (indicator, value, counterpart)."""
        figures = [
            {"indicator": f[0], "value": f[1], **({"counterpart": f[2]} if len(f) > 2 else {})}
            for f in more.pop("figures", ())
        ]
        data: dict[str, Any] = {"party": party, "day": day.isoformat(), **more}
        if figures:
            data["figures"] = figures
        return await self.post(person(party), "report", **data)

    async def alert(self, party: str, headline: str, **more: Any) -> Recorded:
        data = {
            "category": "other", "severity": "Moderate", "urgency": "Expected", "certainty": "Likely",
            "headline": headline, "expires": (self.clock.now() + timedelta(days=2)).isoformat(), **more,
        }  # fmt: skip
        return await self.post(person(party), "alert", **data)

    async def tick(self) -> int:
        """How many digests came to their end; reminders, which look at something every day, do not count."""
        return sum(task != "action-reminders" for task in await self.hub.schedule.tick())

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self.hub.db.read(fn, *args, **kwargs)

    async def occurrences(self) -> list[Occurrence]:
        """Oldest first."""
        found: list[Occurrence] = await self.read(occurrences.listed)
        found = [one for one in found if one.task != "action-reminders"]
        return list(reversed(found))

    async def conferences(self, party: str = "SI") -> list[ConferenceView]:
        def read(conn: Connection) -> list[ConferenceView]:
            return conferences(conn, readable(conn, ROUTE, party), ROUTE)

        found: list[ConferenceView] = await self.read(read)
        return found

    async def agendas(self, party: str = "SI") -> list[AgendaRef]:
        """Oldest first."""

        def read(conn: Connection) -> list[AgendaRef]:
            return list(reversed(agendas(conn, readable(conn, ROUTE, party), ROUTE, "weekly")))

        found: list[AgendaRef] = await self.read(read)
        return found

    async def annexes(self) -> dict[str, AgendaAnnex]:
        """The newest annex of each party that has one for conference 14."""
        found = {}
        for party in self.hub.directory.value.parties:
            ref = await self.read(
                lambda conn, of: annex(conn, readable(conn, ROUTE, of), ROUTE, "weekly", 14, of), party
            )
            if ref is not None:
                payload = (await self.message(ref)).payload
                assert isinstance(payload, AgendaAnnex)
                found[party] = payload
        return found

    async def message(self, message_id: str) -> Message:
        found = await self.read(follow.by_id, self.hub.registry, message_id)
        assert isinstance(found, Message)
        return found

    async def messages(self, party: str) -> list[Message]:
        """Everything that a party reads, the oldest first."""
        found: list[Message] = await self.read(lambda conn: list(follow.everything(conn, self.hub.registry)))
        return [message for message in found if party in message.parties]

    async def agenda(self) -> Agenda:
        """The newest agenda."""
        payload = (await self.message((await self.agendas())[-1].message_id)).payload
        assert isinstance(payload, Agenda)
        return payload


def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, mode="exercise", look_seconds=3600.0, public_url="https://hub.example")


@contextlib.asynccontextmanager
async def open_world(
    database_url: str, now: datetime, *, marking: str = "live", install: bool = True
) -> AsyncIterator[World]:
    """Start a hub at ``now``; the first one on a database installs the route."""
    hub = Hub(settings(database_url))
    if install:
        with hub.db.writer.begin() as conn:
            install_route(conn, ROUTE, marking=marking)
            state.bump_directory_version(conn)
            state.set_clock_offset(conn, now - datetime.now(UTC))
    await hub.start()
    for task in hub._tasks:
        # The one reads the clock from the database now and then, and here only the test moves it; the other adds alerts
        # whenever it gets to it.
        if task.get_name() in ("look", "warning"):
            task.cancel()
    try:
        yield World(hub)
    finally:
        await hub.stop()


async def together(*jobs: Any) -> list[Any]:
    return list(await asyncio.gather(*jobs))


def named(found: Agenda) -> Mapping[str, Any]:
    """The items of an agenda by rule; the last where a rule gave several."""
    return {item.rule: item for item in found.items}
