"""CloudEvents in and out over HTTP, judged by the official SDK for Python."""

import json
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from tests.fixtures.furnished import Inside
from tests.journal.stored import arrivals

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def report(value: Any, day: str = "2015-10-20", **more: Any) -> dict[str, Any]:
    return {"party": "MK", "day": day, "figures": [arrivals(value)]} | more


def event(id: str, data: Any, **attributes: Any) -> dict[str, Any]:
    given = {"specversion": "1.0", "id": id, "source": "/systems/mk", "type": "routehub.report.v1", "data": data}
    return given | attributes


async def send(hub: Inside, body: Any, headers: dict[str, str], query: str = "") -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with hub.client("MK") as client:
        return await client.post(f"/v1/messages{query}", content=content, headers=headers)


async def batch(hub: Inside, events: Any, query: str = "") -> httpx.Response:
    return await send(hub, events, {"Content-Type": BATCH}, query)


async def test_what_the_sdk_writes_is_taken_and_what_the_hub_emits_the_sdk_reads(hub: Inside):
    attributes = {"type": "routehub.report.v1", "source": "/systems/mk", "tlp": "GREEN", "exercise": False}
    for number, write in enumerate((to_structured, to_binary)):
        made = CloudEvent(attributes | {"id": f"süd {number} %"}, report(10 + number, f"2015-10-2{number}"))
        message = write(made, JSONFormat())
        headers = {"Content-Type": "application/json", **message.headers}
        answer = await send(hub, message.body, headers)
        assert answer.status_code == 201, answer.text
        assert answer.json()["senderid"] == f"süd {number} %"
        assert answer.json()["tlp"] == "GREEN"
    async with hub.client("RS") as client:
        page = await client.get("/v1/messages?limit=1", headers={"Accept": BATCH})
        assert page.headers["content-type"] == BATCH
        follow = page.headers["link"].partition("<")[2].partition(">")[0]
        rest = await client.get(follow, headers={"Accept": BATCH})
        one = await client.get(f"/v1/messages/{page.json()[0]['id']}", headers={"Accept": EVENT})
        assert one.headers["content-type"] == EVENT
    read = [JSONFormat().read(CloudEvent, json.dumps(item).encode()) for item in (*page.json(), *rest.json())]
    read.append(JSONFormat().read(CloudEvent, one.content))
    told: list[Any] = [made.get_data() for made in read]
    assert [data["figures"][0]["value"] for data in told] == [10, 11, 10]
    assert read[0].get_source() == "/parties/MK"
    assert read[0].get_extension("senderid") == "süd 0 %"


async def test_a_batch_is_answered_item_by_item_in_order(hub: Inside):
    events = [
        event("b1", report(5)),
        event("b2", report("6") | {"day": "2015-10-19"}),
        "no event",
        event("b4", report(7, "2015-10-18"), type="routehub.raport.v1"),
        event("b5", report(8, "2015-10-18", figures=[arrivals(8) | {"place": "GR-MK/gevgelia"}]), tlp="PINK"),
        event("b6", report(9), time="yesterday"),
        event("b1", report(5)),
        event("b8", report(4, "2015-10-17")),
    ]  # fmt: skip
    answer = await batch(hub, events)
    found = answer.json()
    assert answer.status_code == 207
    assert [result["status"] for result in found["results"]] == [201, 422, 422, 422, 422, 422, 200, 201]
    assert (found["accepted"], found["refused"]) == (3, 5)
    pointers = [[p["pointer"] for p in r["problem"]["problems"]] if "problem" in r else [] for r in found["results"]]
    assert pointers == [
        [], ["/1/data/figures/0/value"], ["/2"], ["/3/type"], ["/4/tlp", "/4/data/figures/0/place"], ["/5/time"],
        [], [],
    ]  # fmt: skip
    assert found["results"][4]["problem"]["problems"][1]["suggestion"] == "GR-MK/gevgelija"
    assert [r["message"]["senderid"] for r in found["results"] if "message" in r] == ["b1", "b1", "b8"]
    again = await batch(hub, [events[0], events[7]])
    assert (again.status_code, again.json()["accepted"]) == (200, 2)


