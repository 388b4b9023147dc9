"""The hub as a process: it starts on both databases, ends when told, and comes back after a kill."""

import signal
from collections.abc import Callable

import httpx

from tests.fixtures.hub import HubProcess


def test_the_hub_starts_from_nothing_answers_and_ends_cleanly(
    start_hub: Callable[..., HubProcess], migrated_database_url: str
):
    hub_process = start_hub(migrated_database_url, anew=True)
    assert httpx.get(f"{hub_process.url}/health/live", trust_env=False).status_code == 200
    # After its orderly end the server raises the signal that asked for it: both codes are clean to systemd.
    assert hub_process.stop() in (0, -signal.SIGTERM), hub_process.log
    assert "Application shutdown complete" in hub_process.log
    assert not hub_process.is_live()


def test_the_hub_comes_back_after_a_kill(hub_process: HubProcess):
    before = hub_process.pid
    hub_process.kill9()
    assert not hub_process.running
    hub_process.start()
    assert hub_process.pid != before
    assert hub_process.restart().is_live()


def test_two_hubs_share_one_database_only_on_postgres(
    hub_process: HubProcess, start_hub: Callable[..., HubProcess], database_kind: str
):
    second = start_hub(hub_process.database_url, wait=False)
    if database_kind == "postgres":
        second.wait_live()
    else:
        assert second.wait_ended() != 0
        assert "another" in second.log.lower() or "locked" in second.log.lower(), second.log
