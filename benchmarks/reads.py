"""Reads inside the server over 500,000 and 5,000,000 figures, on both databases; then a start, a digest and memory.

Times are those of the hub's own functions on a reading connection, with the transaction around them, without HTTP.
CPU is that of this process: beside a busy neighbour it tells more than the clock does.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from benchmarks.bulk import END, ROUTE, Bulk, rare_word
from benchmarks.copied import copy
from routehub.boards.figures.queries import FigureQuery, day_values, figures, latest
from routehub.core.db import Database
from routehub.digests.agenda.matter import Matter
from routehub.digests.agenda.order import entries
from routehub.directory.snapshot import Directory, load
from routehub.directory.visibility import readable
from routehub.journal import feed, follow
from routehub.journal.feed import Filter
from routehub.journal.search.find import search
from routehub.journal.search.names import codes_of
from routehub.journal.search.question import question
from routehub.migrate import upgrade
from routehub.views import route as route_view
from routehub.views import week
from routehub.views.totals import daily_totals
from routehub.warning import stored
from tests.fixtures.ports import find_free_port
from tests.fixtures.postgres import PostgresServer, find_programs

SIZES = {"500,000": 83, "5,000,000": 830}
"""Days of 11 parties' figures by hour and by day: about 6,000 figures and 1,200 messages a day."""
QUICK = {"50,000": 9, "500,000": 83}
NOTES_AN_HOUR = 39
TURNS = 60
READERS = ("GR", "MK", "RS", "EC", "FRONTEX", "AT")
QUESTIONS = (
    "trains", "gevgelija", "registered macedonia", '"blankets and baby"', "tren* -dobova", "slovenia austria",
    f"{rare_word(40)} dobova", rare_word(4_000), rare_word(90_000), "kerosene",
)  # fmt: skip
TODAY = END.date()


@dataclass(frozen=True)
class Took:
    """Milliseconds of many turns."""

    p50: float
    p95: float
    cpu: float


@dataclass(frozen=True)
class Reads:
    """What is read, by turn: another reader, cursor or question each time."""

    directory: Directory

    def all(self) -> dict[str, Callable[[Connection, int], Any]]:
        return {
            "latest value of every series": self._latest,
            "route overview": self._route,
            "90 days of daily sums per country": self._sums,
            "as-of reading, one country, 21 days": self._as_of,
            "first 100 figures of all": lambda conn, n: figures(conn, _ids(conn, n), FigureQuery(ROUTE, limit=100)),
            "100 messages of the feed from a cursor": self._feed,
            "full-text search, 20 messages": self._search,
        }

    def _latest(self, conn: Connection, turn: int) -> Any:
        return latest(conn, _ids(conn, turn), FigureQuery(ROUTE))

    def _route(self, conn: Connection, turn: int) -> Any:
        return route_view.load(conn, self.directory, self.directory.routes[ROUTE], _ids(conn, turn), END)

    def _sums(self, conn: Connection, turn: int) -> Any:
        first = TODAY - timedelta(days=89 + turn % 5)
        query = FigureQuery(ROUTE, indicators=frozenset({"arrivals"}), first=first, last=first + timedelta(days=89))
        return daily_totals(day_values(conn, _ids(conn, turn), query))

    def _as_of(self, conn: Connection, turn: int) -> Any:
        last = TODAY - timedelta(days=20 + turn % 20)
        query = FigureQuery(
            ROUTE, parties=frozenset({READERS[turn % 3]}), bucket="reporting_day", first=last - timedelta(days=20),
            last=last, as_of=END - timedelta(days=25),
        )  # fmt: skip
        return figures(conn, _ids(conn, turn), query)

    def _feed(self, conn: Connection, turn: int) -> Any:
        party = READERS[turn % len(READERS)]
        after = feed.head(conn, ROUTE, party).feed * turn // (TURNS + 1)
        return feed.page(conn, ROUTE, party, after, 100)

    def _search(self, conn: Connection, turn: int) -> Any:
        asked = question(
            QUESTIONS[turn % len(QUESTIONS)], codes_of(self.directory, self.directory.routes[ROUTE])
        )  # fmt: skip
        return search(conn, ROUTE, READERS[turn // len(QUESTIONS)], asked, 20, Filter())


def _ids(conn: Connection, turn: int) -> frozenset[int]:
    return readable(conn, ROUTE, READERS[turn % len(READERS)])


def measure(url: str) -> dict[str, Took]:
    """Each read in turns, after one turn to warm up."""
    db = Database(url)
    try:
        reads = Reads(db.read_sync(load)).all()
        return {name: _turns(db, read) for name, read in reads.items()} | _digest(db)
    finally:
        db.close()


def _turns(db: Database, read: Callable[[Connection, int], Any], turns: int = TURNS) -> Took:
    for turn in range(min(10, turns)):
        db.read_sync(read, turn)
    wall, cpu = [], []
    for turn in range(turns):
        began, used = time.perf_counter(), time.thread_time()
        db.read_sync(read, turn)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.thread_time() - used))
    return Took(statistics.median(wall), statistics.quantiles(wall, n=20)[18], statistics.median(cpu))


