"""What tests of delivery say to a hub over its real sockets."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from routehub.core.canonical import iso
from routehub.core.clock import wall
from tests.fixtures.waiting import PATIENCE


class Reachable(Protocol):
    """A hub in this process or in its own."""

    port: int

    @property
    def url(self) -> str: ...


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@cache
def client() -> httpx.Client:
    """One for all tests: making the TLS context of a client takes longer than a request."""
    return httpx.Client(trust_env=False, timeout=PATIENCE)


def post(hub: Reachable, key: str, door: str, data: dict[str, Any], status: int = 201) -> dict[str, Any]:
    """Post as a system and give the answer."""
    done = client().post(f"{hub.url}/v1/{door}", headers=bearer(key), json=data)
    assert done.status_code == status, done.text
    return dict(done.json())


def get(hub: Reachable, key: str, path: str) -> dict[str, Any]:
    done = client().get(f"{hub.url}/v1/{path}", headers=bearer(key))
    assert done.status_code == 200, done.text
    return dict(done.json())


def note(hub: Reachable, key: str, text: str, *to: str, **more: Any) -> dict[str, Any]:
    return post(hub, key, "notes", {"to": list(to), "subject": text, "text": text} | more)


def alert(hub: Reachable, key: str, **fields: Any) -> dict[str, Any]:
    """An alert that lasts a day."""
    data = {
        "category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
        "headline": "Crossing at Gevgelija fills up", "expires": iso(wall() + timedelta(days=1)),
    } | fields  # fmt: skip
    return post(hub, key, "alerts", data)


@contextlib.asynccontextmanager
async def socket(hub: Reachable, key: str, query: str = "", **more: Any) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://127.0.0.1:{hub.port}/v1/stream{query}", additional_headers=bearer(key),
        subprotocols=[Subprotocol("cloudevents.json")], proxy=None, compression=None, **more,
    ) as open_socket:  # fmt: skip
        yield open_socket


async def frame(open_socket: ClientConnection) -> dict[str, Any]:
    """The next frame that is no heartbeat."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = json.loads(await open_socket.recv())
            if not told.get("heartbeat"):
                return dict(told)