async def test_a_batch_goes_in_together_or_not_at_all(hub: Inside):
    events = [event("t1", report(5)), event("t2", report(6, figures=[arrivals(6) | {"counterpart": "QQ"}]))]
    answer = await batch(hub, events, "?together=true")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [p["pointer"] for p in answer.json()["problems"]] == ["/1/data/figures/0/counterpart"]
    assert [result["status"] for result in answer.json()["results"]] == [424, 422]
    state = [event("t1", report(5)), event("t3", report(6))]
    on_the_board = await batch(hub, state, "?together=true")
    assert [p["pointer"] for p in on_the_board.json()["problems"]] == ["/1/data/figures/0/value"]
    assert (await hub.get("MK", "/v1/messages")).json()["messages"] == []
    dry = await batch(hub, events[:1], "?together=true&dry_run=true")
    assert (dry.status_code, dry.json()["dry_run"]) == (200, True)
    stored = await batch(hub, [events[0], event("t4", report(7, "2015-10-19"))], "?together=true")
    assert (stored.status_code, stored.json()["accepted"]) == (201, 2)


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_thousand_events_go_in_at_once_and_one_more_does_not(hub: Inside):
    days = [
        event(f"k{n}", {"to": ["SI"], "subject": "s", "text": str(n)}, type="routehub.note.v1") for n in range(1001)
    ]
    assert (await batch(hub, days)).status_code == 413
    answer = await batch(hub, days[:1000])
    assert (answer.status_code, answer.json()["accepted"]) == (201, 1000)
    wrong = [event(f"w{n}", report("x", figures=[{}] * 200)) for n in range(1000)]
    answer = await batch(hub, wrong)
    assert answer.status_code == 422
    assert len(answer.content) < 1_000_000
    assert answer.json()["results"][999]["problem"]["more"] == 99


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        (event("x", report(1), data_base64="e30="), "binary-data"),
        ({k: v for k, v in event("x", 1, data_base64="e30=").items() if k != "data"}, "binary-data"),
        (event("x", report(1), partyCode="MK"), "attribute-name"),
        (event("x", report(1), colour="red"), "unknown-attribute"),
        (event("x", report(1), source="a place"), "form"),
        (event("x", report(1), source=""), "form"),
        (event("x", report(1), dataschema="report.v1"), "form"),
        (event("x", report(1), time="2015-10-20T06:00:00"), "form"),
        (event("", report(1)), "string-too-short"),
        (event("x", report(1), specversion="0.3"), "not-allowed"),
        (event("x", report(1), datacontenttype="text/xml"), "form"),
    ],
)  # fmt: skip
async def test_an_event_outside_the_specification_is_refused_in_words(hub: Inside, given: Any, code: str):
    answer = await send(hub, given, {"Content-Type": EVENT})
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.json()["problems"]] == [code]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_attribute_that_is_null_counts_as_left_out(hub: Inside):
    given = event("n1", report(1), subject=None, colour=None, datacontenttype="application/json; charset=utf-8")
    assert (await send(hub, given, {"Content-Type": EVENT})).status_code == 201


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_headers_of_binary_mode_are_read_as_the_binding_says(hub: Inside):
    headers = {
        "Content-Type": "application/json; charset=utf-8", "ce-specversion": "1.0", "ce-type": "routehub.report.v1",
        "ce-source": "/s", "ce-id": '"a%20%C3%A9 \\"b\\""', "CE-Exercise": "False",
    }  # fmt: skip
    answer = await send(hub, report(1), headers)
    assert answer.json()["senderid"] == 'a é "b"'
    for name, value in (("ce-id", b"\xc3\xa9"), ("ce-id", b"%ff"), ("ce-datacontenttype", b"x"), ("ce-data", b"x")):
        odd = {k.encode(): v.encode() for k, v in headers.items() if k != name} | {name.encode(): value}
        async with hub.client("MK") as client:
            wrong = await client.post("/v1/messages", content=json.dumps(report(1)).encode(), headers=odd)
        assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
        assert wrong.json()["problems"][0]["pointer"] == f"/{name[3:]}"


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_message_that_is_wrong_in_many_ways_is_refused_once(hub: Inside):
    figures = [
        {"indicator": "arrivals", "value": "12"},
        {"indicator": "arivals", "value": 5},
        {"indicator": "present", "value": 5, "place": "MK/nowhere"},
        {"indicator": "departures", "value": 5, "counterpart": "QQ"},
    ]
    answer = await hub.post("MK", "reports", {"party": "MK", "day": "2015-10-20", "figures": figures, "tlp": "PINK"})
    assert [problem["pointer"] for problem in answer.json()["problems"]] == [
        "/tlp", "/figures/0/value", "/figures/1/indicator", "/figures/2/place", "/figures/3/counterpart",
    ]  # fmt: skip
    alert = {"category": "surge", "severity": "High", "headline": "x", "place": "MK/nowhere", "legs": ["GR-XX"]}
    answer = await hub.post("MK", "alerts", alert | {"references": ["A-0000"]})
    assert [problem["pointer"] for problem in answer.json()["problems"]] == [
        "/severity", "/urgency", "/certainty", "/expires", "/place", "/legs/0",
    ]  # fmt: skip
