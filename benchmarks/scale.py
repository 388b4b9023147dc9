"""A made-up route of 200 parties and 500 legs with three weeks of daily figures: what accepting a report costs, and how
long each main page, the digests and early warning take, for a party at a border and for a coordinator.

Times are those of the server in this process, without a network; each page is opened once before it is measured, as a
hub makes the first one after each change, and "first" is that first time.
"""

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from benchmarks.synthetic import route_file
from routehub.app import Hub, create_app
from routehub.core import state
from routehub.core.clock import MovableClock
from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.digests.bulletin.compiling import compile_bulletin
from routehub.digests.bulletin.times import USUAL, BulletinTime
from routehub.digests.occurrences import Due
from routehub.directory import install, people, sign_in
from routehub.directory.people import Nomination
from routehub.directory.principal import Principal, operator_principal
from routehub.directory.sessions import cookie_name
from routehub.directory.snapshot import load
from routehub.intake.receive import Post
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from routehub.migrate import upgrade
from routehub_schemas.reference import route_file as files

SIZES = {"18 parties, 40 legs": (18, 40, 21), "200 parties, 500 legs": (200, 500, 21)}
QUICK = {"18 parties, 40 legs": (18, 40, 3), "200 parties, 500 legs": (200, 500, 3)}
BEGIN = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TURNS = 5
MANY = 40
"""Reports that are under way at once."""
PAGES = (
    "/", "/parties", "/legs", "/places", "/people", "/figures", "/alerts", "/forecast", "/measures", "/commitments",
    "/bulletin", "/replay", "/conference", "/search?q=centre", "/messages", "/settings", "/v1/status", "/v1/figures",
    "/v1/messages", "/v1/route", "/v1/reporting",
)  # fmt: skip


@dataclass
class Made:
    """A running hub with the route in it, and a signed-in person of a party and of a coordinator."""

    hub: Hub
    app: FastAPI
    sessions: dict[str, str]

    def client(self, party: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("192.0.2.7", 40_000))
        client = httpx.AsyncClient(transport=transport, base_url=self.hub.settings.public_url, timeout=600)
        client.cookies.set(cookie_name(self.hub.settings.public_url), self.sessions[party])
        return client


def furnish(tx: Batch, data: dict[str, Any], readers: tuple[str, ...]) -> dict[str, str]:
    """The route of a data file, and a session for a person of each of these parties."""
    given = files.read(json.dumps(data))
    code = install.put_route(tx.conn, given.route, given.parties, marking="exercise")
    found = {}
    for party in readers:
        named = Nomination(name=f"Person of {party}", email=f"{party.lower()}@example.org", party=party,
                           roles=["contact_point"])  # fmt: skip
        person = people.nominate(tx, operator_principal(code), named)
        found[party] = sign_in.begin(tx, person.id, "link", "benchmark", 12).token
    tx.directory_changed()
    return found


