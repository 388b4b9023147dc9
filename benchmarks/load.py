"""A light HTTP/1.1 poster: an epoll loop over plain sockets, one request in flight on each, so that the hub and not
the client is what is measured (about 20 microseconds a request, where asyncio streams take 150)."""

import select
import socket
import statistics
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rate:
    """Posts a second and latencies in milliseconds; ``client``: the poster's own share of one core."""

    per_second: float
    p50: float
    p99: float
    refused: int
    client: float = 0.0


@dataclass
class _Line:
    """One connection with the requests that it still has to send."""

    sock: socket.socket
    requests: list[bytes]
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

    def whole(self) -> bool:
        """Whether the answer is complete, by its Content-Length."""
        head = self.got.find(b"\r\n\r\n")
        if head < 0:
            return False
        at = self.got.lower().find(b"content-length:", 0, head)
        if at < 0:
            raise ValueError(f"an answer without a length: {bytes(self.got[:200])!r}")
        return len(self.got) >= head + 4 + int(self.got[at + 15 : self.got.find(b"\r\n", at)])


def post(host: str, port: int, requests: list[bytes], connections: int) -> Rate:
    """Send all requests over so many connections, in turns."""
    shares = [share for at in range(connections) if (share := requests[at::connections])]
    lines = {}
    for share in shares:
        sock = socket.create_connection((host, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        lines[sock.fileno()] = _Line(sock, share)
    poll = select.epoll()
    took: list[float] = []
    refused, spent, began = 0, time.process_time(), time.perf_counter()
    try:
        for number, line in lines.items():
            poll.register(number, select.EPOLLIN)
            line.send()
        left = len(lines)
        while left:
            for number, _ in poll.poll():
                line = lines[number]
                chunk = line.sock.recv(262_144)
                if not chunk:
                    raise ConnectionError("the server closed a connection")
                line.got += chunk
                if not line.whole():
                    continue
                took.append((time.perf_counter() - line.began) * 1000)
                refused += line.got[9:12] not in (b"200", b"201")
                line.got.clear()
                if line.at < len(line.requests):
                    line.send()
                else:
                    left -= 1
        seconds = time.perf_counter() - began
        spent = time.process_time() - spent
    finally:
        poll.close()
        for line in lines.values():
            line.sock.close()
    cuts = statistics.quantiles(took, n=100)
    return Rate(len(requests) / seconds, cuts[49], cuts[98], refused, spent / seconds)
