"""Hubs on a database with the Western Balkans route, and the office that makes their keys and people."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.hub import HubProcess


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
