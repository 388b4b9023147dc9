"""Readers that take nothing in are cut, and the others do not feel them (PROMISES 6, B2)."""

import asyncio
import base64
import os
import socket as sockets
import time
from collections.abc import Callable, Iterator

import pytest

from routehub.delivery.live import resume
from routehub.delivery.live.broadcast import STALLED_SECONDS
from tests.delivery.calls import bearer, frame, note, post, socket
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.sizes import sized
from tests.fixtures.waiting import eventually

Start = Callable[..., LocalHub]
LARGE = "x" * 9_000


def stalled(hub: LocalHub, key: str, path: str = "/v1/stream") -> sockets.socket:
    """A reader that asks for the stream and then never reads a byte of it. It is cut by the bound of its listener or,
    where there is little traffic, by the kernel's bound on what stays unacknowledged."""
    made = sockets.socket()
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", hub.port))
    upgrade = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
        if "stream" in path
        else ""
    )
    made.sendall(
        f"GET {path} HTTP/1.1\r\nHost: hub\r\nAuthorization: {bearer(key)['Authorization']}\r\n{upgrade}\r\n".encode()
    )
    return made


@pytest.fixture
def held() -> Iterator[list[sockets.socket]]:
    found: list[sockets.socket] = []
    yield found
    for one in found:
        one.close()


@pytest.mark.parametrize("path", ["/v1/stream", "/v1/events"])
async def test_stalled_readers_are_cut_and_a_healthy_one_is_not_delayed(
    office: Office, start: Start, held: list[sockets.socket], path: str
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start(listener_events=64)
    count = sized(10, 20)
    async with socket(hub, mk) as healthy:
        await frame(healthy)
        held += [stalled(hub, mk, path) for _ in range(count)]
        await eventually(lambda: len(hub.hub.live.listeners) == count + 1, 10)
        worst, number = 0.0, 0
        while len(hub.hub.live.listeners) > 1 and number < 3000:
            began = time.monotonic()
            await asyncio.to_thread(post, hub, gr, "notes", {"to": ["MK"], "subject": f"{number}", "text": LARGE})
            number += 1
            assert (await frame(healthy))["feed"] == number
            worst = max(worst, time.monotonic() - began)
        assert len(hub.hub.live.listeners) == 1, "stalled readers are still there"
        assert worst < STALLED_SECONDS, "the healthy one waited for those that are stalled"


async def test_a_stalled_reader_s_connection_is_really_gone(
    office: Office, start: Start, held: list[sockets.socket], monkeypatch: pytest.MonkeyPatch
):
    """With little traffic no buffer fills: then the write time-out cuts, and the socket itself is closed."""
    monkeypatch.setattr(resume, "STALLED_SECONDS", 1.0)
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    for number in range(200):
        post(hub, gr, "notes", {"to": ["MK"], "subject": f"{number}", "text": LARGE})
    held.append(stalled(hub, mk, "/v1/stream?after=0"))
    await eventually(lambda: len(hub.hub.live.listeners) == 1, 10)
    await eventually(lambda: not hub.hub.live.listeners, 20, "the cut")
    reader = held[0]
    reader.settimeout(20)

    def drained() -> bool:
        try:
            while reader.recv(65_536):
                pass
        except ConnectionResetError:
            return True
        return True

    assert await asyncio.wait_for(asyncio.to_thread(drained), 20)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_pings_of_a_reader_that_reads_nothing_do_not_fill_the_hub_s_memory(
    office: Office, start: Start, held: list[sockets.socket], database_kind: str
):
    mk = office.key("MK")
    hub = start()
    reader = stalled(hub, mk)
    held.append(reader)
    await eventually(lambda: len(hub.hub.live.listeners) == 1, 10)
    (one,) = hub.hub.live.listeners
    pings = b"\x89\xfd\0\0\0\0" + b"x" * 125  # masked with zeros (RFC 6455, 5.2)
    await asyncio.to_thread(reader.sendall, pings * 60_000)
    assert not one.over
    assert one._transport.get_write_buffer_size() < 1_000_000


async def test_a_reader_who_only_was_slow_comes_back_with_its_cursor(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    for number in range(20):
        note(hub, gr, f"{number}", "MK")
    async with socket(hub, mk, "?after=1.5") as reader:
        await frame(reader)
        assert [(await frame(reader))["feed"] for _ in range(15)] == list(range(6, 21))
