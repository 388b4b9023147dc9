"""Twenty stalled and twenty slow readers beside healthy ones (PROMISES B2): the others are hardly slower, and who takes
nothing in is gone."""

import asyncio
import contextlib
import socket as sockets
import time
from collections.abc import Callable
from statistics import quantiles

import pytest

from tests.delivery.calls import frame, post, socket
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.delivery.test_slow_readers import LARGE, stalled
from tests.fixtures.accounting import Account
from tests.fixtures.sizes import sized
from tests.fixtures.waiting import eventually

GONE = 45.0
"""Seconds after which nobody is left who takes nothing in."""


class Healthy:
    """Readers that take everything at once; keeps how long each message took to each of them."""

    def __init__(self, hub: LocalHub, key: str, count: int) -> None:
        self._hub, self._key, self._count = hub, key, count
        self.seconds: list[float] = []
        self.sent: dict[str, float] = {}

    async def read(self) -> None:
        async with socket(self._hub, self._key) as reader:
            while True:
                told = await frame(reader)
                if began := self.sent.get(told.get("data", {}).get("subject", "")):
                    self.seconds.append(time.perf_counter() - began)

    async def p99(self, key: str, prefix: str, messages: int) -> float:
        """Of so many messages, at twenty a second, from the poster's request to each reader."""
        self.seconds.clear()
        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(self.read()) for _ in range(self._count)]
            await eventually(lambda: len(self._hub.hub.live.listeners) >= self._count, 20)
            for number in range(messages):
                subject = f"{prefix} {number}"
                self.sent[subject] = time.perf_counter()
                said = {"to": ["MK"], "subject": subject, "text": LARGE}
                await asyncio.to_thread(post, self._hub, key, "notes", said)
                await asyncio.sleep(0.05)
            await eventually(lambda: len(self.seconds) >= messages * self._count, 20)
            for reader in readers:
                reader.cancel()
        return quantiles(self.seconds, n=100)[98]


async def slow(made: sockets.socket) -> None:
    """Take a kilobyte every half second."""
    made.setblocking(False)
    with contextlib.suppress(OSError):
        while await asyncio.get_running_loop().sock_recv(made, 1024):  # noqa: ASYNC110 - this is what slow means
            await asyncio.sleep(0.5)


@pytest.mark.soak
@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_stalled_and_slow_readers_do_not_delay_the_others(
    office: Office, start: Callable[..., LocalHub], account: Account, database_kind: str
):
    gr, mk = office.key("GR"), office.key("MK")
    hub, each, messages = start(), 20, sized(60, 600)
    healthy = Healthy(hub, mk, 20)
    alone = await healthy.p99(gr, "alone", messages)
    made = [stalled(hub, mk, path) for path in ("/v1/stream", "/v1/events") for _ in range(each)]
    began = time.monotonic()
    tasks = [asyncio.create_task(slow(one)) for one in made[::2]]
    beside = await healthy.p99(gr, "beside", messages)
    while hub.hub.live.listeners and time.monotonic() - began < 2 * GONE:
        await asyncio.to_thread(post, hub, gr, "notes", {"to": ["MK"], "subject": "on and on", "text": LARGE})
    gone = time.monotonic() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in made:
        one.close()
    account.tried |= {"stalled readers": each, "slow readers": each}
    account.notes |= {
        "p99 ms alone": round(1000 * alone, 1), "p99 ms beside them": round(1000 * beside, 1),
        "all of them gone after seconds": round(gone, 1),
    }  # fmt: skip
    if beside > 2 * max(alone, 0.01):
        account.found.append("the others were more than twice as slow")
    if gone > GONE:
        account.found.append("readers who take next to nothing in were still there")
    assert account.found == []
