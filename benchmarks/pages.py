"""Pages over two years of figures: how long the server takes for each, and what happens when hundreds of open pages
learn of a new report at the same time.

Times are those of a client on the same machine, over HTTP, one page after the other; aim: p95 200 ms (UX 13). Open
pages behave as ``live.js`` does: they hear of the report by their stream, wait a random moment within the time that the
hub gives for so many, and ask for themselves once, each over a connection of its own as a proxy makes it. Who opens
pages meanwhile is a process of its own, so that what it feels is the hub and not this program.
"""

import asyncio
import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from benchmarks.bulk import END, ROUTE
from benchmarks.fan import allow_many_files, cpu_seconds, memory_kib
from benchmarks.peers import free_port, wait_open
from benchmarks.reads import build
from routehub.core import state
from routehub.core.clock import LiveClock, wall
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.directory import keys, people, sign_in
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import cookie_name
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.follow import head, set_checkpoint
from routehub.journal.writer import Writer
from routehub.warning import stored
from routehub_schemas.registry import Registry

SIZES, QUICK = {"two weeks": 14, "two years": 731}, {"two days": 2, "a week": 7}
OPEN, OPEN_QUICK = 500, 100
TURNS = 60
PARTIES = ("SI", "MK", "RS", "HR", "AT", "GR", "DE", "HU", "BG", "RO", "EC")
PAGES = {
    "overview": "/", "overview, brought up to date": "/", "figures form": f"/figures/{{party}}/{END.date()}",
    "a party": "/parties/MK", "a border": "/legs/MK-RS", "parties": "/parties", "day by day": "/replay",
    "forecast": "/forecast", "alerts": "/alerts", "free places": "/places", "messages": "/messages",
}  # fmt: skip
LIVE = "overview, brought up to date"
LEAST = 0.1
"""Seconds that a page waits in any case before it asks: ``live.js``. Up to which time is said by the hub."""
SPREAD = re.compile(r'data-spread="(\d+)"')
OPENING = """
import json, sys, time, httpx
took, until = [], time.monotonic() + float(sys.argv[3])
with httpx.Client(trust_env=False, timeout=60, headers=json.loads(sys.argv[2])) as client:
    while time.monotonic() < until:
        began = time.perf_counter()
        client.get(sys.argv[1]).raise_for_status()
        took.append(1000 * (time.perf_counter() - began))
        time.sleep(0.05)
print(json.dumps(took))
"""
"""Somebody who opens a page again and again, for so many seconds."""
OWN = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Furnished:
    """What is needed to look and to post: a session of each party, and a key of the poster."""

    tokens: dict[str, str]
    key: str


def furnish(tx: Batch) -> Furnished:
    """A signed-in person of each party, and the hub's clock where the figures end."""
    state.set_clock_offset(tx.conn, END - wall())
    set_checkpoint(tx.conn, stored.NAME, head(tx.conn))  # as a hub that ran before: early warning has read it all
    tokens = {}
    for party in PARTIES:
        person = people.nominate(
            tx, operator_principal(ROUTE),
            people.Nomination(name=f"Contact of {party}", email=f"{party.lower()}@example.org", party=party,
                              roles=["contact_point"]),
        )  # fmt: skip
        tokens[party] = sign_in.begin(tx, person.id, "link", "benchmark", 12).token
    tx.directory_changed()
    _, key = keys.make(
        tx.conn, load(tx.conn), route=ROUTE, party="MK", system="bench", scopes=frozenset({"read:feed", "post:*"}),
        allowed=keys.known_scopes(frozenset(Registry.shipped())), days=30, by="benchmark", wall=wall(),
    )  # fmt: skip
    return Furnished(tokens, key)


@dataclass(frozen=True)
class Running:
    """A hub process over one of the databases."""

    port: int
    pid: int
    people: Furnished

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cookie(self, party: str) -> str:
        return f"{cookie_name(self.url)}={self.people.tokens[party]}"


