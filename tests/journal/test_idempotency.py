"""The same thing sent twice is one message (PROMISES 10, A4)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from routehub.core.clock import wall
from routehub.core.errors import Refused
from routehub.directory import keys
from routehub.intake.receive import Post
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import Inside, furnish, inside
from tests.fixtures.sizes import sized
from tests.journal.stored import arrivals, everything

NOTE = {"to": ["RS"], "subject": "Buses", "text": "Twelve buses leave at noon."}


def without_answer_s_own(answer: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in answer.json().items() if name not in ("warnings",)}


async def test_the_same_key_five_times_at_once_is_one_message_with_one_answer(hub: Inside, hub_url: str):
    answers = await asyncio.gather(*(hub.post("MK", "notes", NOTE, key="K1") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({str(without_answer_s_own(answer)) for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotent-Replay") == "true" for answer in answers) == 4
    counts, faults = everything(hub_url)
    assert (counts["entry"], counts["idempotency_key"], faults) == (1, 1, [])


async def test_the_same_key_at_two_hubs_at_once_is_one_message(
    postgres_template: Callable[[], str], tmp_path: Path, account: Account
):
    url = postgres_template()
    held = furnish(url)
    async with inside(url, tmp_path, held) as one, inside(url, tmp_path, held) as two:
        for number in account.rounds("keys sent five times at once", sized(10, 1_000)):
            hubs = [one, two, one, two, one]
            answers = await asyncio.gather(*(hub.post("MK", "notes", NOTE, key=f"K{number}") for hub in hubs))
            assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
            assert len({answer.json()["id"] for answer in answers}) == 1
    counts, faults = everything(url)
    assert (counts["entry"], faults) == (account.tried["keys sent five times at once"], [])


async def test_the_same_key_with_another_body_is_refused(hub: Inside):
    await hub.post("MK", "notes", NOTE, key="K1")
    other = await hub.post("MK", "notes", NOTE | {"text": "Eleven."}, key="K1")
    assert other.status_code == 422
    assert "used before" in other.json()["detail"]


async def test_a_key_belongs_to_its_party(hub: Inside):
    first = await hub.post("MK", "notes", NOTE, key="K1")
    second = await hub.post("GR", "notes", NOTE, key="K1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_an_event_s_id_is_its_key(hub: Inside):
    event = {"specversion": "1.0", "id": "E1", "type": "routehub.note.v1", "data": NOTE}
    answers = [await hub.post("MK", "messages", event) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[0].json()["senderid"] == "E1"


async def test_a_late_retry_of_something_unchanged_does_not_bring_the_old_figure_back(hub: Inside):
    """The second post changes nothing and is answered so; its retry comes after the figure has moved on."""
    await hub.set_clock("2015-10-21T05:30:00Z")
    await hub.put_report("MK", "2015-10-20", [arrivals(5, status="provisional")], Idempotency_Key="A")
    same = await hub.put_report("MK", "2015-10-20", [arrivals(5, status="provisional")], Idempotency_Key="B")
    assert same.headers["Unchanged"] == "true"
    await hub.put_report("MK", "2015-10-20", [arrivals(6)], Idempotency_Key="C")
    late = await hub.put_report("MK", "2015-10-20", [arrivals(5, status="provisional")], Idempotency_Key="B")
    assert (late.status_code, late.headers.get("Idempotent-Replay")) == (200, "true")
    figures = (await hub.get("EC", "/v1/figures?party=MK&from=2015-10-20&to=2015-10-20")).json()["figures"]
    assert [figure["value"] for figure in figures] == [6]


async def test_a_key_of_a_refused_message_is_free_again(hub: Inside):
    refused = await hub.post("MK", "notes", NOTE | {"to": ["ATLANTIS"]}, key="K1")
    assert refused.status_code == 422
    assert (await hub.post("MK", "notes", NOTE, key="K1")).status_code == 201


async def test_a_dry_run_stores_nothing_and_says_what_would_be(hub: Inside, hub_url: str):
    before = everything(hub_url)
    async with hub.client("MK") as client:
        answer = await client.post("/v1/notes?dry_run=true", json=NOTE, headers={"Idempotency-Key": "K1"})
    assert (answer.status_code, answer.json()["dry_run"]) == (200, True)
    assert "id" not in answer.json()
    assert everything(hub_url) == before
    assert (await hub.post("MK", "notes", NOTE, key="K1")).status_code == 201


async def test_a_dry_run_names_the_problems_of_the_real_thing(hub: Inside):
    async with hub.client("MK") as client:
        answer = await client.post("/v1/notes?dry_run=true", json=NOTE | {"to": ["ATLANTIS"]})
    assert answer.status_code == 422
    assert answer.json()["problems"]


async def test_a_message_without_a_key_is_accepted_and_the_answer_warns(hub: Inside):
    answer = await hub.post("MK", "notes", NOTE)
    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["no-id"]


@pytest.mark.parametrize("rest", ["EL", "GR"])
async def test_two_names_of_one_party_are_one_series(hub: Inside, hub_url: str, rest: str):
    """Two figures that differ only in an alias would be the same row twice."""
    await hub.set_clock("2015-10-21T05:30:00Z")
    figures = [arrivals(5), arrivals(6) | {"counterpart": "EL"}]
    answer = await hub.put_report("MK", "2015-10-20", figures)
    assert answer.status_code == 422, answer.text
    assert answer.json()["problems"][0]["pointer"] == "/figures/1"
    good = await hub.put_report("MK", "2015-10-20", [arrivals(5) | {"counterpart": rest}])
    assert good.status_code == 201


async def test_a_key_that_no_index_takes_fails_its_own_message_only(hub: Inside):
    """From a form, where no header's bound stands before it."""
    who = keys.authenticate(hub.hub.directory.value, hub.keys[("wbr", "MK")], wall())
    for key in ("", "k" * 256, "k\0"):
        with pytest.raises(Refused, match="255 characters"):
            await hub.hub.intake.receive(who, Post(hub.hub.registry["note"], NOTE, key=key))


async def test_a_form_sent_twice_is_known_by_what_was_typed(hub: Inside):
    """What the page works out from the clock, such as the end of an alert, differs from second to second."""
    who = keys.authenticate(hub.hub.directory.value, hub.keys[("wbr", "MK")], wall())
    typed = {"hours": "6"}

    async def send(text: str, said: dict[str, str]) -> str:
        post = Post(hub.hub.registry["note"], NOTE | {"text": text}, key="web-1", said=said)
        return (await hub.hub.intake.receive(who, post)).message_id

    assert await send("Until 12:00:00.", typed) == await send("Until 12:00:01.", typed)
    with pytest.raises(Refused, match="used before"):
        await send("Until 12:00:00.", {"hours": "12"})
