"""Bad input through the doors for batches, binary mode and files: always a problem document, never a 5xx."""

import json

import pytest

from tests.doors.test_cloudevents import BATCH, event, report
from tests.doors.test_files import CSV, XLSX, ministry
from tests.doors.test_sheets import HOSTILE
from tests.faults.test_refusals import MALFORMED, NASTY
from tests.fixtures.furnished import Inside

EVENT = json.dumps(event("x", report(1))).encode()
BINARY = {"ce-specversion": "1.0", "ce-id": "x", "ce-source": "/x", "ce-type": "routehub.report.v1"}
BATCHES = {
    "an object": b"{}", "a text": b'"x"', "null": b"null", "lists": b"[[],[[]]]", "numbers": b"[1,2]", "open": b"[",
    "an event among them that is none": b"[" + EVENT.replace(b"report.v1", b"nothing.v9") + b",null]",
    "deep": b"[" * 50_000, "a batch in a batch": b"[[" + EVENT + b"]]", "data that is no object": b'[{"data":[]}]',
    "a type that is no text": b'[{"type":{},"data":{}}]', "an id that is no text": EVENT.replace(b'"x"', b"[]", 1),
}  # fmt: skip
TABLES = {
    "a quote": b'day,arrivals\n"', "zeros": b"\0" * 50, "one cell": b"x", "no figures": b"day,arrivals\n",
    "a thousand columns": b"a," * 1_000, "rows without end": b"day,arrivals\n" + b"2015-10-20,1\n" * 30_000,
    "a huge number": b"day,arrivals\n2015-10-20," + b"9" * 100_000, "a huge cell": b"day," + b"x" * 200_000,
    "controls": b"day,arrivals,note\n2015-10-20,1,a\x01b", "bidi": "day,arrivals,note\n2015-10-20,1,a\u202eb".encode(),
    "dates": b"day,arrivals\n0000-00-00,1\n2015-02-30,1\n99999999,1\n1e999,1", "half a surrogate": b"\xff\xfe\x00\xd8",
    "many days": b"day,arrivals\n"
    + b"".join(b"%d-10-%02d,1\n" % (year, day) for year in range(2001, 2051) for day in range(1, 29)),
}  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_new_door_answers_bad_input_with_a_problem_document(hub: Inside):
    tried = []
    for name, body in {**MALFORMED, **BATCHES}.items():
        if body == b"[]":  # a batch may be empty (CloudEvents, JSON format, section 4.1)
            continue
        tried.append(("/v1/messages", {"Content-Type": BATCH}, name, body))
    for name, body in MALFORMED.items():
        tried.append(("/v1/messages", {"Content-Type": "application/json", **BINARY}, name, body))
    for name, body in {**MALFORMED, **TABLES, **HOSTILE}.items():
        tried += [("/v1/reports", {"Content-Type": media}, name, body) for media in (CSV, XLSX)]
    async with hub.client("MK") as client:
        for address, headers, name, body in tried:
            answer = await client.post(address, content=body, headers=headers)
            assert 400 <= answer.status_code < 500, (name, headers, answer.text[:300])
            assert answer.headers["content-type"] == "application/problem+json", (name, headers)
            assert len(answer.content) < 200_000, (name, headers)
    print(f"0 in {len(tried)}")
    assert (await hub.get("MK", "/v1/messages")).json()["messages"] == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_no_parameter_and_no_header_of_a_file_makes_the_hub_fail(hub: Inside):
    names = ("map", "sheet", "zone", "party", "day", "period", "date_order", "status", "tlp", "reason", "comment")
    book = ministry()
    async with hub.client("MK") as client:
        for name in names:
            for word in NASTY:
                media, body = (XLSX, book) if name == "sheet" else (CSV, b"day,arrivals\n2015-10-20,5\n")
                address = f"/v1/reports?dry_run=true&{name}={word}"
                answer = await client.post(address, content=body, headers={"Content-Type": media})
                assert answer.status_code < 500, (address, answer.text[:300])
        for charset in ("é", "utf-7", "utf_8", "idna", "rot13", "punycode", '"utf-8"', "utf-16"):
            headers = {b"Content-Type": f"text/csv; charset={charset}".encode()}
            answer = await client.post(
                "/v1/reports?dry_run=true", content=b"day,arrivals\n2015-10-20,5", headers=headers
            )
            assert answer.status_code < 500, (charset, answer.text[:300])


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_unknown_indicator_is_told_with_a_wrong_value_beside_it(hub: Inside):
    await hub.set_clock("2015-10-20T20:00:00Z")
    figures = [{"indicator": "arivals", "value": "12", "place": "GR-MK/gevgelia"}, {"indicator": "xyz", "value": 1}]
    answer = await hub.post("MK", "reports", {"party": "MK", "day": "2015-10-20", "figures": figures})
    told = [(p["pointer"], p["code"], p.get("suggestion")) for p in answer.json()["problems"]]
    assert len(told) == len(set(told)) == 4, told
    assert ("/figures/0/indicator", "unknown-indicator", "arrivals") in told
    assert {pointer for pointer, _, _ in told} == {
        "/figures/0/value", "/figures/0/indicator", "/figures/0/place", "/figures/1/indicator",
    }  # fmt: skip
