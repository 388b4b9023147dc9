"""What the same disk does for others in the same run: raw SQLite, PostgreSQL by pgbench, NATS JetStream, Redis. Each
answers only when the line is on the disk."""

import json
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg

from benchmarks.fan import Talk
from benchmarks.load import Protocol, Rate, post
from benchmarks.peers import find, free_port, running

LINE = b"x" * 600
NOTHING = Talk("raw", [], b"", b"")
Serving = AbstractContextManager[int]
"""A running server, and its port."""


def raw_sqlite(folder: Path, count: int, group: int) -> Rate:
    """Rows of 600 bytes by one thread, ``group`` to a commit."""
    db = sqlite3.connect(folder / f"raw{group}.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, body TEXT)")
    took = []
    began = time.perf_counter()
    for _ in range(0, count, group):
        at = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO line (body) VALUES (?)", [(LINE.decode(),)] * group)
        db.execute("COMMIT")
        took.append((time.perf_counter() - at) * 1000)
    seconds = time.perf_counter() - began
    db.close()
    took.sort()
    return Rate(len(took) * group / seconds, took[len(took) // 2], took[int(len(took) * 0.99)])


def pgbench(url: str, folder: Path, clients: int, count: int) -> Rate:
    """Inserts of 600 bytes, one commit each; the server joins those that come together."""
    program = find("pgbench")
    psql = url.replace("postgresql+psycopg://", "postgresql://")
    script = folder / "insert.sql"
    script.write_text("INSERT INTO bench_line (body) VALUES (repeat('x', 600));\n")
    with psycopg.connect(psql, autocommit=True) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS bench_line (id bigserial PRIMARY KEY, body text)")
    said = subprocess.run(
        [program, "-n", "-f", script, "-c", str(clients), "-j", "1", "-t", str(count // clients), psql],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    rate, latency = re.search(r"tps = ([\d.]+)", said), re.search(r"latency average = ([\d.]+)", said)
    if rate is None or latency is None:
        raise ValueError(said)
    return Rate(float(rate[1]), float(latency[1]), float("nan"))


REDIS = Protocol(lambda got: got.count(b"\r\n") >= 2 or got.startswith(b"-"), lambda got: got.startswith(b"$"))
XADD = b"*5\r\n$4\r\nXADD\r\n$4\r\nline\r\n$1\r\n*\r\n$4\r\nbody\r\n$600\r\n" + LINE + b"\r\n"


@contextmanager
def redis(folder: Path) -> Iterator[int]:
    """Redis that syncs its file at every write; its port."""
    port = free_port()
    home = folder / "redis"
    home.mkdir()
    command = [find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), "--save", "",
               "--appendonly", "yes", "--appendfsync", "always"]  # fmt: skip
    with running(command, port, NOTHING):
        yield port


def xadd(port: int, count: int, connections: int) -> Rate:
    return post("127.0.0.1", port, [XADD] * count, connections, REDIS)


def _greet(sock: socket.socket, number: int) -> None:
    sock.recv(65_536)  # INFO
    sock.sendall(b'CONNECT {"verbose":false}\r\nSUB in.%d 1\r\nPING\r\n' % number)
    got = b""
    while b"PONG" not in got:
        got += sock.recv(65_536)


# The server's own PING may stand before the answer.
NATS = Protocol(lambda got: b"MSG" in got and got.endswith(b"}\r\n"), lambda got: b'"seq"' in got, _greet)


@contextmanager
def jetstream(folder: Path) -> Iterator[int]:
    """NATS with one stream in files that syncs at every message; its port."""
    port = free_port()
    settings = folder / "nats.conf"
    settings.write_text(
        f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}/nats", sync_interval: always }}\n'
    )
    with running([find("nats-server"), "-c", str(settings)], port, NOTHING):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            _greet(sock, 0)
            wanted = json.dumps({"name": "LINE", "subjects": ["line"], "storage": "file"}).encode()
            sock.sendall(b"PUB $JS.API.STREAM.CREATE.LINE in.0 %d\r\n%s\r\n" % (len(wanted), wanted))
            sock.recv(65_536)
        yield port


def publish(port: int, count: int, connections: int) -> Rate:
    """Publish and wait for the stream's acknowledgement, one in flight on each connection."""
    lines = [b"PUB line in.%d 600\r\n%s\r\n" % (number % connections, LINE) for number in range(count)]
    return post("127.0.0.1", port, lines, connections, NATS)
