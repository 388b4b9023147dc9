"""What the hub is measured beside: servers that a user would take instead, and the limit. Each starts on a free port,
or says in a word why it cannot."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.fan import PAYLOAD, STAMP, Talk, build

UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
NODE = """
const { WebSocketServer } = require('ws');
const server = require('http').createServer((request, response) => {
  let body = '';
  request.on('data', part => body += part).on('end', () => {
    for (const client of sockets.clients) client.send(body);
    response.writeHead(201).end();
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
"""


class NotInstalledError(Exception):
    """The peer is not on this machine: its row says so."""


@dataclass(frozen=True)
class Served:
    """A running server: where, which process, and how to talk to it."""

    port: int
    pid: int
    talk: Talk


def free_port(first: int = int(os.environ.get("BENCH_PORT", "21100"))) -> int:
    for port in range(first, first + 800):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def post(port: int, path: str, body: str, more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def find(name: str) -> str:
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"))
    if (found := shutil.which(name, path=places)) is None:
        raise NotInstalledError
    return found


@contextlib.contextmanager
def running(command: list[str], port: int, talk: Talk, **more: Path) -> Iterator[Served]:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )
    try:
        wait_open(port)
        yield Served(port, process.pid, talk)
    finally:
        process.terminate()
        process.wait(60)


def wait_open(port: int, seconds: float = 180) -> None:
    """Until something listens: on a busy machine a hub needs a while to start."""
    for _ in range(int(seconds * 20)):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def _websocket(port: int) -> Talk:
    hello = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{UPGRADE}\r\n".encode()
    return Talk("ws", [hello], b" 101 ", post(port, "/", PAYLOAD))


@contextlib.contextmanager
def limit(folder: Path) -> Iterator[Served]:
    """A C loop that writes a prepared frame to each socket."""
    port = free_port()
    with running([str(build(folder, "limit")), str(port)], port, _websocket(port)) as served:
        yield served


@contextlib.contextmanager
def node(folder: Path) -> Iterator[Served]:
    port = free_port()
    program, npm = find("node"), find("npm")
    home = folder / "node"
    if not home.exists():
        home.mkdir()
        (home / "server.js").write_text(NODE)
        done = subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "ws"], cwd=home, check=False,
                              capture_output=True, timeout=120)  # fmt: skip
        if done.returncode:
            raise NotInstalledError
    with running([program, "server.js", str(port)], port, _websocket(port), cwd=home) as served:
        yield served


@contextlib.contextmanager
def nats(folder: Path) -> Iterator[Served]:
    port = free_port()
    connect = b'CONNECT {"verbose":false,"pedantic":false,"lang":"c","version":"1","protocol":0}\r\n'
    message = f"PUB fan {len(PAYLOAD)}\r\n{PAYLOAD}\r\n".encode()
    talk = Talk("raw", [connect + b"SUB fan 1\r\nPING\r\n"], b"PONG", message, connect)
    with running([find("nats-server"), "-a", "127.0.0.1", "-p", str(port)], port, talk) as served:
        yield served


@contextlib.contextmanager
def mosquitto(folder: Path) -> Iterator[Served]:
    port = free_port()
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\n"
    )
    connect = bytes.fromhex("100c00044d5154540402000000 00".replace(" ", ""))
    subscribe = bytes.fromhex("82080001") + b"\x00\x03fan\x00"
    body = b"\x00\x03fan" + PAYLOAD.encode()
    publish = bytes([0x30, len(body) % 128 | 128, len(body) // 128]) + body
    talk = Talk("raw", [connect + subscribe], bytes.fromhex("9003"), publish, connect)
    with running([find("mosquitto"), "-c", str(folder / "mosquitto.conf")], port, talk) as served:
        yield served


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[Served]:
    port = free_port()
    message = f"*3\r\n$7\r\nPUBLISH\r\n$3\r\nfan\r\n${len(PAYLOAD)}\r\n{PAYLOAD}\r\n".encode()
    talk = Talk("raw", [b"SUBSCRIBE fan\r\n"], b"subscribe", message)
    command = [find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--maxclients", "12000"]
    with running([*command, "--dir", str(folder)], port, talk) as served:
        yield served


PEERS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Served]]] = {
    "limit: C, epoll, prepared frame": limit,
    "redis pub/sub": redis,
    "nats-server, TCP": nats,
    "mosquitto, QoS 0": mosquitto,
    "node ws": node,
}


def alert(port: int, key: str, expires: datetime, severity: str = "Severe") -> bytes:
    """A message that the whole route reads: its stream event has about as many bytes as what peers carry. Nobody is
    reminded of a minor one, of which a benchmark may leave thousands unacknowledged."""
    body = json.dumps(
        {
            "category": "surge", "severity": severity, "urgency": "Expected", "certainty": "Likely",
            "headline": "Crossing fills up", "description": STAMP, "expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )  # fmt: skip
    return post(port, "/v1/alerts", body, f"Authorization: Bearer {key}\r\n")
