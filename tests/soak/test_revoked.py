"""A key that is revoked at one hub ends its streams at every hub within five seconds (PROMISES D2)."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from routehub.api.identity import LOOKS
from tests.delivery.calls import frame, socket
from tests.delivery.office import Office
from tests.fixtures.accounting import Account
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import sized

WITHIN = 5.0


@pytest.mark.soak
@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_a_revoked_key_ends_its_streams_on_every_hub(
    office: Office, start_process: Callable[..., HubProcess], account: Account, database_kind: str
):
    hubs, times, worst = [start_process() for _ in range(3)], sized(3, 50), 0.0
    for number in account.rounds("revoked keys", times):
        await asyncio.sleep(1 / LOOKS)  # so often a hub looks whether a key that it does not know has just been made
        key = await asyncio.to_thread(office.key, "MK", system=f"system {number}")
        async with contextlib.AsyncExitStack() as stack:
            readers = [await stack.enter_async_context(socket(hub, key)) for hub in hubs]
            for reader in readers:
                await frame(reader)
            began = time.monotonic()
            await asyncio.to_thread(office.revoke, key, "MK")
            for reader in readers:
                try:
                    async with asyncio.timeout(4 * WITHIN):
                        while True:
                            await reader.recv()
                except ConnectionClosed:
                    worst = max(worst, time.monotonic() - began)
                except TimeoutError:
                    account.found.append("a stream went on")
    account.notes["longest seconds until the last stream ended"] = round(worst, 2)
    assert account.found == []
    assert worst < WITHIN
