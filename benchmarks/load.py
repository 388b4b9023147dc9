"""A light poster: an epoll loop over plain sockets, one request in flight on each, so that the hub and not the client
is what is measured (about 20 microseconds a request, where asyncio streams take 150). It speaks HTTP/1.1, or any
protocol whose whole answer can be told from its bytes."""

import select
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rate:
    """Requests a second and latencies in milliseconds; ``client``: the poster's own share of one core."""

    per_second: float
    p50: float
    p99: float
    refused: int = 0
    client: float = 0.0


@dataclass(frozen=True)
class Protocol:
    """whole: whether an answer is complete; good: whether it says yes; greet: what comes first on a connection."""

    whole: Callable[[bytearray], bool]
    good: Callable[[bytearray], bool]
    greet: Callable[[socket.socket, int], None] = lambda sock, number: None


def _http_whole(got: bytearray) -> bool:
    head = got.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = got.lower().find(b"content-length:", 0, head)
    if at < 0:
        raise ValueError(f"an answer without a length: {bytes(got[:200])!r}")
    return len(got) >= head + 4 + int(got[at + 15 : got.find(b"\r\n", at)])


HTTP = Protocol(_http_whole, lambda got: bytes(got[9:12]) in (b"200", b"201"))


@dataclass
class _Line:
    """One connection with the requests that it still has to send."""

    sock: socket.socket
    requests: Sequence[bytes]
    began: float = 0.0
    at: int = 0
    got: bytearray = field(default_factory=bytearray)

    def send(self) -> None:
        self.began = time.perf_counter()
        view = memoryview(self.requests[self.at])
        while view:  # a request larger than the socket's buffer: wait until the server has read on
            try:
                view = view[self.sock.send(view) :]
            except BlockingIOError:
                select.select([], [self.sock], [])
        self.at += 1


def post(host: str, port: int, requests: Sequence[bytes], connections: int, speaks: Protocol = HTTP) -> Rate:
    """Send all requests over so many connections, in turns."""
    lines: dict[int, _Line] = {}
    for number in range(connections):
        if not (share := requests[number::connections]):
            continue
        sock = socket.create_connection((host, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        speaks.greet(sock, number)
        sock.setblocking(False)
        lines[sock.fileno()] = _Line(sock, share)
    try:
        return _run(lines, speaks)
    finally:
        for line in lines.values():
            line.sock.close()


def _run(lines: dict[int, _Line], speaks: Protocol) -> Rate:
    took: list[float] = []
    refused, left = 0, len(lines)
    with select.epoll() as poll:
        spent, began = time.process_time(), time.perf_counter()
        for number, line in lines.items():
            poll.register(number, select.EPOLLIN)
            line.send()
        while left:
            for number, _ in poll.poll():
                line = lines[number]
                chunk = line.sock.recv(262_144)
                if not chunk:
                    raise ConnectionError("the server closed a connection")
                line.got += chunk
                if not speaks.whole(line.got):
                    continue
                took.append((time.perf_counter() - line.began) * 1000)
                refused += not speaks.good(line.got)
                line.got.clear()
                if line.at < len(line.requests):
                    line.send()
                else:
                    left -= 1
        seconds = time.perf_counter() - began
        spent = time.process_time() - spent
    cuts = statistics.quantiles(took, n=100) if len(took) > 1 else took * 99
    return Rate(len(took) / seconds, cuts[49], cuts[98], refused, spent / seconds)