class Told:
    """What each station reports day by day: arrivals and departures by border, people present, places."""

    def __init__(self, hub: Hub, data: dict[str, Any]) -> None:
        self.hub, self.code, self.chance = hub, data["code"], random.Random(3)
        self.stations = [party["code"] for party in data["parties"] if party.get("reports")]
        self.level = {(leg["origin"], leg["destination"]): self.chance.randint(10, 900) for leg in data["legs"]}
        self.room = {one: self.chance.randint(200, 6_000) for one in self.stations}
        self.took: list[float] = []

    async def day(self, now: datetime) -> None:
        await moved(self.hub, now)
        turn = asyncio.Semaphore(MANY)
        counts = {ends: max(0, round(n * self.chance.uniform(0.7, 1.3))) for ends, n in self.level.items()}

        async def one(party: str) -> None:
            async with turn:
                began = time.perf_counter()
                await self.hub.intake.receive(
                    self._who(party), Post(self.hub.registry["report"], self._body(party, now, counts))
                )
                self.took.append(1000 * (time.perf_counter() - began))

        late = self.chance.sample(self.stations, len(self.stations) // 25)
        await asyncio.gather(*(one(party) for party in self.stations if party not in late))
        await self.hub.warning.catch_up()  # as a moved clock of an exercise does

    def _who(self, party: str) -> Principal:
        return Principal(self.code, party, party, f"person:{party}", frozenset({"contact_point"}))

    def _body(self, party: str, now: datetime, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
        figures: list[dict[str, Any]] = []
        for (origin, to), value in counts.items():
            if to == party:
                figures.append({"indicator": "arrivals", "counterpart": origin, "value": value})
            elif origin == party and self.chance.random() < 0.8:
                told = round(value * self.chance.uniform(0.85, 1.15))
                figures.append({"indicator": "departures", "counterpart": to, "value": told})
        places = self.room[party]
        occupied = round(places * self.chance.uniform(0.3, 1.05))
        figures.append({"indicator": "present", "value": occupied + 20})
        for name, value in (("places", places), ("occupied", occupied)):
            figures.append({"indicator": name, "service": "shelter", "value": value})
        return {"party": party, "day": now.date().isoformat(), "figures": figures}


async def moved(hub: Hub, now: datetime) -> None:
    """The hub's time, also where the hub reads it again each second."""
    clock = hub.clock
    assert isinstance(clock, MovableClock)
    offset = clock.set(now)
    await hub.writer.submit(Change(lambda tx: state.set_clock_offset(tx.conn, offset)))


async def measured(
    folder: Path, parties: int, legs: int, days: int, look: Callable[[Made], Awaitable[None]] | None = None
) -> dict[str, float]:
    """Build, post all days, and open everything; ``look``: what else to do with the running hub."""
    url = f"sqlite:///{folder / f'{parties}.db'}"
    db = Database(url)
    upgrade(db)
    db.close()
    data = route_file(parties, legs)
    hub = Hub(Settings(database_url=url, data_dir=folder, mode="exercise", default_route=data["code"]))
    app = create_app(hub)
    found: dict[str, float] = {}
    async with app.router.lifespan_context(app):
        told = Told(hub, data)
        readers = (told.stations[len(told.stations) // 2], "EC")
        await moved(hub, BEGIN - DAY)
        made = Made(hub, app, await hub.writer.submit(Change(lambda tx: furnish(tx, data, readers))))
        await hub.db.read(hub.refresh)
        began = time.perf_counter()
        for number in range(days):
            await told.day(BEGIN + number * DAY)
        found["reports a second"] = len(told.took) / (time.perf_counter() - began)
        found["report accepted, ms"] = statistics.median(told.took)
        while await hub.warning.look():
            pass
        found["warning and digests caught up, s"] = time.perf_counter() - began
        await moved(hub, BEGIN + (days - 1) * DAY + timedelta(minutes=45))
        for party, name in zip(readers, ("a party", "a coordinator"), strict=True):
            async with made.client(party) as client:
                for page in PAGES:
                    found |= await _opened(client, page, name)
        found |= await _read(hub, data["code"])
        if look:
            await look(made)
    return found


async def _opened(client: httpx.AsyncClient, page: str, name: str) -> dict[str, float]:
    cpu, answer = [], httpx.Response(0)
    for _ in range(1 + TURNS):
        used = time.process_time()
        answer = await client.get(page, headers={"Accept": "*/*" if page.startswith("/v1") else "text/html"})
        cpu.append(1000 * (time.process_time() - used))
    what = f"{page} for {name}" + ("" if answer.status_code == 200 else f" ({answer.status_code})")
    return {
        f"{what}: first, ms": cpu[0], f"{what}: again, ms": statistics.median(cpu[1:]),
        f"{what}: kB": len(answer.content) / 1e3,
    }  # fmt: skip


async def _read(hub: Hub, code: str) -> dict[str, float]:
    directory = hub.directory.value
    route = directory.routes[code]
    now = hub.clock.now()
    due = Due(code, "bulletin:daily", now.date(), now)
    reads: dict[str, Callable[..., Any]] = {
        "directory snapshot": load,
        "bulletin": lambda conn: compile_bulletin(
            conn, directory, route, BulletinTime(code, USUAL, route.zone), due, now
        ),
    }
    found = {}
    for name, read in reads.items():
        took = []
        for _ in range(TURNS):
            began = time.perf_counter()
            await hub.db.read(read)
            took.append(1000 * (time.perf_counter() - began))
        found[f"{name}, ms"] = statistics.median(took)
    return found


def run(quick: bool = False) -> None:
    """Build, measure and print; ``quick``: three days."""
    with tempfile.TemporaryDirectory(prefix="routehub-scale-") as name:
        found = {}
        for size, (parties, legs, days) in (QUICK if quick else SIZES).items():
            found[size] = asyncio.run(measured(Path(name), parties, legs, days))
    small, large = found
    print(f"\n{'one hub on SQLite':<56}{small:>24}{large:>24}")
    for what, value in found[small].items():
        print(f"{what:<56}{value:>24.1f}{found[large].get(what, float('nan')):>24.1f}")
