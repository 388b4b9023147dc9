"""Hubs with the Western Balkans route, their keys, and listeners that remember every frame."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from routehub.core.canonical import iso
from routehub.core.clock import wall
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.hub import HubProcess


class Reachable(Protocol):
    """A hub in this process or in its own."""

    port: int

    @property
    def url(self) -> str: ...


@pytest.fixture
def office(migrated_database_url: str) -> Iterator[Office]:
    with contextlib.closing(Office(migrated_database_url)) as office:
        office.install()
        yield office


@pytest.fixture
def start(office: Office, tmp_path: Path) -> Iterator[Callable[..., LocalHub]]:
    """Hubs in this process on this test's database; on PostgreSQL there may be several."""
    hubs: list[LocalHub] = []

    def begin(**settings: Any) -> LocalHub:
        hubs.append(LocalHub(office.db.url, tmp_path / "data", **settings))
        return hubs[-1]

    yield begin
    for hub in hubs:
        hub.stop()


@pytest.fixture
def start_process(office: Office, start_hub: Callable[..., HubProcess]) -> Callable[..., HubProcess]:
    """Hubs as processes on this test's database."""
    return lambda **settings: start_hub(office.db.url, **settings)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def note(hub: Reachable, key: str, text: str, *to: str) -> dict[str, Any]:
    """Post a note and give its answer."""
    done = httpx.post(
        f"{hub.url}/v1/notes", headers=bearer(key), json={"to": list(to), "subject": text, "text": text},
        trust_env=False, timeout=15,
    )  # fmt: skip
    assert done.status_code == 201, done.text
    return dict(done.json())


def alert(hub: Reachable, key: str, **fields: Any) -> dict[str, Any]:
    """Post an alert that lasts a day and give its answer."""
    data = {
        "category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
        "headline": "Crossing at Gevgelija fills up", "expires": iso(wall() + timedelta(days=1)),
    } | fields  # fmt: skip
    done = httpx.post(f"{hub.url}/v1/alerts", headers=bearer(key), json=data, trust_env=False, timeout=15)
    assert done.status_code == 201, done.text
    return dict(done.json())


@contextlib.asynccontextmanager
async def socket(hub: Reachable, key: str, query: str = "", **more: Any) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://127.0.0.1:{hub.port}/v1/stream{query}", additional_headers=bearer(key),
        subprotocols=[Subprotocol("cloudevents.json")], proxy=None, compression=None, **more,
    ) as open_socket:  # fmt: skip
        yield open_socket


async def frame(open_socket: ClientConnection) -> dict[str, Any]:
    """The next frame that is no heartbeat."""
    async with asyncio.timeout(10):
        while True:
            told = json.loads(await open_socket.recv())
            if not told.get("heartbeat"):
                return dict(told)
