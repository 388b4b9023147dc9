"""Database and bus stopped, restarted and frozen under load (PROMISES A2, A7)."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.load import Load, broken_promises
from tests.fixtures.accounting import Account
from tests.fixtures.databases import migrate
from tests.fixtures.furnished import Keys, bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.nats import NatsServer
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.sizes import sized
from tests.fixtures.waiting import wait_for
from tests.journal.stored import faults
from tests.soak.processes import family
from tests.soak.traffic import Traffic

SENDERS = ("MK", "RS", "HR", "SI")
BACK = 10.0
"""Seconds in which the hub accepts again once its database is there."""
Start = Callable[..., HubProcess]
pytestmark = [pytest.mark.soak, pytest.mark.postgres, pytest.mark.timeout(sized(300, 0))]


@pytest.fixture
def server(start_postgres: Callable[..., PostgresServer]) -> PostgresServer:
    return start_postgres(durable=True)


@pytest.fixture
def furnished(server: PostgresServer, tmp_path: Path) -> tuple[str, Keys]:
    url = server.create("hub")
    migrate(url, tmp_path)
    return url, furnish(url)


def reckon(load: Load, hub: HubProcess, keys: Keys, url: str, account: Account) -> None:
    account.accepted = len(load.accepted)
    account.notes["refused for now"] = dict(load.refusals)
    account.found += broken_promises(load, hub.url, keys) + [str(fault) for fault in faults(url)]


def refused_with_a_time(hub: HubProcess, key: str) -> bool:
    """A post is answered 503 and told when to come back."""
    with contextlib.suppress(httpx.TimeoutException):
        body = {"to": ["EC"], "subject": "s", "text": "t"}
        said = httpx.post(f"{hub.url}/v1/notes", json=body, headers=bearer(key), timeout=BACK, trust_env=False)
        return said.status_code == 503 and int(said.headers["Retry-After"]) > 0
    return False


@pytest.mark.long
def test_postgresql_stopped_at_once_loses_nothing_and_is_back_within_ten_seconds(
    server: PostgresServer, furnished: tuple[str, Keys], start_hub: Start, account: Account
):
    url, keys = furnished
    hub, times, worst = start_hub(url, mode="exercise"), sized(3, 20), 0.0
    with Load(hub.url, keys, SENDERS, patience=15) as load:
        for number in account.rounds("restarts of PostgreSQL", times):
            load.more(20)
            server.stop("immediate" if number % 2 else "fast")
            if not refused_with_a_time(hub, keys["wbr", "AT"]):
                account.found.append("no 503 with Retry-After while the database was away")
            server.start()
            began = time.monotonic()
            load.more(1)
            worst = max(worst, time.monotonic() - began)
    reckon(load, hub, keys, url, account)
    account.notes["longest seconds until accepting again"] = round(worst, 1)
    assert account.found == []
    assert worst < BACK


@contextlib.contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


@pytest.mark.long
def test_a_frozen_postgresql_is_answered_for_with_503_and_nothing_is_lost(
    server: PostgresServer, furnished: tuple[str, Keys], start_hub: Start, account: Account
):
    url, keys = furnished
    hub, times, worst = start_hub(url, mode="exercise"), sized(2, 10), 0.0
    with Load(hub.url, keys, SENDERS, patience=15) as load:
        for _ in account.rounds("freezes of PostgreSQL", times):
            load.more(20)
            with frozen(family(server.pid)):
                if not refused_with_a_time(hub, keys["wbr", "AT"]):
                    account.found.append("no 503 with Retry-After while the database was frozen")
                ready = httpx.get(f"{hub.url}/health/ready", timeout=BACK, trust_env=False)
                if ready.status_code != 503:
                    account.found.append(f"ready answered {ready.status_code}")
            began = time.monotonic()
            load.more(1)
            worst = max(worst, time.monotonic() - began)
    reckon(load, hub, keys, url, account)
    account.notes["longest seconds until accepting again"] = round(worst, 1)
    assert account.found == []
    assert worst < BACK


@pytest.mark.long
def test_nats_restarted_and_frozen_costs_latency_only(
    furnished: tuple[str, Keys], start_hub: Start, nats_server: NatsServer, account: Account
):
    url, keys = furnished
    hubs = [start_hub(url, mode="exercise", heartbeat_seconds="0.2", nats_url=nats_server.url) for _ in range(2)]
    traffic, times = Traffic(hubs, url, keys), sized(2, 10)
    with traffic.running():
        for _ in account.rounds("restarts and freezes of NATS", times, by=2):
            nats_server.stop()
            traffic.load.more(20)
            nats_server.start()
            traffic.load.more(20)
            with frozen([nats_server.pid]):
                traffic.load.more(20)
        wait_for(lambda: all(reader.came for reader in traffic.readers.values()), 10)
    traffic.count(account)
    assert account.found == []
    assert account.outage is not None
    assert account.outage < BACK
