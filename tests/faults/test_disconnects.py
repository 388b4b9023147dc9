"""Reconnecting with a cursor gives each message once and in order, after breaks of every kind (PROMISES B1)."""

import asyncio
import contextlib
from collections.abc import Callable

import httpx
import pytest

from tests.faults.readers import Reader
from tests.faults.wire import Wire, wire_to
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.sizes import seeded, sized
from tests.fixtures.waiting import NeverHappened, eventually

FORMS = ("websocket", "sse", "poll")
BREAKS = ("close", "reset", "silence")
DONE = "disconnects"
Keys = dict[tuple[str, str], str]


class Poster:
    """Posts to RS all the time; ``posted`` holds the ids in the order in which they were answered."""

    def __init__(self, hub: HubProcess, key: str) -> None:
        self.posted: list[str] = []
        self._enough = asyncio.Event()
        self._task = asyncio.create_task(self._post(hub, key))

    async def _post(self, hub: HubProcess, key: str) -> None:
        async with httpx.AsyncClient(base_url=hub.url, headers=bearer(key), trust_env=False, timeout=20) as client:
            more = 10  # after the last break, so that what a resume left out can be told from what has yet to come
            while more:
                more -= self._enough.is_set()
                body = {"to": ["RS"], "subject": "s", "text": f"number {len(self.posted)}"}
                answer = await client.post("/v1/notes", json=body)
                assert answer.status_code == 201, answer.text
                self.posted.append(answer.json()["id"])
                await asyncio.sleep(0.01)

    async def finish(self) -> None:
        """Let it post the last ones, each answered: one under way would be with a reader before it is known here."""
        self._enough.set()
        await self._task


async def break_often(
    wire: Wire, breaking: asyncio.Event, reader: Reader, times: int, ports: list[int], account: Account
) -> None:
    """Break the reader's connection so often, each time after something has come over it."""
    chance = seeded(times)
    for number in range(times):
        if account.is_over:
            break
        account.done(DONE, account.tried.get(DONE, 0) + 1, times * len(FORMS))
        await reader.has(len(reader.came) + chance.randint(1, 4))
        wire.lead_to(ports[number % len(ports)])
        match BREAKS[number % len(BREAKS)]:
            case "close":
                breaking.set()
            case "reset":
                wire.reset()
            case "silence":
                wire.silent = True  # neither side is told: half-open, until the reader hears no heartbeat any more
                await reader.gives_up()
                wire.mend()


async def all_readers(
    hubs: list[HubProcess], keys: Keys, times: int, account: Account, patience: float = 30
) -> list[str]:
    """Break every reader so often in turn; gives what was missed, repeated or out of order, over all forms."""
    found: list[str] = []
    ports = [hub.port for hub in hubs]
    async with contextlib.AsyncExitStack() as stack:
        poster = Poster(hubs[0], keys[("wbr", "MK")])
        stack.push_async_callback(poster.finish)
        readers = []
        for form in FORMS:
            wire = await stack.enter_async_context(wire_to(ports[0]))
            breaking = asyncio.Event()
            reader = Reader(form, wire.url, keys[("wbr", "RS")], breaking)
            readers.append((reader, wire, breaking, asyncio.create_task(reader.run())))
        try:
            await asyncio.gather(*(break_often(w, b, r, times, ports, account) for r, w, b, _ in readers))
            await poster.finish()
            last = len(poster.posted)
            with contextlib.suppress(NeverHappened):  # which one never came is said below
                await eventually(lambda: all(r.came and r.came[-1][0] >= last for r, *_ in readers), patience)
        finally:
            for *_, task in readers:
                task.cancel()
            await asyncio.gather(*(task for *_, task in readers), return_exceptions=True)
    account.accepted = len(poster.posted)
    for reader, *_ in readers:
        found += reader.faults(list(enumerate(poster.posted, start=1)))
        if reader.unrecovered:
            found.append("a resume said that it could not recover everything")
    return found


@pytest.mark.soak
@pytest.mark.timeout(sized(300, 0))
async def test_each_message_comes_once_and_in_order_over_any_number_of_breaks(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], database_kind: str, account: Account
):
    """On PostgreSQL each new connection goes to the other of two hubs."""
    keys = furnish(migrated_database_url)
    count = 2 if database_kind == "postgres" else 1
    hubs = [start_hub(migrated_database_url, mode="exercise", heartbeat_seconds="0.2") for _ in range(count)]
    times = sized(36, 350)  # for each of three forms, on each of two databases
    account.found += await all_readers(hubs, keys, times, account)
    assert account.found == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("planted", "seen"), [("skip", "never came"), ("repeat", "came 2 times")])
async def test_the_harness_catches_a_resume_that_skips_or_repeats_one(
    migrated_database_url: str, start_hub: Callable[..., HubProcess], monkeypatch: pytest.MonkeyPatch,
    planted: str, seen: str,
):  # fmt: skip
    monkeypatch.setenv("PLANTED", planted)
    keys = furnish(migrated_database_url)
    hub = start_hub(
        migrated_database_url, mode="exercise", heartbeat_seconds="0.2", module="tests.faults.resumes_wrong"
    )
    found = await all_readers([hub], keys, 12, Account(), patience=5)
    for form in FORMS:
        assert [fault for fault in found if fault.startswith(form) and seen in fault], (form, found[:5])
