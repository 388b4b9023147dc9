"""Following a real hub: killed, restarted and with a withdrawn key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import aclosing
from itertools import islice

import pytest

from routehub_client import AsyncHub, Gone, Notice, SignInNeeded
from tests.client.real import revoke
from tests.client.test_journey import Place, place
from tests.fixtures.waiting import wait_for

__all__ = ["place"]


def note(number: int) -> dict[str, object]:
    return {"to": ["HR"], "subject": f"Note {number}", "text": "x"}


def follow(place: Place, party: str, after: str, many: int, *kinds: str) -> tuple[list[str], Callable[[], None]]:
    """Reads in a thread of its own; gives the growing list of subjects and a way to wait for the end."""
    seen: list[str] = []

    def read() -> None:
        with place.hub(party) as hub:
            for event in islice(hub.stream(after, kind=kinds), many):
                seen.append(str(event.data.get("subject") or event.data.get("headline") or event.kind))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return seen, lambda: thread.join(60)


def test_a_follower_gets_everything_once_while_the_hub_is_killed_and_comes_back(place: Place) -> None:
    seen, ended = follow(place, "HR", "0", 6)
    for round in range(3):
        with place.hub("SI") as hub:
            for number in (0, 1):
                hub.publish("note", note(2 * round + number))
        wait_for(lambda round=round: len(seen) >= 2 * round + 1, 20, "the first of this round")  # type: ignore[misc]
        if round < 2:
            place.process.kill9()
            place.process.start()
    ended()
    assert seen == [f"Note {number}" for number in range(6)]


def test_a_filtered_follower_gets_its_kind_and_nothing_is_missing(place: Place) -> None:
    seen, ended = follow(place, "HR", "0", 2, "note")
    with place.hub("SI") as hub:
        hub.publish("note", note(0))
        hub.put_report("SI", "2026-01-20", {"figures": [{"indicator": "present", "value": 1}]})
        hub.publish("note", note(1))
    ended()
    assert seen == ["Note 0", "Note 1"]


def test_a_party_that_may_not_read_hears_nothing(place: Place) -> None:
    heard, _ = follow(place, "AT", "0", 1)
    seen, ended = follow(place, "HR", "0", 1)
    with place.hub("SI") as hub:
        hub.publish("note", note(0))
        ended()
        assert (seen, heard) == (["Note 0"], [])
        hub.put_report("SI", "2026-01-20", {"figures": [{"indicator": "present", "value": 1}]})
    wait_for(lambda: heard == ["report"], 20, "what is for all")


def test_a_withdrawn_key_ends_the_stream_within_seconds(place: Place) -> None:
    connected, fault = threading.Event(), []

    def hear(notice: Notice) -> None:
        if notice.what == "connected":
            connected.set()

    def read() -> None:
        with place.hub("HR") as hub:
            try:
                next(iter(hub.stream(report=hear)))
            except SignInNeeded as ended:
                fault.append(ended)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert connected.wait(20)
    revoke(place.process.database_url, place.keys["HR"], "HR")
    thread.join(10)
    assert fault


def test_a_cursor_of_another_epoch_is_gone(place: Place) -> None:
    async def ask() -> None:
        hub = AsyncHub(place.process.url, place.keys["HR"])
        async with hub, aclosing(hub.stream("7.1")) as events:  # type: ignore[type-var]
            async for _ in events:
                break

    with pytest.raises(Gone):
        asyncio.run(ask())


def test_asyncio_follows_as_well(place: Place) -> None:
    async def journey() -> list[str]:
        url, keys = place.process.url, place.keys
        async with AsyncHub(url, keys["HR"]) as reader, AsyncHub(url, keys["SI"]) as writer:
            await writer.publish("note", note(0))
            seen: list[str] = []
            async with aclosing(reader.stream("0")) as events:  # type: ignore[type-var]
                async for event in events:
                    seen.append(event.data["subject"])
                    if len(seen) == 3:
                        break
                    await writer.publish("note", note(len(seen)))
            await asyncio.sleep(0)  # its connection is let go in the loop's next turn
        return seen

    assert asyncio.run(journey()) == ["Note 0", "Note 1", "Note 2"]
