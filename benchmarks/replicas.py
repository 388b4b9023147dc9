"""One, two and three hubs on one PostgreSQL: listeners spread over them while all is posted at the first, by
LISTEN/NOTIFY and by NATS; and due webhooks that they share."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.accepting import postgres
from benchmarks.deliveries import Receiver, sending
from benchmarks.fan import Fan, Talk, allow_many_files, build, fan
from benchmarks.hub import furnish
from benchmarks.peers import UPGRADE, NotInstalledError, alert, find, free_port, wait_open
from routehub.core.clock import LiveClock, wall
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.journal.bell import SilentBell
from routehub.journal.writer import Writer

HUBS = (1, 2, 3)
FASTEST = 640_000


@dataclass(frozen=True)
class Spread:
    """What listeners had, those at the hub that was posted at and those at the others. Milliseconds; rates in thousand
    deliveries a second over all hubs."""

    here: float
    there: float
    sustained: float
    p99: float
    missing: int


def run(quick: bool = False) -> None:
    """Print both tables."""
    allow_many_files()
    count = 600 if quick else 3_000
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(postgres())
        if url is None:
            print("replicas: no PostgreSQL is installed")
            return
        keys = _prepare(folder, url)
        program = build(folder, "fan")
        print(f"\n{count:,} listeners over several hubs on one PostgreSQL, all posted at the first; p50 until the last")
        print(
            f"{'bell':<10}{'hubs':>5}{'there ms':>10}{'elsewhere ms':>14}{'sust. k/s':>11}{'p99 ms':>8}{'missing':>9}"
        )
        for bell in ("notify", "nats"):
            for hubs in HUBS:
                _line(bell, hubs, program, folder, url, keys, count, quick=quick)
        _webhooks(folder / "webhooks", 1_000 if quick else 10_000)


def _prepare(folder: Path, url: str) -> tuple[str, ...]:
    environment = os.environ | {"ROUTEHUB_DATABASE_URL": url, "ROUTEHUB_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "routehub.cli", "migrate"], env=environment, check=True, capture_output=True)
    db = Database(url)
    try:
        return Writer(db, (), LiveClock(), SilentBell(), Metrics()).change(furnish)
    finally:
        db.close()


def _line(
    bell: str, hubs: int, program: Path, folder: Path, url: str, keys: Sequence[str], count: int, *, quick: bool
) -> None:
    try:
        with _bus(bell) as nats, _serving(folder, url, hubs, nats) as ports:
            found = _spread(program, ports, keys, count // hubs, quick=quick)
    except NotInstalledError:
        print(f"{bell:<10}{hubs:>5}   not installed")
        return
    elsewhere = f"{found.there:.1f}" if hubs > 1 else "–"
    print(
        f"{bell:<10}{hubs:>5}{found.here:>10.1f}{elsewhere:>14}{found.sustained / 1e3:>11.1f}{found.p99:>8.0f}"
        f"{found.missing:>9}",
        flush=True,
    )


@contextlib.contextmanager
def _bus(bell: str) -> Iterator[str]:
    if bell != "nats":
        yield ""
        return
    port = free_port(21_190)
    process = subprocess.Popen([find("nats-server"), "-a", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_open(port)
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _serving(folder: Path, url: str, hubs: int, nats: str) -> Iterator[list[int]]:
    ports = [free_port(21_150 + 10 * number) for number in range(hubs)]
    given = {
        "database_url": url, "log_level": "ERROR", "mode": "exercise", "rate_per_minute": "10000000",
        "streams_per_key": "20000", "nats_url": nats,
    }  # fmt: skip
    environment = os.environ | {f"ROUTEHUB_{name.upper()}": value for name, value in given.items()}
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
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def _talk(port: int, keys: Sequence[str]) -> Talk:
    hellos = [
        f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n{UPGRADE}\r\n".encode()
        for key in keys
    ]
    talk = Talk("ws", hellos, b" 101 ", alert(port, keys[0], wall() + timedelta(days=2), "Minor"), publishers=16)
    return replace(talk, hellos=hellos)


def _spread(program: Path, ports: Sequence[int], keys: Sequence[str], each: int, *, quick: bool) -> Spread:
    with contextlib.ExitStack() as stack:
        first, *others = [stack.enter_context(fan(program, port, each, _talk(port, keys))) for port in ports]
        _together(first, others, "once 3 200", 3)
        here, *there = _together(first, others, f"once {6 if quick else 20} 100", 6 if quick else 20)
        best, missing = _sustained(first, others, each * len(ports), 1.5 if quick else 5)
        elsewhere = max((one["p50_ms"] for one in there), default=0.0)
        return Spread(here["last_ms"], elsewhere, best[0], best[1], missing)


def _together(first: Fan, others: Sequence[Fan], words: str, seconds: float) -> list[dict[str, Any]]:
    """A phase at the hub that is posted at, while the listeners of the others only read."""
    for one in others:
        one.begin(f"idle {1000 * (seconds + 2):.0f} 0")
    time.sleep(0.1)
    return [first.phase(words), *(one.answer() for one in others)]


def _sustained(
    first: Fan, others: Sequence[Fan], count: int, seconds: float
) -> tuple[tuple[float, float], int]:  # fmt: skip
    """The highest open-loop schedule whose p99 stays under a second at every hub: deliveries a second, and p99."""
    best, failed, tried, missing = (0.0, 0.0), 0.0, 5_000.0, 0
    while tried <= FASTEST and (not failed or failed / max(best[0], 1) > 1.2):
        told = _together(first, others, f"rate {tried / count:.3f} {seconds:.3f}", seconds)
        messages = told[0]["messages"]
        lost = [messages * (count // len(told)) - one["deliveries"] for one in told[1:]]
        p99 = max(one["p99_ms"] for one in told)
        if p99 < 1000 and not told[0]["missing"] and not told[0]["refused"] and max(lost, default=0) <= 0:
            best = (sum(one["deliveries"] for one in told) / seconds, p99)
            missing = told[0]["missing"] + sum(lost)
        else:
            failed = tried
        for one in (first, *others):
            one.idle(300)
        tried = (best[0] + failed) / 2 if failed else tried * 2
    return best, missing


def _webhooks(folder: Path, count: int) -> None:
    print(f"\n{count:,} due webhooks for 100 subscriptions, shared by several hubs on one PostgreSQL")
    print(f"{'what':<52}{'a second':>10}{'ratio':>8}{'doubles':>9}{'missing':>9}")
    receiver, alone = Receiver(), 0.0
    with receiver.listening():
        for hubs in HUBS:
            with postgres() as url:
                assert url is not None
                place = folder / str(hubs)
                place.parent.mkdir(exist_ok=True)
                rate = sending(f"{hubs} hubs" if hubs > 1 else "1 hub", place, url, hubs, receiver, count, alone)
            alone = alone or rate
