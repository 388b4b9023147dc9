"""A light HTTP/1.1 poster: plain sockets, one request in flight on each, so that the hub and not the client is
what is measured."""

import asyncio
import statistics
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """Posts a second and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    refused: int


async def _one(host: str, port: int, requests: list[bytes], took: list[float]) -> int:
    reader, writer = await asyncio.open_connection(host, port)
    refused = 0
    try:
        for request in requests:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").lower().split("\r\n")
            length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
            await reader.readexactly(length)
            took.append((time.perf_counter() - began) * 1000)
            refused += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))
    finally:
        writer.close()
    return refused


async def post(host: str, port: int, requests: list[bytes], connections: int) -> Rate:
    """Send all requests over so many connections."""
    took: list[float] = []
    shares = [requests[at::connections] for at in range(connections)]
    began = time.perf_counter()
    refused = sum(await asyncio.gather(*(_one(host, port, share, took) for share in shares if share)))
    seconds = time.perf_counter() - began
    cuts = statistics.quantiles(took, n=100)
    return Rate(len(requests) / seconds, cuts[49], cuts[98], refused)
