"""The bell over NATS between two hubs on one PostgreSQL: a real server, stopped, frozen and spoken to by strangers."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

import nats
import pytest
from websockets.asyncio.client import ClientConnection

from routehub.core import state
from routehub.core.clock import wall
from routehub.delivery.live.broadcast import Broadcast
from routehub.journal import follow
from routehub.journal.bell import hint
from routehub.journal.committed import Committed
from routehub.journal.message import Message
from routehub_schemas.registry import Registry
from tests.delivery.calls import frame, note, socket
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.nats import NatsServer
from tests.fixtures.waiting import eventually

Start = Callable[..., LocalHub]
pytestmark = [pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])]


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Callable[[LocalHub], None]:
    """A hub that does not read the journal any more: what still reaches its listeners was hinted."""

    async def nothing(_live: Broadcast) -> bool:
        return False

    def make(hub: LocalHub) -> None:
        monkeypatch.setattr(hub.hub.live, "look", lambda: nothing(hub.hub.live))

    return make


@pytest.fixture
def keys(office: Office) -> tuple[str, str]:
    """Made before the hubs start: they hear of what the office does at their next look."""
    return office.key("GR"), office.key("MK")


@pytest.fixture
def two(keys: tuple[str, str], start: Start, nats_server: NatsServer) -> tuple[LocalHub, LocalHub]:
    return start(nats_url=nats_server.url), start(nats_url=nats_server.url)


async def heard_by(one: LocalHub, key: str, there: ClientConnection) -> None:
    """Until the bell rings between the hubs: then a note posted here is heard there before the second of a look."""

    async def at_once() -> bool:
        await asyncio.to_thread(note, one, key, "are you there", "MK")
        posted = time.monotonic()
        await frame(there)
        return time.monotonic() - posted < 0.3

    for _ in range(50):
        if await at_once():
            return
    raise AssertionError("the bell does not ring")


async def test_a_message_reaches_the_listener_of_another_hub_by_the_hint_alone(
    keys: tuple[str, str], two: tuple[LocalHub, LocalHub], blind: Callable[[LocalHub], None]
):
    (gr, mk), (one, other) = keys, two
    async with socket(other, mk) as there:
        await frame(there)
        await heard_by(one, gr, there)
        blind(other)
        sent = await asyncio.to_thread(note, one, gr, "by the hint", "MK")
        came = await frame(there)
    assert (came["id"], came["data"]["text"]) == (sent["id"], "by the hint")


async def test_a_nats_server_that_is_frozen_or_gone_costs_latency_only(
    keys: tuple[str, str], two: tuple[LocalHub, LocalHub], blind: Callable[[LocalHub], None],
    nats_server: NatsServer,
):  # fmt: skip
    (gr, mk), (one, other) = keys, two
    async with socket(other, mk) as there:
        await frame(there)
        await heard_by(one, gr, there)
        os.kill(nats_server.pid, signal.SIGSTOP)
        try:
            await asyncio.to_thread(note, one, gr, "while it is frozen", "MK")
            assert (await frame(there))["data"]["text"] == "while it is frozen"
        finally:
            os.kill(nats_server.pid, signal.SIGCONT)
        nats_server.stop()
        await asyncio.to_thread(note, one, gr, "while it is gone", "MK")
        assert (await frame(there))["data"]["text"] == "while it is gone"
        nats_server.start()
        await heard_by(one, gr, there)
        blind(other)
        await asyncio.to_thread(note, one, gr, "it is back", "MK")
        assert (await frame(there))["data"]["text"] == "it is back"


async def test_hints_that_no_hub_of_this_journal_wrote_are_passed_over(
    office: Office, start: Start, nats_server: NatsServer, database_kind: str
):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start(nats_url=nats_server.url)
    for number in range(2):
        note(hub, gr, f"note {number}", "MK")
    with office.db.reader.begin() as conn:
        name = state.deployment(conn)
        messages = tuple(follow.since(conn, hub.hub.registry, 0))
    told = Committed(messages, False, {one.sequence: {"MK": one.sequence + 90} for one in messages})
    ahead = Committed(
        tuple(replace(one, sequence=one.sequence + 10) for one in messages), False,
        {one.sequence + 10: {"MK": 99} for one in messages},
    )  # fmt: skip
    holes = Committed((messages[0], messages[0]), False, told.feeds)
    strange = hint.write(told, 1).replace(b'"kind":"note"', b'"kind":"rumour"')
    client = await nats.connect(nats_server.url)
    async with socket(hub, mk) as reader:
        await frame(reader)
        for data in (b"{", b"\xff\x00", b"[]", b'{"form":1}', strange, hint.write(told, 7), hint.write(told, 1),
                     hint.write(ahead, 1), hint.write(holes, 1)):  # fmt: skip
            await client.publish(f"routehub.{name}.committed", data)
        await client.close()
        note(hub, gr, "the next", "MK")
        came = await frame(reader)
    assert (came["feed"], came["data"]["text"]) == (3, "the next")


def test_what_is_too_large_for_a_nats_server_only_says_look(database_kind: str):
    nothing = Committed((), False, {})
    message = replace(_message(), body="x" * hint.MOST_BYTES + "x")
    assert hint.write(replace(nothing, messages=(message,), feeds={1: {"MK": 1}}), 1) == b""
    assert hint.read(b"", 1, Registry.shipped()) is None


def _message() -> Message:
    note = Registry.shipped()["note"].payload.model_validate({"to": ["MK"], "subject": "s", "text": "t"})
    return Message(
        sequence=1, id="i", short_id=None, route="wbr", kind="note", version=1, party="GR", actor="key:k", author="a",
        on_behalf_of=None, accepted_at=wall(), subject="MK", tlp="GREEN", exercise=False, audience_id=1,
        parties=frozenset({"MK"}), thread=None, payload=note, event={},
    )  # fmt: skip


async def test_a_hub_starts_and_serves_without_its_nats_server(office: Office, start: Start, nats_server: NatsServer):
    gr, mk = office.key("GR"), office.key("MK")
    nats_server.stop()
    one, other = start(nats_url=nats_server.url), start(nats_url=nats_server.url)
    async with socket(other, mk) as there:
        await frame(there)
        await asyncio.to_thread(note, one, gr, "without it", "MK")
        assert (await frame(there))["data"]["text"] == "without it"
        nats_server.start()
        await eventually(lambda: one.hub.live.position == other.hub.live.position, 5)
        await heard_by(one, gr, there)