@contextlib.contextmanager
def hub(file: str) -> Iterator[Running]:
    """Started on the database of a size; stopped at the end."""
    db = Database(f"sqlite:///{file}")
    try:
        furnished = Writer(db, (), LiveClock(), SilentBell(), Metrics()).change(furnish)
    finally:
        db.close()
    port = free_port()
    given = {
        "database_url": f"sqlite:///{file}", "data_dir": str(Path(file).parent), "port": str(port), "mode": "exercise",
        "log_level": "ERROR", "rate_per_minute": "10000000", "streams_per_person": "5000",
        "public_url": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    environment = os.environ | {f"ROUTEHUB_{name.upper()}": value for name, value in given.items()}
    process = subprocess.Popen([sys.executable, "-m", "routehub.cli", "serve"], env=environment)
    try:
        wait_open(port)
        yield Running(port, process.pid, furnished)
    finally:
        process.terminate()
        process.wait(60)


@dataclass(frozen=True)
class Took:
    """Milliseconds of many turns, and the kilobytes of an answer as it travels."""

    p50: float
    p95: float
    kilobytes: float


def measure(run: Running, turns: int) -> dict[str, Took]:
    """Each page in turns, by readers of all parties; the first round warms up."""
    found = {}
    with httpx.Client(base_url=run.url, trust_env=False, timeout=60) as client:
        for name, path in PAGES.items():
            took, size = [], 0
            for turn in range(-len(PARTIES), turns):
                party = PARTIES[turn % len(PARTIES)]
                headers = {**OWN, "Cookie": run.cookie(party), **({"X-Live": "1"} if name == LIVE else {})}
                began = time.perf_counter()
                with client.stream("GET", path.format(party=party), headers=headers) as answer:
                    size = sum(len(part) for part in answer.iter_raw())
                if answer.status_code != 200:
                    if party == "EC" and "figures" in path:
                        continue  # a coordinator posts no figures
                    raise RuntimeError(f"{path} for {party}: {answer.status_code}")
                if turn >= 0:
                    took.append(1000 * (time.perf_counter() - began))
            found[name] = Took(statistics.median(took), statistics.quantiles(took, n=20)[18], size / 1000)
    return found


# --- many open pages ----------------------------------------------------------------------------------


@dataclass
class OpenPages:
    """So many pages, each with its stream, as browsers hold them."""

    run: Running
    share: bool
    count: int
    updated: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    failed: int = 0
    told: float = 0.0
    spread: float = 0.0
    all_new: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, party: str, ready: asyncio.Event) -> None:
        """One page: its stream, and one fetch for whatever comes while it waits."""
        reader, writer = await self._ask(party, f"/v1/routes/{ROUTE}/events", "Accept: text/event-stream")
        if b" 200 " not in await reader.readline():
            raise RuntimeError(f"no stream for {party}")
        busy = False
        try:
            while line := await reader.readline():
                if line.startswith(b"event: start"):
                    ready.set()
                if line.startswith(b"data: ") and b"routehub.report" in line and not busy:
                    busy = True
                    await asyncio.sleep(LEAST + random.random() * self.spread)
                    busy = False
                    await self._fetch(party)
        finally:
            writer.close()

    async def _ask(self, party: str, path: str, *lines: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.run.port)
        cookie = f"Cookie: {self.run.cookie(party)}"
        host = f"Host: 127.0.0.1:{self.run.port}"
        head = (f"GET {path} HTTP/1.1", host, "Sec-Fetch-Site: same-origin", cookie, *lines, "", "")
        writer.write("\r\n".join(head).encode())
        return reader, writer

    async def _fetch(self, party: str) -> None:
        began = time.perf_counter()
        live = ("X-Live: 1",) if self.share else ()
        lines = ("Accept: text/html", "Accept-Encoding: gzip", "Connection: close", *live)
        reader, writer = await self._ask(party, "/", *lines)
        answer = await reader.read(-1)
        writer.close()
        self.failed += b" 200 " not in answer[:20]
        self.asked.append(1000 * (time.perf_counter() - began))
        self.updated.append(1000 * (time.perf_counter() - self.told))
        if len(self.updated) == self.count:
            self.all_new.set()


def _opening(run: Running, seconds: float) -> "subprocess.Popen[bytes]":
    """Somebody who opens pages for so long."""
    headers = json.dumps({**OWN, "Cookie": run.cookie("HR")})
    command = (sys.executable, "-c", OPENING, f"{run.url}/alerts", headers, str(seconds))
    return subprocess.Popen(command, stdout=subprocess.PIPE)


async def _felt(opening: "subprocess.Popen[bytes]") -> float:
    """What 19 of 20 took at most, in milliseconds."""
    said, _ = await asyncio.to_thread(opening.communicate, timeout=120)
    return statistics.quantiles(json.loads(said), n=20)[18]


