"""The shipped proxies in front of two hubs: each hub is restarted in turn while people and systems go on."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

import httpx
import pytest

from routehub.directory import people, sign_in
from routehub.directory.people import Nomination
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import cookie_name
from routehub.journal.batch import Batch
from tests.delivery.office import Office
from tests.deploy.people import Browsing
from tests.faults.load import Load, compare, stored
from tests.faults.readers import Reader
from tests.fixtures.furnished import bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.proxies import Proxy, find_program
from tests.fixtures.sizes import sized
from tests.fixtures.waiting import wait_for
from tests.soak.traffic import FORMS, Loop

SENDERS = ("MK", "RS")
READER = "EC"
HERE = ["nginx", *(["caddy"] if find_program("caddy") else [])]
"""nginx is what CI has; Caddy is run where it is there."""
MIB = 1024 * 1024


def signed_in(url: str, public_url: str) -> dict[str, str]:
    """The cookie of somebody who reads and writes."""

    def apply(tx: Batch) -> str:
        given = Nomination(name="Ana", email="ana@si.example", party="SI", roles=["contact_point"])
        person = people.nominate(tx, operator_principal("wbr"), given).id
        tx.directory_changed()
        return sign_in.begin(tx, person, "link", "a browser", 12).token

    office = Office(url)
    with contextlib.closing(office.db):
        return {cookie_name(public_url): office.change(apply)}


POSTS = 'routehub_request_seconds_count{method="POST"'


def posts(hub: HubProcess) -> float:
    """What was posted at a hub, as it counts it itself: these come by the proxy only."""
    said = httpx.get(f"{hub.url}/metrics", trust_env=False).text.splitlines()
    return sum(float(line.split()[-1]) for line in said if line.startswith(POSTS))


def restart_in_turn(hubs: list[HubProcess], load: Load) -> None:
    """As an operator does: the next one when the one before is used again."""
    for hub in hubs:
        hub.stop()
        load.more(10)
        hub.start()
        wait_for(partial(_is_used, hub), 60, "the proxy using a hub again")
        load.more(10)


def _is_used(hub: HubProcess) -> bool:
    return posts(hub) > 10


@pytest.mark.timeout(180)
@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("name", ["nginx"])
def test_hubs_behind_a_proxy_are_restarted_in_turn_and_nobody_notices(
    name: str, migrated_database_url: str, start_hub: Callable[..., HubProcess], make_proxy: Callable[[str], Proxy]
):
    keys, proxy = furnish(migrated_database_url), make_proxy(name)
    settings = {"public_url": proxy.url, "trusted_proxy": "127.0.0.1", "heartbeat_seconds": "0.2"}
    hubs = [start_hub(migrated_database_url, **settings) for _ in range(2)]
    proxy.start([hub.port for hub in hubs])
    trust, cookies = proxy.trust(), signed_in(migrated_database_url, proxy.url)
    load = Load(proxy.url, keys, SENDERS, pause=0.02, patience=30, trust=trust)
    reading, writing = (Browsing(proxy.url, cookies, trust, writes=writes) for writes in (False, True))
    readers = [Reader(form, proxy.url, keys["wbr", READER], asyncio.Event(), trust) for form in FORMS]
    with contextlib.closing(Loop()) as loop:
        listening = loop.call(lambda: [asyncio.create_task(reader.run()) for reader in readers])
        with load, reading, writing:
            load.more(20)
            for _ in range(sized(1, 20)):
                restart_in_turn(hubs, load)
        feed = [(message["feed"], message["id"]) for message in stored(hubs[0].url, keys, READER)]
        wait_for(lambda: all(r.came and r.came[-1][0] == len(feed) for r in readers), 30, "the last message")
        assert not any(task.done() for task in listening)
    assert (load.unanswered, dict(load.refusals), load.faults) == (0, {}, [])
    told = "\n".join([*reading.faults, *writing.faults])
    assert not told, told
    assert min(len(reading.done), len(writing.done)) > 10
    feeds = {party: stored(hubs[0].url, keys, party) for party in SENDERS}
    assert compare(load.accepted, feeds) == []
    for reader in readers:
        assert reader.faults(feed) == []
        assert reader.unrecovered == 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("name", HERE)
def test_a_proxy_keeps_to_itself_what_is_not_for_the_world_and_says_when_no_hub_is_there(
    name: str, migrated_database_url: str, start_hub: Callable[..., HubProcess], make_proxy: Callable[[str], Proxy]
):
    keys, proxy = furnish(migrated_database_url), make_proxy(name)
    hub = start_hub(migrated_database_url, public_url=proxy.url, trusted_proxy="127.0.0.1")
    proxy.start([hub.port])
    with httpx.Client(base_url=proxy.url, verify=proxy.trust(), trust_env=False, timeout=20) as client:
        assert [client.get(path).status_code for path in ("/health/live", "/metrics", "/health/ready")] == [
            200,
            404,
            404,
        ]
        client.headers.update(bearer(keys["wbr", "MK"]))
        # A body that the hub reads and refuses, and one that does not come so far.
        sizes = {MIB // 2: 422, 3 * MIB: 413, 12 * MIB: 413}
        found = {size: client.post("/v1/notes", json={"text": "x" * size}).status_code for size in sizes}
        assert found == sizes
        assert client.get("/", headers={"X-Long": "x" * 40_000}).status_code in (400, 431)
        assert "Strict-Transport-Security" in client.get("/health/live").headers
        hub.stop()
        away = client.post("/v1/notes", json={"to": ["EC"], "text": "Is anybody there?"})
        assert (away.status_code, "Retry-After" in away.headers) == (503, True)
        assert away.json()["status"] == 503
        hub.start()
        wait_for(lambda: client.get("/health/live").status_code == 200, 20, "the hub behind the proxy again")
    assert httpx.get(f"http://localhost:{proxy.plain}/alerts", trust_env=False).headers["location"].startswith("https:")
