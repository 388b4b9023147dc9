"""Ten thousand due deliveries, claimed and sent by one hub on SQLite and by two on one PostgreSQL, beside the same HTTP
transport that posts as many bodies without asking any database. All go to one receiver on this machine, which counts
what comes twice and what does not come."""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import select

from benchmarks.accepting import postgres
from benchmarks.hub import ROUTE, furnish
from benchmarks.peers import free_port, wait_open
from routehub.core.canonical import iso
from routehub.core.clock import LiveClock, wall
from routehub.core.db import Database
from routehub.core.ids import uuid7
from routehub.core.observe import Metrics
from routehub.delivery import outgoing, subscriptions
from routehub.delivery.guard import GuardedTransport
from routehub.delivery.tables import deliveries
from routehub.delivery.wanted import Wanted
from routehub.directory.principal import Principal
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.tables import entries
from routehub.journal.writer import Writer

EACH = 5
"""Subscriptions of each of the twenty parties."""
SIDE_BY_SIDE = 32
BODY = b"x" * 900
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
PATIENCE = 600.0


@dataclass
class Receiver:
    """Takes POSTs and keeps for each address and message how often it came, and when the first and last came."""

    port: int = field(default_factory=free_port)
    seen: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0

    def clear(self) -> None:
        self.seen.clear()
        self.first = self.last = 0.0

    def take(self, request: bytes) -> None:
        path = request.split(b" ", 2)[1]
        name = next((line for line in request.split(b"\r\n") if line.lower().startswith(b"webhook-id:")), b"")
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.seen[path, name] += 1

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(loop.create_server(lambda: _Taking(self), "127.0.0.1", self.port, backlog=512))
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(server.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


class _Taking(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver, self._got = receiver, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._got.lower().index(b"content-length:")
        if len(self._got) >= head + 4 + int(self._got[at + 15 : self._got.index(b"\r\n", at)]):
            self._receiver.take(self._got[:head])
            self._transport.write(ANSWER)
            self._transport.close()


def run(quick: bool = False) -> None:
    """Print the table."""
    count = 1_000 if quick else 10_000
    print(
        f"\n{count:,} due deliveries for {20 * EACH} subscriptions, one connection each; ratio to the limit beside it"
    )
    print(f"{'what':<52}{'a second':>10}{'ratio':>8}{'doubles':>9}{'missing':>9}")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, receiver = Path(name), Receiver()
        stack.enter_context(receiver.listening())
        one = _posting(receiver, count, 1)
        _row("limit: one process that posts and asks nobody", one, one, 0, 0)
        sending("one hub on SQLite", folder / "sqlite", f"sqlite:///{folder}/sqlite/hub.db", 1, receiver, count, one)
        two = _posting(receiver, count, 2)
        _row("limit: two such processes", two, two, 0, 0)
        address = stack.enter_context(postgres())
        if address is None:
            print("hubs on PostgreSQL: not installed")
            return
        sending("two hubs on one PostgreSQL", folder / "postgres", address, 2, receiver, count, two)


def _row(what: str, rate: float, limit: float, doubles: int, missing: int) -> None:
    print(f"{what:<52}{rate:>10.0f}{rate / limit:>8.2f}{doubles:>9}{missing:>9}", flush=True)


def _posting(receiver: Receiver, count: int, processes: int) -> float:
    """The rate of processes that post what a worker posts, by its transport and as many side by side."""
    receiver.clear()
    words = [sys.executable, "-m", "benchmarks.deliveries", str(receiver.port), str(count // processes)]
    for process in [subprocess.Popen(words) for _ in range(processes)]:
        process.wait()
    return sum(receiver.seen.values()) / (receiver.last - receiver.first)


async def _post(port: int, count: int) -> None:
    transport, numbers = GuardedTransport(private=True), iter(range(count))

    async def some() -> None:
        for number in numbers:
            url = f"http://127.0.0.1:{port}/{os.getpid()}"
            request = httpx.Request("POST", url, headers={"webhook-id": str(number)}, content=BODY)
            await (await transport.handle_async_request(request)).aclose()

    await asyncio.gather(*(some() for _ in range(SIDE_BY_SIDE)))


def sending(what: str, folder: Path, url: str, hubs: int, receiver: Receiver, count: int, limit: float) -> float:
    """One row: hubs that share so many due deliveries. ``limit``: a rate to compare with; 0: with itself. Gives the
    rate."""
    folder.mkdir()
    ports = [free_port(21_150 + 10 * number) for number in range(hubs)]
    given = {
        "database_url": url, "data_dir": str(folder), "log_level": "ERROR", "mode": "exercise",
        "webhook_private": "true", "rate_per_minute": "10000000",
    }  # fmt: skip
    environment = os.environ | {f"ROUTEHUB_{name.upper()}": value for name, value in given.items()}
    subprocess.run([sys.executable, "-m", "routehub.cli", "migrate"], env=environment, check=True, capture_output=True)
    db = Database(url)
    writer = Writer(db, (), LiveClock(), SilentBell(), Metrics())
    keys = writer.change(furnish)
    with _serving(environment, ports[:1], folder):
        _alerts(ports[0], keys[0], count // (20 * EACH))
    wanted = writer.change(lambda tx: _make_due(tx, receiver.port))
    receiver.clear()
    with _serving(environment, ports, folder):
        _wait(db, receiver)
    db.close()
    doubles = sum(times - 1 for times in receiver.seen.values())
    rate = wanted / (receiver.last - receiver.first)
    _row(what, rate, limit or rate, doubles, wanted - len(receiver.seen))
    return rate


@contextlib.contextmanager
def _serving(environment: dict[str, str], ports: Sequence[int], folder: Path) -> Iterator[None]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "routehub.cli", "serve"],
            env=environment | {"ROUTEHUB_PORT": str(port), "ROUTEHUB_DATA_DIR": str(folder / str(port))},
        )
        for port in ports
    ]
    try:
        for port in ports:
            wait_open(port)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def _alerts(port: int, key: str, count: int) -> None:
    said = {
        "category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely", "status": "Exercise",
        "headline": "Crossing fills up", "expires": iso(wall() + timedelta(days=2)), "description": "x" * 300,
    }  # fmt: skip
    with httpx.Client(trust_env=False, timeout=30, headers={"Authorization": f"Bearer {key}"}) as client:
        for _ in range(count):
            client.post(f"http://127.0.0.1:{port}/v1/alerts", json=said).raise_for_status()


def _make_due(tx: Batch, port: int) -> int:
    """Every alert for every subscription, due now."""
    ids = list(tx.conn.execute(select(entries.c.id).where(entries.c.kind == "alert")).scalars())
    rows, at = [], tx.wall
    for party in sorted({key.party for key in load(tx.conn).keys.values()}):
        who = Principal(ROUTE, party, "bench", "key:bench", frozenset({"national_system"}), frozenset({"read:feed"}))
        for number in range(EACH):
            made = subscriptions.create(tx, who, "webhook", f"http://127.0.0.1:{port}/{party}/{number}", Wanted())
            rows += [
                outgoing.row(
                    uuid7(at), made.addressee, one, "message", ROUTE, party, "webhook", "alert", at, urgent=True
                )
                for one in ids
            ]  # fmt: skip
    outgoing.add(tx, rows)
    return len(rows)


def _wait(db: Database, receiver: Receiver) -> None:
    """Until nothing is due any more."""
    until = time.monotonic() + PATIENCE
    due = select(deliveries.c.id).where(deliveries.c.state == "due").limit(1)
    while time.monotonic() < until and db.read_sync(lambda conn: conn.execute(due).first()) is not None:
        time.sleep(0.25)


if __name__ == "__main__":
    asyncio.run(_post(int(sys.argv[1]), int(sys.argv[2])))
