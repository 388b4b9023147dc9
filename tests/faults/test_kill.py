"""Accepted survives `kill -9` at any instant: nothing lost, doubled or renumbered (PROMISES A1)."""

import random
from collections.abc import Callable

import pytest

from tests.faults.load import Load, broken_promises
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.waiting import wait_for
from tests.journal.stored import faults

SENDERS = ("MK", "RS", "HR", "SI", "MK", "RS")


def kill_and_restart(hub: HubProcess, load: Load, chance: random.Random, times: int, account: Account) -> None:
    """Kill the hub each time in the midst of its answers, and start it again."""
    for _ in account.rounds("kills", times):
        load.more(chance.randint(1, 60))
        hub.kill9()
        hub.start()
        account.accepted = len(load.accepted)


@pytest.mark.soak
@pytest.mark.timeout(sized(300, 0))
def test_what_was_accepted_survives_kills_at_any_instant(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], account: Account
):
    kills = sized(15, 500)  # on each of the two databases
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url, mode="exercise")
    with Load(hub.url, keys, SENDERS) as load:
        kill_and_restart(hub, load, seeded(9), kills, account)
    account.accepted, account.outage = len(load.accepted), round(load.outage, 2)
    account.found += broken_promises(load, hub.url, keys)
    account.found += map(str, faults(migrated_database_url))
    assert account.found == []
    assert len(load.accepted) > account.tried["kills"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_harness_catches_a_hub_that_answers_before_the_commit(
    migrated_database_url: str, start_hub: Callable[..., HubProcess]
):
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url, mode="exercise", module="tests.faults.answers_early")
    found: list[str] = []
    with Load(hub.url, keys, SENDERS) as load:
        chance = seeded(9)
        for _ in range(10):
            kill_and_restart(hub, load, chance, 1, Account())
            found = broken_promises(load, hub.url, keys)
            if found:
                break
    assert any("lost after it was answered" in fault or "was (" in fault for fault in found), found[:3]


def test_a_second_hub_on_the_same_file_refuses_in_plain_words(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], database_kind: str
):
    """On PostgreSQL two hubs are welcome; on one SQLite file they would lose each other's bells (A8)."""
    start_hub(migrated_database_url)
    second = start_hub(migrated_database_url, wait=False)
    if database_kind == "postgres":
        wait_for(second.is_live, 60, "the second hub on PostgreSQL")
        return
    assert second.wait_ended(60) != 0
    assert "Another hub runs on" in second.log
    assert "Traceback" not in second.log
