"""Durable posts through the public door, beside what the disk and others do, and beside a server of the same kind that
checks the same bodies and stores nothing. Ratios hold where absolute figures drift with the machine."""

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

from benchmarks import limits
from benchmarks.accepting import Server, batches, hours, hub, notes, postgres, reports, storing_nothing, wide_reports
from benchmarks.load import Rate, post
from benchmarks.peers import NotInstalledError

HOST = "127.0.0.1"
CONNECTIONS = (1, 64)
WARM = 200
TWO_YEARS = 2 * 365 * 24
SECTIONS = 30


def run(quick: bool = False) -> None:
    """Print all tables of what comes in."""
    count = 1_000 if quick else 4_000
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        address = stack.enter_context(postgres())
        _disk(folder, address, count)
        _single(folder, address, count)
        _many(folder, quick)


# --- the disk ---


def _disk(folder: Path, address: str | None, count: int) -> None:
    print("\nLines of 600 bytes, each on the disk before it is answered")
    print(f"{'what':<52}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}")
    _row("raw SQLite, one to a commit", limits.raw_sqlite(folder, count, 1))
    _row("raw SQLite, 64 to a commit", limits.raw_sqlite(folder, count * 10 // 64 * 64, 64))
    for connections in CONNECTIONS:
        _row(
            f"PostgreSQL, pgbench inserts, {connections} at once (p50: mean)",
            limits.pgbench(address, folder, connections, count if connections > 1 else count // 4) if address else None,
        )
    _peer("NATS JetStream, sync_interval always", limits.jetstream, limits.publish, folder, count)
    _peer("Redis XADD, appendfsync always", limits.redis, limits.xadd, folder, count)


def _peer(
    name: str, serve: Callable[[Path], limits.Serving], ask: Callable[[int, int, int], Rate], folder: Path, count: int
) -> None:
    try:
        with serve(folder) as port:
            for connections in CONNECTIONS:
                _row(f"{name}, {connections} at once", ask(port, count if connections > 1 else count // 4, connections))
    except NotInstalledError:
        _row(name, None)


# --- single posts ---


def _single(folder: Path, address: str | None, count: int) -> None:
    print("\nSingle posts, each answered when it is on the disk; ratio to the server that stores nothing")
    print(f"{'what':<52}{'a second':>10}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}{'p99/p50':>9}{'CPU us':>8}")
    with storing_nothing(folder) as server:
        nothing = _posts("the same server, checks and stores nothing", server, count, {})
    with hub(folder, f"sqlite:///{folder}/hub.db") as server:
        _posts("hub on SQLite", server, count, nothing)
        _stages(server)
    if address is None:
        print("hub on PostgreSQL: not installed")
        return
    with hub(folder, address) as server:
        _posts("hub on PostgreSQL", server, count, nothing)
        _stages(server)


def _posts(name: str, server: Server, count: int, nothing: dict[str, float]) -> dict[str, float]:
    """The rows of one server; answers its rates by what was posted."""
    found = {}
    post(HOST, server.port, notes(server, WARM, "warm"), 16)
    days = 0
    for connections in CONNECTIONS:
        sent = count if connections > 1 else count // 4
        for what in ("notes", "reports of 6 figures"):
            mark = f"{what[:1]}{connections}"
            made = notes(server, sent, mark) if what == "notes" else reports(server, sent, mark, days)
            days += sent if what != "notes" else 0
            spent = server.cpu()
            rate = post(HOST, server.port, made, connections)
            spent = (server.cpu() - spent) / sent * 1e6
            key = f"{what}, {connections} at once"
            found[key] = rate.per_second
            ratio = rate.per_second / nothing.get(key, rate.per_second)
            print(
                f"{f'{name}: {key}'[:84]:<52}{rate.per_second:>10.0f}{ratio:>8.2f}{rate.p50:>9.2f}{rate.p99:>9.2f}"
                f"{rate.p99 / rate.p50:>9.1f}{spent:>8.0f}" + (f"  {rate.refused} refused" if rate.refused else "")
            )
    return found


def _stages(server: Server) -> None:
    """Where the time of a post goes, on the average of all above."""
    found = server.stages()
    total = sum(seconds / count for count, seconds in found.values() if count)
    print("  by stage, ms a message (share):", end=" ")
    print(", ".join(f"{name} {s / n * 1000:.2f} ({s / n / total:.0%})" for name, (n, s) in found.items() if n))


# --- many at once ---


def _many(folder: Path, quick: bool) -> None:
    print("\nMany in one request, hub on SQLite")
    print(f"{'what':<52}{'a second':>10}{'':>8}{'p50 ms':>9}")
    with hub(folder, f"sqlite:///{folder}/many.db") as server:
        post(HOST, server.port, batches(server, 1, "warm"), 1)
        rate = post(HOST, server.port, batches(server, 5, "batch"), 1)
        _row("messages, in batches of 1,000 CloudEvents", _times(rate, 1_000))
        post(HOST, server.port, wide_reports(server, 1), 1)
        rate = post(HOST, server.port, wide_reports(server, 10)[1:], 1)
        _row("figures, in reports of 1,000", _times(rate, 1_000))


def replay(server: Server, wanted: int) -> None:
    """Post so many hours, oldest first, and say at ten points how fast that goes and what the hub takes."""
    places = _sections()
    print(f"\nReplay of {wanted * len(places):,} hourly figures ({wanted:,} hours of {len(places)} sections)")
    print(f"{'figures':>12}{'a second':>12}{'hub MB':>10}")
    began = last = time.perf_counter()
    done, step, at_once = 0, max(250, wanted // 10), 250
    said = step
    while done < wanted:
        if post(HOST, server.port, [hours(server, done, min(at_once, wanted - done), places)], 1).refused:
            raise RuntimeError("a batch of the replay was refused")
        done = min(done + at_once, wanted)
        if done >= said or done == wanted:
            now = time.perf_counter()
            speed = min(step, done) * len(places) / (now - last)
            print(f"{done * len(places):>12,}{speed:>12.0f}{server.memory():>10.1f}")
            said, last = said + step, now
    print(f"{'in all':>12}{wanted * len(places) / (last - began):>12.0f}{last - began:>9.0f}s")


def _sections() -> list[str]:
    """Thirty places of the route."""
    found = json.loads(
        resources.files("routehub_schemas").joinpath("reference/routes/western-balkans.json").read_text()
    )
    return [place["code"] for place in found["places"]][:SECTIONS]


def _times(rate: Rate, many: int) -> Rate:
    return Rate(rate.per_second * many, rate.p50, rate.p99, rate.refused)


def _row(what: str, rate: Rate | None) -> None:
    if rate is None:
        print(f"{what:<52}{'not installed':>14}")
        return
    refused = f"  {rate.refused} refused" if rate.refused else ""
    print(f"{what:<52}{rate.per_second:>10.0f}{rate.p50:>9.2f}{rate.p99:>9.2f}{refused}")
