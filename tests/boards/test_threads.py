"""Exchanges: every kind can be answered, quoted and referred to, and nobody sees more of one than is theirs."""

from typing import Any

import pytest

from tests.fixtures.furnished import Inside

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
REPORT = {"party": "MK", "day": "2015-10-20", "figures": [{"indicator": "arrivals", "value": 4584}]}


async def note(hub: Inside, party: str, to: list[str], text: str, *, status: int = 201, **more: Any) -> dict[str, Any]:
    answer = await hub.post(party, "notes", {"to": to, "subject": "Trains", "text": text, **more})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read(hub: Inside, party: str, ref: str) -> list[str]:
    """The texts of an exchange as a party reads it; empty when it sees nothing of it."""
    answer = await hub.get(party, f"/v1/threads/{ref}")
    if answer.status_code == 404:
        return []
    return [message["data"].get("text") or message["data"].get("comment", "") for message in answer.json()["messages"]]


async def test_an_exchange_reads_as_one_whichever_message_it_is_asked_by(hub: Inside):
    first = await note(hub, "SI", ["HR", "AT"], "one")
    second = await note(hub, "HR", ["SI", "AT"], "two", references=[first["id"]])
    third = await note(hub, "AT", ["SI", "HR"], "three", thread=second["id"])
    for party in ("SI", "HR", "AT"):
        for message in (first, second, third):
            assert await read(hub, party, message["id"]) == ["one", "two", "three"]
    assert await read(hub, "RS", first["id"]) == []
    [listed] = (await hub.get("AT", "/v1/threads")).json()["threads"]
    assert (listed["thread"], listed["first"]["data"]["text"], listed["last"]["data"]["text"]) == (
        first["id"], "one", "three",
    )  # fmt: skip


async def test_each_reader_of_a_mixed_exchange_sees_only_what_is_theirs_and_no_hint_of_the_rest(hub: Inside):
    """A public report, a note on it to one party, a note on it to another, an answer between two of three."""
    report = (await hub.post("MK", "reports", REPORT | {"comment": "the report"})).json()
    to_rs = await note(hub, "GR", ["MK", "RS"], "to RS", references=[report["id"]])
    await note(hub, "GR", ["MK", "BG"], "to BG", references=[report["id"]])
    await note(hub, "MK", ["GR"], "only GR", references=[to_rs["id"]])
    assert await read(hub, "MK", report["id"]) == ["the report", "to RS", "to BG", "only GR"]
    assert await read(hub, "RS", report["id"]) == ["the report", "to RS"]
    assert await read(hub, "BG", report["id"]) == ["the report", "to BG"]
    assert await read(hub, "SI", report["id"]) == ["the report"]
    pages = {party: (await hub.get(party, f"/v1/threads/{report['id']}")).text for party in ("RS", "SI")}
    assert "BG" not in pages["RS"].replace('"*"', "")
    assert '"next":null' in pages["SI"]
    assert (await hub.get("SI", "/v1/threads")).json()["threads"] == []
    assert [t["last"]["data"]["text"] for t in (await hub.get("BG", "/v1/threads")).json()["threads"]] == ["to BG"]


@ON_SQLITE
async def test_an_answer_or_a_quote_is_never_read_by_more_than_what_it_rests_on(hub: Inside):
    narrow = await note(hub, "SI", ["HR"], "for HR only")
    refused = await note(hub, "HR", ["SI", "AT"], "> for HR only", references=[narrow["id"]], status=422)
    assert [(p["pointer"], p["code"]) for p in refused["problems"]] == [("/audience", "wider-than-source")]
    alert = {
        "category": "other", "severity": "Minor", "urgency": "Expected", "certainty": "Likely", "headline": "quoting",
        "expires": "2099-01-01T00:00:00Z", "references": [narrow["id"]],
    }  # fmt: skip
    await hub.set_clock("2098-12-30T00:00:00Z")
    inherited = (await hub.post("HR", "alerts", alert)).json()
    assert sorted(inherited["data"]["audience"]) == ["HR", "SI"]
    assert await read(hub, "SI", narrow["id"]) == ["for HR only", ""]
    assert (await hub.post("HR", "alerts", alert | {"audience": ["*"]})).status_code == 422


@ON_SQLITE
async def test_a_reference_to_what_one_may_not_see_is_answered_like_one_to_nothing(hub: Inside):
    narrow = await note(hub, "SI", ["HR"], "for HR only")
    nothing = "01999999-9999-7999-8999-999999999999"
    for field in ("references", "thread"):
        given = [
            await note(hub, "RS", ["SI"], "x", status=422, **{field: [ref] if field == "references" else ref})
            for ref in (narrow["id"], nothing)
        ]
        hidden, unknown = (str(answer) for answer in given)
        assert hidden.replace(narrow["id"], "?") == unknown.replace(nothing, "?")


@ON_SQLITE
async def test_a_long_exchange_is_read_page_by_page(hub: Inside):
    first = await note(hub, "SI", ["HR"], "0")
    for number in range(1, 6):
        await note(hub, "HR" if number % 2 else "SI", ["SI" if number % 2 else "HR"], str(number), thread=first["id"])
    found: list[str] = []
    after = ""
    while True:
        page = (await hub.get("SI", f"/v1/threads/{first['id']}?limit=2{after}")).json()
        found += [message["data"]["text"] for message in page["messages"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == ["0", "1", "2", "3", "4", "5"]
    for number in range(3):
        await note(hub, "SI", ["AT"], f"other {number}")
    page = (await hub.get("SI", "/v1/threads?limit=3")).json()
    rest = (await hub.get("SI", f"/v1/threads?limit=3&before={page['next']}")).json()
    assert [t["last"]["data"]["text"] for t in page["threads"]] == ["other 2", "other 1", "other 0"]
    assert [t["last"]["data"]["text"] for t in rest["threads"]] == ["5"]
    assert rest["next"] is None
