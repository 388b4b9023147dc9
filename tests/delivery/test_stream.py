"""Streams by WebSocket and server-sent events, from real hubs over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from tests.delivery.calls import alert, bearer, frame, get, note, socket
from tests.delivery.local import LocalHub
from tests.delivery.office import Office
from tests.fixtures.hub import HubProcess
from tests.fixtures.waiting import PATIENCE

Start = Callable[..., LocalHub]
StartProcess = Callable[..., HubProcess]


async def test_a_message_reaches_the_streams_of_its_readers_and_of_nobody_else(office: Office, start: Start):
    gr, mk, rs = office.key("GR"), office.key("MK"), office.key("RS")
    hub = start()
    async with socket(hub, mk) as reader, socket(hub, rs) as stranger:
        assert await frame(reader) == {"recovered": True, "head": "1.0"}
        assert await frame(stranger) == {"recovered": True, "head": "1.0"}
        sent = note(hub, gr, "for you alone", "MK")
        came = await frame(reader)
        assert (came["id"], came["feed"], came["cursor"]) == (sent["id"], 1, "1.1")
        assert "previous" not in came
        note(hub, gr, "for both", "MK", "RS")
        assert (await frame(stranger))["data"]["text"] == "for both"


async def test_what_a_stream_gave_of_tlp_red_stands_in_the_audit(office: Office, start: Start):
    gr, mk, rs = office.key("GR"), office.key("MK"), office.key("RS")
    hub = start()
    missed = note(hub, gr, "missed", "MK", tlp="RED")
    async with (
        socket(hub, mk, "?after=0") as reader,
        socket(hub, rs) as stranger,
        socket(hub, mk, "?kind=alert") as other,
    ):
        await frame(stranger), await frame(other)
        assert (await frame(reader))["recovered"] is True
        assert (await frame(reader))["id"] == missed["id"]
        live = note(hub, gr, "live", "MK", "RS", tlp="RED")
        await frame(reader), await frame(stranger)

    def told(key: str) -> list[str]:
        rows = get(hub, key, "audit")["audit"]
        return [one for row in rows if row["act"] == "read-red" for one in row["detail"]["messages"]]

    assert sorted(told(mk)) == sorted([missed["id"], live["id"]])
    assert told(rs) == [live["id"]]


async def test_a_cursor_brings_what_was_missed_then_goes_on_live(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    for number in range(250):
        note(hub, gr, f"note {number}", "MK")
    async with socket(hub, mk, "?after=1.20") as reader:
        assert (await frame(reader))["recovered"] is True
        note(hub, gr, "one more", "MK")
        feeds = [(await frame(reader))["feed"] for _ in range(231)]
    assert feeds == list(range(21, 252))


async def test_a_filtered_stream_says_in_each_event_what_it_sent_before(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    note(hub, gr, "skipped", "MK")
    alert(hub, gr)
    async with socket(hub, mk, "?after=0&kind=alert&severity=Severe") as reader:
        await frame(reader)
        first = await frame(reader)
        note(hub, gr, "skipped too", "MK")
        alert(hub, gr, severity="Minor")
        alert(hub, gr, severity="Extreme", legs=["GR-MK"])
        second = await frame(reader)
    assert (first["feed"], first["previous"]) == (2, 0)
    assert (second["feed"], second["previous"], second["data"]["severity"]) == (5, 2, "Extreme")


async def test_places_and_parties_narrow_a_stream(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    async with socket(hub, mk, "?place=GR-MK") as by_leg, socket(hub, mk, "?party=RS") as by_party:
        await frame(by_leg), await frame(by_party)
        alert(hub, gr, headline="elsewhere", legs=["MK-RS"])
        alert(hub, gr, headline="here", place="GR-MK/gevgelija")
        assert (await frame(by_leg))["data"]["headline"] == "here"
        assert (await frame(by_party))["data"]["headline"] == "elsewhere"


async def test_heartbeats_carry_the_head(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start(heartbeat_seconds="0.2")
    note(hub, gr, "one", "MK")
    async with socket(hub, mk) as reader:
        await frame(reader)
        async with asyncio.timeout(PATIENCE):
            beat = json.loads(await reader.recv())
    assert (beat["heartbeat"], beat["head"]) == (True, "1.1")
    assert beat["time"].endswith("Z")


@pytest.mark.parametrize("cursor", ["2.0", "1.5"])
async def test_a_foreign_or_future_cursor_is_gone(office: Office, start: Start, cursor: str):
    mk = office.key("MK")
    hub = start()
    with pytest.raises(InvalidStatus) as caught:
        async with socket(hub, mk, f"?after={cursor}"):
            pass
    assert caught.value.response.status_code == 410
    assert json.loads(caught.value.response.body or b"")["head"] == "1.0"
    async with httpx.AsyncClient(trust_env=False, headers=bearer(mk)) as client:
        answer = await client.get(f"{hub.url}/v1/events", headers={"Last-Event-ID": cursor})
    assert answer.status_code == 410
    async with socket(hub, mk, f"?after={cursor}&resync=head") as reader:
        assert await frame(reader) == {"recovered": False, "head": "1.0"}


async def test_a_foreign_page_cannot_open_a_stream_with_the_cookie_of_a_visitor(office: Office, start: Start):
    mk = office.key("MK")
    hub = start()
    headers = bearer(mk) | {"Cookie": "routehub=anything"}
    with pytest.raises(InvalidStatus) as caught:
        async with connect(
            f"ws://127.0.0.1:{hub.port}/v1/stream", additional_headers=headers, proxy=None,
            origin=Origin("https://elsewhere.example"),
        ):  # fmt: skip
            pass
    assert caught.value.response.status_code == 403


async def test_a_stream_without_a_valid_key_does_not_open(office: Office, start: Start):
    writes_only = office.key("MK", scopes=frozenset({"post:report"}))
    hub = start()
    for key, status in ((writes_only, 403), ("rh_live_nobody_nothing", 401)):
        with pytest.raises(InvalidStatus) as caught:
            async with socket(hub, key):
                pass
        assert caught.value.response.status_code == status


async def test_a_revoked_key_closes_its_streams_within_five_seconds(office: Office, start: Start):
    mk, gr = office.key("MK"), office.key("GR")
    hub = start()
    async with socket(hub, mk) as revoked, socket(hub, gr) as untouched:
        await frame(revoked), await frame(untouched)
        office.revoke(mk, "MK")
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed) as caught:
                await revoked.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4001
        note(hub, gr, "still here", "RS")
        assert (await frame(untouched))["data"]["text"] == "still here"


async def test_the_end_of_a_session_closes_its_streams_within_five_seconds(office: Office, start: Start):
    ana = office.person("ana", "MK", "contact_point")
    cookie = {"Cookie": office.session(ana)["Cookie"]}
    hub = start()
    address = f"ws://127.0.0.1:{hub.port}/v1/stream"
    async with connect(address, additional_headers=cookie, origin=Origin(hub.url), proxy=None) as reader:
        await frame(reader)
        office.end_sessions(ana)
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed) as caught:
                await reader.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4001


async def test_a_revoked_key_ends_server_sent_events_and_long_polls(office: Office, start: Start):
    mk = office.key("MK")
    hub = start()
    async with httpx.AsyncClient(trust_env=False, timeout=30, headers=bearer(mk)) as client:
        polling = asyncio.create_task(client.get(f"{hub.url}/v1/messages?wait=30"))
        async with client.stream("GET", f"{hub.url}/v1/events") as answer:
            lines = answer.aiter_lines()
            await _block(lines), await _block(lines)
            office.revoke(mk, "MK")
            async with asyncio.timeout(PATIENCE):
                last = await _block(lines)
                assert (await polling).status_code == 401
    assert (last["event"], json.loads(last["data"])["code"]) == ("end", 4001)


async def test_server_sent_events_carry_cursors_and_resume_by_last_event_id(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start(heartbeat_seconds="0.5")
    note(hub, gr, "one", "MK")
    note(hub, gr, "two", "MK")
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        headers = bearer(mk) | {"Last-Event-ID": "1.1"}
        async with client.stream("GET", f"{hub.url}/v1/events", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            blocks = [await _block(lines) for _ in range(4)]
    assert blocks[0] == {"retry": "3000"}
    assert blocks[1]["event"] == "start"
    assert json.loads(blocks[1]["data"]) == {"recovered": True, "head": "1.2"}
    assert (blocks[2]["id"], json.loads(blocks[2]["data"])["data"]["text"]) == ("1.2", "two")
    assert blocks[3]["event"] == "heartbeat"


async def _block(lines: AsyncIterator[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    async for line in lines:
        if not line:
            return found
        name, _, text = line.partition(": ")
        found[name] = text
    return found


async def test_a_long_poll_is_answered_as_soon_as_something_comes(office: Office, start: Start):
    gr, mk = office.key("GR"), office.key("MK")
    hub = start()
    async with httpx.AsyncClient(trust_env=False, timeout=40, headers=bearer(mk)) as client:
        waiting = asyncio.create_task(client.get(f"{hub.url}/v1/messages?after=1.0&wait=30"))
        empty = await client.get(f"{hub.url}/v1/messages?after=1.0")
        assert empty.json()["messages"] == []
        await asyncio.to_thread(note, hub, gr, "now", "MK")
        async with asyncio.timeout(PATIENCE):
            answer = (await waiting).json()
    assert [message["data"]["text"] for message in answer["messages"]] == ["now"]
    assert answer["next"] == "1.1"


async def test_a_stopping_hub_tells_its_streams_to_come_back(office: Office, start_process: StartProcess):
    mk = office.key("MK")
    hub = start_process()
    async with socket(hub, mk) as reader, httpx.AsyncClient(trust_env=False, timeout=20) as client:
        await frame(reader)
        async with client.stream("GET", f"{hub.url}/v1/events", headers=bearer(mk)) as events:
            lines = events.aiter_lines()
            await _block(lines), await _block(lines)
            async with asyncio.timeout(PATIENCE):
                assert await asyncio.to_thread(hub.stop) in (0, -15)
                last = await _block(lines)
                with pytest.raises(ConnectionClosed) as caught:
                    await reader.recv()
    assert (last["event"], json.loads(last["data"])["code"]) == ("end", 1012)
    assert 500 <= int(last["retry"]) <= 5000
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1012
    assert "connect again in" in caught.value.rcvd.reason


@pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_two_hubs_deliver_to_each_others_listeners(office: Office, start_process: StartProcess):
    gr, mk = office.key("GR"), office.key("MK")
    one, two = start_process(), start_process()
    async with socket(one, mk) as here, socket(two, mk) as there:
        await frame(here), await frame(there)
        for number in range(20):
            await asyncio.to_thread(note, one if number % 2 else two, gr, f"note {number}", "MK")
        wanted = list(range(1, 21))
        assert [(await frame(here))["feed"] for _ in wanted] == wanted
        assert [(await frame(there))["feed"] for _ in wanted] == wanted


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_hub_with_200_open_streams_stops_within_fifteen_seconds(
    office: Office, start_process: StartProcess, database_kind: str
):
    mk = office.key("MK")
    hub = start_process()
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(socket(hub, mk)) for _ in range(200)]
        async with asyncio.timeout(PATIENCE):
            assert await asyncio.to_thread(hub.stop) in (0, -15)
        for reader in readers:
            await reader.wait_closed()
        reasons = {reader.close_reason for reader in readers}
        assert {reader.close_code for reader in readers} == {1012}
    assert len(reasons) > 20, "all would come back in the same moment"
