"""A hub behind a line that is cut, for moments and for longer than any time-out of its connections (PROMISES A1, B1):
nobody is told, packets are lost, and afterwards everything is there once and in order."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.wire import Wire
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.sizes import sized
from tests.fixtures.waiting import wait_for
from tests.soak.island import Island, IslandHub, island
from tests.soak.traffic import Loop, Traffic

__all__ = ["island"]
LONG = 14.0
"""Seconds: longer than the time-outs and keep-alives of the hub's connections to its database (8 s, 11 s)."""


@pytest.mark.soak
@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_hub_cut_off_by_the_network_comes_back_with_nothing_lost(
    migrated_database_url: str, postgres_server: PostgresServer, start_hub: Callable[..., HubProcess],
    island: Island, tmp_path: Path, account: Account,
):  # fmt: skip
    keys, times, longest = furnish(migrated_database_url), sized(3, 60), 0.0
    settings = {"mode": "exercise", "heartbeat_seconds": "0.2"}
    with contextlib.closing(Loop()) as loop, contextlib.ExitStack() as stack:
        relay = Wire(postgres_server.port)  # the server listens on this machine's own address only
        loop.run(relay.start(island.here))
        stack.callback(lambda: loop.run(relay.stop()))
        address = migrated_database_url.replace(f"127.0.0.1:{postgres_server.port}", f"{island.here}:{relay.port}")
        there = IslandHub(island, tmp_path / "island", address, settings)
        stack.callback(there.kill9)
        hubs = [start_hub(migrated_database_url, **settings), there.start()]
        traffic = Traffic(hubs, migrated_database_url, keys)
        with traffic.running():
            traffic.load.more(20)
            for number in account.rounds("partitions", times):
                began = time.monotonic()
                island.cut()
                try:
                    traffic.load.more(20)
                    if number % 3 == 0:
                        wait_for(lambda began=began: time.monotonic() - began > LONG, 2 * LONG)  # type: ignore[misc]
                finally:
                    island.mend()
                wait_for(there.is_live, 30, "the hub that was cut off")
                longest = max(longest, time.monotonic() - began)
                traffic.load.more(20)
        traffic.count(account)
    account.notes["longest partition in seconds"] = round(longest, 1)
    assert account.found == []