async def _spread(run: Running) -> float:
    """Seconds that the hub gives its open pages, as it writes them into each."""
    async with httpx.AsyncClient(base_url=run.url, trust_env=False, timeout=60) as client:
        page = (await client.get("/", headers={**OWN, "Cookie": run.cookie("HR")})).text
    found = SPREAD.search(page)
    if found is None:
        raise RuntimeError("the page does not say how long to wait")
    return int(found[1]) / 1000


async def stampede(run: Running, count: int, *, share: bool) -> None:
    """A report comes while so many overviews are open; prints what each side feels."""
    pages = OpenPages(run, share, count)
    events = [asyncio.Event() for _ in range(count)]
    tasks = [
        asyncio.create_task(pages.listen(PARTIES[number % len(PARTIES)], event)) for number, event in enumerate(events)
    ]
    async with asyncio.timeout(120):
        await asyncio.gather(*(event.wait() for event in events))
    quiet = await _felt(_opening(run, 3))
    pages.spread = await _spread(run)
    opening = _opening(run, 1 + pages.spread)
    await asyncio.sleep(1)  # it has to start first
    used, pages.told = cpu_seconds(run.pid), time.perf_counter()
    posted = await _post(run)
    async with asyncio.timeout(120):
        await pages.all_new.wait()
    used = cpu_seconds(run.pid) - used
    busy = await _felt(opening)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    last, asked = max(pages.updated), statistics.quantiles(pages.asked, n=20)[18]
    print(
        f"{'shared by party' if share else 'each made anew':<18}{posted:>9.0f}{1000 * pages.spread:>8.0f}"
        f"{statistics.median(pages.updated):>10.0f}{last:>10.0f}{asked:>10.0f}{1000 * used / count:>10.2f}"
        f"{quiet:>12.0f}{busy:>10.0f}{pages.failed:>8}{memory_kib(run.pid) / 1024:>9.0f}",
        flush=True,
    )


async def _post(run: Running) -> float:
    """Milliseconds until the report was accepted."""
    began = time.perf_counter()
    counted = {"indicator": "arrivals", "counterpart": "GR", "value": random.randint(1000, 2000)}
    async with httpx.AsyncClient(base_url=run.url, trust_env=False, timeout=60) as client:
        answer = await client.put(
            f"/v1/routes/{ROUTE}/parties/MK/reports/{(END + timedelta(days=1)).date()}",
            json={"figures": [counted], "reason": "Counted again."},
            headers={"Authorization": f"Bearer {run.people.key}", "Idempotency-Key": str(time.time_ns())},
        )
    if not answer.is_success:
        raise RuntimeError(answer.text)
    return 1000 * (time.perf_counter() - began)


def run(quick: bool = False) -> None:
    """Build, measure and print."""
    allow_many_files()
    sizes, count = (QUICK, OPEN_QUICK) if quick else (SIZES, OPEN)
    with tempfile.TemporaryDirectory(prefix="routehub-pages-") as name:
        files = build(Path(name), sizes)
        small, large = sizes
        tables = {}
        for size in sizes:
            with hub(files[size]) as running:
                tables[size] = measure(running, TURNS)
                if size == large:
                    _open_pages(running, size, count)
    print(f"\nPages: milliseconds for a client on this machine, {TURNS} turns of readers of {len(PARTIES)} parties")
    print(f"{'':<32}{small:>16}{large:>22}{'growth':>10}{'KB':>8}")
    print(f"{'':<32}{'p50':>8}{'p95':>8}{'':>6}{'p50':>8}{'p95':>8}{'p95':>10}")
    for page, first in tables[small].items():
        last = tables[large][page]
        print(
            f"{page:<32}{first.p50:>8.1f}{first.p95:>8.1f}{'':>6}{last.p50:>8.1f}{last.p95:>8.1f}"
            f"{last.p95 / first.p95:>9.2f}×{last.kilobytes:>8.1f}"
        )


def _open_pages(running: Running, size: str, count: int) -> None:
    print(f"\n{count} open overviews learn of a report, over {size} of figures; milliseconds")
    print(f"{'':<18}{'accepted':>9}{'within':>8}{'p50 new':>10}{'all new':>10}{'p95 asked':>10}"
          f"{'CPU each':>10}{'others p95':>12}"
          f"{'meanwhile':>10}{'failed':>8}{'hub MB':>9}")  # fmt: skip
    for share in (True, False):
        asyncio.run(stampede(running, count, share=share))