def _digest(db: Database) -> dict[str, Took]:
    directory = db.read_sync(load)
    route = directory.routes[ROUTE]

    def compiled(conn: Connection, _turn: int) -> Any:
        found = week.load(conn, directory, route, END, END - timedelta(days=7))
        return entries(Matter(found, 14, route.zone, "EC", None, None))

    return {"digest: the week read and its rules": _turns(db, compiled, 10)}


def build(folder: Path, sizes: dict[str, int]) -> dict[str, str]:
    """A SQLite database for each size; answers their addresses."""
    found = {}
    for size, days in sizes.items():
        file = folder / f"{days}.db"
        db = Database(f"sqlite:///{file}")
        upgrade(db)
        db.close()
        began, bulk = time.perf_counter(), Bulk(str(file), days, NOTES_AN_HOUR)
        for day, messages in enumerate(bulk.write(), 1):
            _tell(f"SQLite, {size} figures: day {day} of {days}, {messages:,} messages")
        _tell("")
        print(
            f"built: SQLite, {bulk.figures:,} figures in {bulk.sequence:,} messages, "
            f"{file.stat().st_size / 1e9:.1f} GB, {time.perf_counter() - began:.0f} s"
        )
        found[size] = str(file)
    return found


def _tell(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server of our own; it need not be durable, for nothing is accepted here."""
    programs = find_programs()
    if programs is None:
        raise SystemExit("no PostgreSQL programs: install postgresql, or set ROUTEHUB_TEST_PG_BIN to its bin folder")
    options = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "512MB", "max_wal_size": "4GB"}
    server = PostgresServer(programs, durable=True, options=options)
    try:
        server.start()
        yield server
    finally:
        server.close()


def started(file: str) -> tuple[float, float]:
    """Seconds until a hub process on this database answers, and its resident megabytes when it is idle. As a hub that
    ran before: one that did not would read the whole journal for its early warning meanwhile."""
    db = Database(f"sqlite:///{file}")
    with db.write() as conn:
        follow.set_checkpoint(conn, stored.NAME, follow.head(conn))
    db.close()
    port = find_free_port()
    environment = os.environ | {
        "ROUTEHUB_DATABASE_URL": f"sqlite:///{file}", "ROUTEHUB_DATA_DIR": str(Path(file).parent),
        "ROUTEHUB_PORT": str(port), "ROUTEHUB_MODE": "exercise", "ROUTEHUB_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "routehub.cli", "serve"], env=environment)
    try:
        _answers(f"http://127.0.0.1:{port}/health/live")
        seconds = time.perf_counter() - began
        time.sleep(2)
        status = Path(f"/proc/{process.pid}/status").read_text()
        return seconds, int(status.split("VmRSS:")[1].split()[0]) / 1024
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> None:
    """Wait until an address answers."""
    for _ in range(2_000):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError(url)


def run(quick: bool = False) -> None:
    """Build, measure and print; ``quick`` takes a tenth of the rows."""
    sizes = QUICK if quick else SIZES
    small, large = sizes
    with tempfile.TemporaryDirectory(prefix="routehub-reads-") as name:
        files = build(Path(name), sizes)
        table("SQLite", {size: measure(f"sqlite:///{file}") for size, file in files.items()})
        with postgres() as server:
            urls = {}
            for size, file in files.items():
                urls[size] = server.create(f"reads_{Path(file).stem}")
                copy(file, urls[size], lambda part, size=size: _tell(f"PostgreSQL, {size}: {part}"))  # type: ignore[misc]
            _tell("")
            table("PostgreSQL", {size: measure(url) for size, url in urls.items()})
        for size in (small, large):
            seconds, megabytes = started(files[size])
            print(f"start with {size} figures: {seconds:.2f} s; idle memory {megabytes:.0f} MB")


def table(database: str, found: dict[str, dict[str, Took]]) -> None:
    """One row per read: both sizes and how cost grows."""
    small, large = found
    print(f"\n{database}: milliseconds inside the server, {TURNS} turns")
    print(f"{'':<40}{small:>24}{large:>27}{'growth':>9}")
    print(f"{'':<40}{'p50':>8}{'p95':>8}{'cpu':>8}   {'p50':>8}{'p95':>8}{'cpu':>8}{'p95':>9}")
    for name, first in found[small].items():
        last = found[large][name]
        print(
            f"{name:<40}{first.p50:>8.1f}{first.p95:>8.1f}{first.cpu:>8.1f}   "
            f"{last.p50:>8.1f}{last.p95:>8.1f}{last.cpu:>8.1f}{last.p95 / first.p95:>8.2f}×"
        )
