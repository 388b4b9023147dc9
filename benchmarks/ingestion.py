"""Durable posts through the public door, beside the disk's limit and beside the same server storing nothing."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from benchmarks.load import Rate, post

SIZES = (500, 2_000)
CONNECTIONS = (1, 64)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def raw_sqlite(folder: Path, count: int, group: int) -> float:
    """Inserts a second of a 600-byte row, ``group`` to a commit, each commit on the disk: the limit."""
    db = sqlite3.connect(folder / f"raw{group}.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, body TEXT)")
    began = time.perf_counter()
    for at in range(0, count, group):
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO line (body) VALUES (?)", [("x" * 600,)] * min(group, count - at))
        db.execute("COMMIT")
    seconds = time.perf_counter() - began
    db.close()
    return count / seconds


@contextmanager
def hub(folder: Path) -> Iterator[tuple[int, str]]:
    """A real hub process on SQLite with one key; its port and the key."""
    port = _free_port()
    environment = os.environ | {
        "ROUTEHUB_DATABASE_URL": f"sqlite:///{folder}/hub.db", "ROUTEHUB_DATA_DIR": str(folder),
        "ROUTEHUB_PORT": str(port), "ROUTEHUB_MODE": "exercise", "ROUTEHUB_LOG_LEVEL": "ERROR",
        "ROUTEHUB_RATE_PER_MINUTE": "10000000",
    }  # fmt: skip

    def command(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "routehub.cli", *words], env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    command("migrate")
    command("routes", "install", "wbr", "--marking", "exercise")
    words = command(
        "keys", "make", "MK", "bench", "--route", "wbr", "--scope", "post:*", "--scope", "read:feed"
    ).split()
    key = next(word for word in words if word.startswith("rh_"))
    process = subprocess.Popen([sys.executable, "-m", "routehub.cli", "serve"], env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/health/live")
        yield port, key
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(url)


def requests(port: int, key: str, count: int, mark: str, *, dry: bool = False) -> list[bytes]:
    """Notes to the coordinators: no figures, so that nothing but the common path is measured."""
    found = []
    for number in range(count):
        body = json.dumps({"to": ["EC"], "subject": f"Line {number}", "text": "x" * 300}).encode()
        path = "/v1/notes?dry_run=true" if dry else "/v1/notes"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: {mark}-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def run(quick: bool) -> None:
    """Print the table: posts a second, ratios to the limits, latencies. quick: the smaller size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("Durable posts, one ~400-byte note each, SQLite with synchronous=FULL on one disk, one run")
        print(f"{'what':<44}{'posts/s':>10}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}")
        limit = {1: raw_sqlite(folder, 500, 1), 64: raw_sqlite(folder, 20_000, 64)}
        for group, rate in limit.items():
            print(f"{f'limit: raw SQLite, {group} a commit':<44}{rate:>10.0f}{1:>8.2f}")
        with hub(folder) as (port, key):
            asyncio.run(post("127.0.0.1", port, requests(port, key, 200, "warm"), 16))
            for count in SIZES[:1] if quick else SIZES:
                for connections in CONNECTIONS:
                    mark = f"{count}-{connections}"
                    made = asyncio.run(post("127.0.0.1", port, requests(port, key, count, mark), connections))
                    _row(f"hub, {count} posts, {connections} at once", made, limit[connections])
            dry = asyncio.run(post("127.0.0.1", port, requests(port, key, SIZES[-1], "dry", dry=True), 64))
            _row(f"hub, {SIZES[-1]} dry runs, 64 at once", dry, limit[64])


def _row(what: str, rate: Rate, limit: float) -> None:
    refused = f"  {rate.refused} refused" if rate.refused else ""
    print(f"{what:<44}{rate.per_second:>10.0f}{rate.per_second / limit:>8.3f}{rate.p50:>9.1f}{rate.p99:>9.1f}{refused}")
