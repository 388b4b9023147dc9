"""Fan-out: one message to thousands of open streams, through the hub's public door (a durable post, rights, feed
numbers and bounds in place), beside the limit and beside the servers that a user would take instead."""

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fan import Fan, Talk, allow_many_files, build, cpu_seconds, fan, memory_kib
from benchmarks.hub import Hub, hub
from benchmarks.peers import PEERS, NotInstalledError, Served

LISTENERS = (1_000, 5_000, 10_000)
FASTEST = 640_000
"""Deliveries a second above which no schedule is tried."""


@dataclass(frozen=True)
class Taken:
    """What one server did with so many listeners. Times in ms, rates in thousand deliveries a second."""

    last: float
    rate: float
    cpu_one: float
    sustained: float
    p99: float
    cpu_joined: float
    memory: float
    failed: int


def sustained(run: Fan, pid: int, count: int, seconds: float) -> tuple[float, float, float]:
    """The highest open-loop schedule whose p99 stays under a second: its rate, p99 and CPU µs per delivery.

    Doubles until one fails, then looks twice more in between.
    """
    best, failed, tried = (0.0, 0.0, 0.0), 0.0, 20_000.0
    while tried <= FASTEST and (not failed or failed / max(best[0], 1) > 1.2):
        before = cpu_seconds(pid)
        told = run.phase(f"rate {tried / count:.3f} {max(seconds, 4 * count / tried):.3f}")
        used = cpu_seconds(pid) - before
        if told["p99_ms"] < 1000 and not told["missing"] and not told["dead"] and not told["refused"]:
            best = (tried, told["p99_ms"], used / told["deliveries"] * 1e6)
        else:
            failed = tried
        if told["dead"]:
            break
        run.idle(600)
        tried = (best[0] + failed) / 2 if failed else tried * 2
    return best


def take(program: Path, served: Served, talk: Talk, count: int, *, quick: bool) -> Taken:
    """One server with so many listeners: one at a time, then sustained."""
    memory = memory_kib(served.pid)
    with fan(program, served.port, count, talk) as run:
        run.phase("once 3 200")
        grown = (memory_kib(served.pid) - memory) / count
        before = cpu_seconds(served.pid)
        one = run.phase(f"once {8 if quick else 24} 100")
        used = cpu_seconds(served.pid) - before
        most = sustained(run, served.pid, count, 1.5 if quick else 4)
        return Taken(
            one["last_ms"], one["deliveries"] / one["in_flight_s"] / 1e3, used / one["deliveries"] * 1e6,
            most[0] / 1e3, most[1], most[2], grown, run.connected["failed"],
        )  # fmt: skip


def _servers(folder: Path) -> Iterator[tuple[str, Callable[[], contextlib.AbstractContextManager[Served]], str]]:
    limit, *others = PEERS.items()
    yield limit[0], lambda: limit[1](folder), ""
    yield "hub, WebSocket", lambda: hub(folder / f"ws{time.monotonic_ns()}"), "/v1/stream"
    yield "hub, SSE", lambda: hub(folder / f"sse{time.monotonic_ns()}"), "/v1/events"
    for name, start in others:
        yield name, lambda start=start: start(folder), ""  # type: ignore[misc]


def _table(program: Path, folder: Path, count: int, *, quick: bool) -> None:
    print(f"\n{count:,} listeners across 20 parties; ratios are to the limit")
    print(f"{'what':<34}{'last ms':>9}{'ratio':>7}{'k/s':>7}{'µs each':>9}{'sust. k/s':>11}{'ratio':>7}{'p99 ms':>8}"
          f"{'µs each':>9}{'KB each':>9}{'failed':>8}")  # fmt: skip
    first: Taken | None = None
    for name, start, path in _servers(folder):
        try:
            with start() as served:
                talk = served.listening(path) if isinstance(served, Hub) else served.talk
                found = take(program, served, talk, count, quick=quick)
        except NotInstalledError:
            print(f"{name:<34}   not installed")
            continue
        first = first or found
        print(f"{name:<34}{found.last:>9.1f}{found.last / first.last:>7.2f}{found.rate:>7.0f}{found.cpu_one:>9.1f}"
              f"{found.sustained:>11.0f}{found.sustained / max(first.sustained, 1):>7.2f}{found.p99:>8.0f}"
              f"{found.cpu_joined:>9.1f}{found.memory:>9.1f}{found.failed:>8}", flush=True)  # fmt: skip


def _slow(program: Path, folder: Path, *, quick: bool) -> None:
    """Others' latency beside 20 who read nothing and 20 who read little."""
    count, seconds = 1_000, 5 if quick else 20
    print(f"\n20 stalled and 20 slow readers among {count:,}: the others' p99, 20 messages a second")
    p99 = []
    for slow in (0, 20):
        with hub(folder / f"slow{slow}") as served, fan(
            program, served.port, count, served.listening(), stalled=slow, slow=slow
        ) as run:  # fmt: skip
            run.phase("once 3 200")
            told = [run.phase(f"rate 20 {seconds}") for _ in range(3)]
            p99.append(statistics.median(one["p99_ms"] for one in told))
            lost = told[-1]["missing"]
        print(f"{f'{2 * slow} of them':<34}p99 {p99[-1]:>7.1f} ms   incomplete messages {lost}", flush=True)
    print(f"{'ratio':<34}    {p99[1] / p99[0]:>7.2f}")


def _storm(program: Path, folder: Path, *, quick: bool) -> None:
    """Everybody comes back at once, 100 messages behind, while others listen live."""
    count = 1_000 if quick else 5_000
    print(f"\n{count:,} come back 100 messages behind, while 1,000 listen live at 5 messages a second")
    with hub(folder / "storm") as served, fan(program, served.port, 1_000, served.listening()) as live:
        live.phase("rate 50 2")
        memory = memory_kib(served.pid)
        quiet = live.phase("rate 5 6")
        live.begin("rate 5 12")
        began = time.monotonic()
        with fan(program, served.port, count, served.listening("/v1/stream?after=1.0")) as back:
            connected = time.monotonic() - began
            told = back.phase("catch 100")
            caught, peak = time.monotonic() - began, memory_kib(served.pid)
            busy = live.answer()
        print(f"all connected after {connected:.1f} s, all caught up after {caught:.1f} s; left {told['left']}, "
              f"failed {back.connected['failed']}; memory {(peak - memory) / count:.1f} KB each")  # fmt: skip
        ratio = busy["p99_ms"] / quiet["p99_ms"]
        print(f"live p99 {quiet['p99_ms']:.0f} ms before, {busy['p99_ms']:.0f} ms meanwhile: ratio {ratio:.1f}")
        print(f"live p50 {quiet['p50_ms']:.0f} ms before, {busy['p50_ms']:.0f} ms meanwhile")


def run(quick: bool) -> None:
    """Print all tables. quick: two sizes, short phases."""
    allow_many_files()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = build(folder, "fan")
        print("Fan-out of one ~600-byte message. Last: from the poster's request to the last listener, one at a time;")
        print("sustained: the highest open-loop schedule with p99 under a second. SQLite, synchronous=FULL.")
        for count in LISTENERS[:2] if quick else LISTENERS:
            _table(program, folder, count, quick=quick)
        _slow(program, folder, quick=quick)
        _storm(program, folder, quick=quick)
