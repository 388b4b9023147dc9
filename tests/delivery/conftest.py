"""Hubs with the Western Balkans route, their keys, and listeners that remember every frame."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.delivery.office import Office
from tests.fixtures.hub import HubProcess


@pytest.fixture
def office(migrated_database_url: str) -> Iterator[Office]:
    with contextlib.closing(Office(migrated_database_url)) as office:
        office.install()
        yield office


@pytest.fixture
def start(office: Office, start_hub: Callable[..., HubProcess]) -> Callable[..., HubProcess]:
    """Hubs on this test's database; on PostgreSQL there may be several."""
    return lambda **settings: start_hub(office.db.url, **settings)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def note(hub: HubProcess, key: str, text: str, *to: str) -> dict[str, Any]:
    """Post a note and give its answer."""
    done = httpx.post(
        f"{hub.url}/v1/notes", headers=bearer(key), json={"to": list(to), "subject": text, "text": text},
        trust_env=False, timeout=15,
    )  # fmt: skip
    assert done.status_code == 201, done.text
    return dict(done.json())


def alert(hub: HubProcess, key: str, **fields: Any) -> dict[str, Any]:
    """Post an alert that lasts a day and give its answer."""
    from datetime import timedelta

    from routehub.core.canonical import iso
    from routehub.core.clock import wall

    data = {
        "category": "surge", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
        "headline": "Crossing at Gevgelija fills up", "expires": iso(wall() + timedelta(days=1)),
    } | fields  # fmt: skip
    done = httpx.post(f"{hub.url}/v1/alerts", headers=bearer(key), json=data, trust_env=False, timeout=15)
    assert done.status_code == 201, done.text
    return dict(done.json())


@contextlib.asynccontextmanager
async def socket(hub: HubProcess, key: str, query: str = "", **more: Any) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://127.0.0.1:{hub.port}/v1/stream{query}", additional_headers=bearer(key),
        subprotocols=[Subprotocol("cloudevents.json")], proxy=None, compression=None, **more,
    ) as open_socket:  # fmt: skip
        yield open_socket


async def frame(open_socket: ClientConnection) -> dict[str, Any]:
    """The next frame that is no heartbeat."""
    import asyncio

    async with asyncio.timeout(10):
        while True:
            told = json.loads(await open_socket.recv())
            if not told.get("heartbeat"):
                return dict(told)
