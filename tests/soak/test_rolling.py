"""Hubs replaced one after another under load, as at an upgrade (PROMISES E1): nothing is lost, and those that stay go
on."""

from collections.abc import Callable

import pytest

from tests.fixtures.accounting import Account
from tests.fixtures.furnished import furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import sized
from tests.fixtures.webhooks import WebhookReceiver
from tests.soak.traffic import Traffic


@pytest.mark.soak
@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_hubs_replaced_one_after_another_are_never_all_away(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], webhook_receiver: WebhookReceiver,
    account: Account,
):  # fmt: skip
    keys, times = furnish(migrated_database_url), sized(2, 50)
    settings = {"mode": "exercise", "heartbeat_seconds": "0.2", "webhook_private": "true"}
    hubs = [start_hub(migrated_database_url, **settings) for _ in range(2)]
    traffic = Traffic(hubs, migrated_database_url, keys, receiver=webhook_receiver)
    with traffic.running():
        traffic.load.more(20)
        for _ in account.rounds("rounds of restarts", times):
            for hub in hubs:
                hub.stop()
                traffic.load.more(20)
                hub.start()
                traffic.load.more(5)
    traffic.count(account)
    assert account.found == []
    assert account.outage is not None
    assert account.outage < 5
