"""Input that frameworks let through or stumble over is refused cleanly: never a 5xx (PROMISES D4)."""

import gzip
import itertools
import json
import socket
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.fixtures.accounting import Account
from tests.fixtures.addresses import addresses
from tests.fixtures.furnished import Inside, bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.journal.stored import arrivals

NOTE = {"to": ["RS"], "subject": "s", "text": "t"}
LIMIT = 1_048_576


def put(value: str) -> bytes:
    """A report's body with this JSON as its number."""
    return b'{"figures":[{"indicator":"arrivals","value":%s}]}' % value.encode()


MALFORMED = {
    "NaN": put("NaN"),
    "Infinity": put("-Infinity"),
    "beyond 64 bits": put(str(2**70)),
    "a number that overflows": put("1e999"),
    "text for a number": put('"12"'),
    "true for a number": put("true"),
    "half a person": put("1.5"),
    "a negative number": put("-1"),
    "a million digits": put("9" * 1_000_000),
    "the same name twice": b'{"figures":[],"figures":[],"nothing_to_report":true}',
    "depth 100,000": b'{"figures":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "depth 100,000 of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "UTF-16": '{"nothing_to_report":true}'.encode("utf-16"),
    "UTF-32": '{"nothing_to_report":true}'.encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"nothing_to_report":true}',
    "bytes that are no UTF-8": b'{"comment":"\xff\xfe"}',
    "an overlong form": b'{"comment":"\xc0\xaf"}',
    "a lone surrogate": b'{"comment":"\\ud800","nothing_to_report":true}',
    "a lone surrogate as a name": b'{"\\udfff":1}',
    "a null character": b'{"comment":"a\\u0000b","nothing_to_report":true}',
    "a null character as it is": b'{"comment":"a\x00b","nothing_to_report":true}',
    "a bidi control": '{"comment":"a\u202eb","nothing_to_report":true}'.encode(),
    "an array": b"[]",
    "null": b"null",
    "a word": b'"report"',
    "nothing": b"",
    "spaces": b"  \n ",
    "half a document": b'{"figures":[',
    "two documents": b"{}{}",
    "a comment": b"{} // see above",
    "single quotes": b"{'nothing_to_report':true}",
    "an unknown field": b'{"nothing_to_report":true,"person":"somebody"}',
    "a field named like an attribute": b'{"__class__":"x","nothing_to_report":true}',
    "a thousand and one figures": json.dumps({"figures": [arrivals(n) for n in range(1001)]}).encode(),
    "ten thousand unknown fields": json.dumps({f"f{n}": n for n in range(10_000)}).encode(),
    "a list for a text": b'{"comment":["x"],"nothing_to_report":true}',
    "a text of 900,000 letters": b'{"comment":"' + b"x" * 900_000 + b'","nothing_to_report":true}',
    "a year before calendars": b'{"nothing_to_report":true,"period":"hour","start":"0001-01-01T00:00:00+14:00"}',
    "the last moment of calendars": b'{"nothing_to_report":true,"period":"hour","start":"9999-12-31T23:59:59-14:00"}',
    "a leap second": b'{"nothing_to_report":true,"period":"hour","start":"2016-12-31T23:59:60Z"}',
}  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_malformed_report_is_refused_with_a_problem_document(hub: Inside):
    async with hub.client("MK") as client:
        for name, body in MALFORMED.items():
            answer = await client.put(
                "/v1/parties/MK/reports/2015-10-20", content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (400, 413, 422), (name, answer.text[:300])
            assert answer.headers["Content-Type"] == "application/problem+json", name
            assert len(answer.content) < 100_000, f"{name}: an answer is no echo of what was sent"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_every_door_in_refuses_every_malformed_body(hub: Inside, account: Account):
    tried = 0
    for method, address in doors_in(hub):
        async with hub.client("MK") as client:
            for name, body in MALFORMED.items():
                answer = await client.request(
                    method, address, content=body, headers={"Content-Type": "application/json"}
                )
                assert 400 <= answer.status_code < 500, (method, address, name, answer.text[:300])
                tried += 1
    account.tried["malformed bodies"] = tried
    assert tried > 200


def doors_in(hub: Inside) -> Iterator[tuple[str, str]]:
    """Every way for programs to send something in, with its address filled."""
    fills = {"party": "MK", "day": "2015-10-20", "ref": "A-7F3K", "number": "1"}
    for address in addresses(hub.app, "POST", "PUT", "PATCH"):
        if address.path.startswith("/v1/"):
            yield address.method, address.fill(fills)


NASTY = (
    "", "0", "-1", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "9" * 40, str(2**63), "1.5", "NaN", "true",
    "0001-01-01", "9999-12-31", "2015-02-30", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00",
    "2015-10-20T00:00:00", "1.99999999999999999999999", "1.-1", "%C2%B2.%C2%B3", "1.%C2%B2", "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201=1--", "%25", "*",
    "%F0%9F%9A%82" * 9, "x" * 300, "2015-10-20_99999999999999999999999_2015-10-20T00:00:00Z", "%0D%0Aa:b",
    "2015-10-20_1_2015-10-20T00:00:00", "2015-10-20_1_0001-01-01T00:00:00%2B14:00", "A-%C5%BF", "%C4%B1",
)  # fmt: skip


@pytest.mark.timeout(900)
async def test_no_address_and_no_query_makes_the_hub_fail(hub: Inside, account: Account):
    """Every way out with every nasty word in the place of each of its parameters, one at a time."""
    await hub.put_report("MK", "2015-10-20", [arrivals(5)])
    tried = 0
    async with hub.client("MK") as client:
        for door in addresses(hub.app, "GET"):
            if door.path in ("/v1/stream", "/v1/events"):  # answers without end, tested below
                continue
            for word, name in itertools.product(NASTY, (*door.in_path, *door.in_query)):
                address = door.fill({name: word}, "MK")
                address += f"?{name}={word}" if name in door.in_query and name != "wait" else ""
                try:
                    answer = await client.get(address)
                except httpx.InvalidURL:
                    continue
                tried += 1
                if answer.status_code >= 500:
                    account.found.append(f"{answer.status_code} {address}: {answer.text[:100]}")
    account.tried["nasty addresses"] = tried
    assert account.found == []
    assert tried > 500


HEADERS = {
    "Idempotency-Key": ["x" * 201, "\x7f", "é", "a,b", " "],
    "If-Match": ['"', "W/", "*", "x" * 101, '""'],
    "Authorization": ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer rh_live_x_é", "Bearer rh_live", "bearer x_y_z_w"],
    "Content-Type": ["", "text/plain", "application/json; charset=utf-16", "application/xml", "é", "application/"],
    "Content-Encoding": ["gzip", "br", "identity, gzip", "é"],
    "Last-Event-ID": ["-1", "1.", "x" * 50],
    "Accept": ["é", "*/*;q=x", "text/html"],
}


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_no_header_makes_the_hub_fail(hub: Inside, account: Account):
    body = json.dumps({"figures": [arrivals(1)]}).encode()
    async with hub.client("MK") as client:
        for name, values in HEADERS.items():
            for value in values:
                headers = {b"Content-Type": b"application/json"} | {name.encode(): value.encode("latin-1")}
                answer = await client.put("/v1/parties/MK/reports/2015-10-20", content=body, headers=headers)
                assert answer.status_code < 500, (name, value, answer.text)
    account.tried["bad headers"] = sum(map(len, HEADERS.values()))


# --- what only a real server shows -----------------------------------------------------------------------------


def raw_request(hub: HubProcess, head: str, *chunks: bytes) -> int:
    """Send bytes as they are and answer the status; the hub may answer before it has read everything."""
    with socket.create_connection(("127.0.0.1", hub.port), timeout=20) as wire:
        wire.sendall(head.encode("latin-1"))
        try:
            for chunk in chunks:
                wire.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = wire.recv(65536)
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_real_server_refuses_what_is_too_large_packed_or_of_a_wrong_type(
    migrated_database_url: str, start_hub: Callable[..., HubProcess]
):
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url)
    key = keys[("wbr", "MK")]
    start = f"POST /v1/notes HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {key}\r\n"
    is_json = "Content-Type: application/json\r\n"
    large = b'{"text":"' + b"x" * (LIMIT + 1) + b'"}'
    parts = [large[i : i + 60_000] for i in range(0, len(large), 60_000)]
    chunks = [b"%x\r\n" % len(part) + part + b"\r\n" for part in parts]
    assert raw_request(hub, f"{start}{is_json}Content-Length: {len(large)}\r\n\r\n", large) == 413
    assert raw_request(hub, f"{start}{is_json}Content-Length: {10**15}\r\n\r\n") == 413
    assert raw_request(hub, f"{start}{is_json}Transfer-Encoding: chunked\r\n\r\n", *chunks, b"0\r\n\r\n") == 413
    packed = gzip.compress(b" " * 10_000_000)
    packed_head = f"{start}{is_json}Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    assert raw_request(hub, packed_head, packed) == 415
    body = json.dumps(NOTE).encode()
    assert raw_request(hub, f"{start}Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n", body) == 415
    assert raw_request(hub, f"{start}Content-Length: {len(body)}\r\n\r\n", body) == 415
    assert raw_request(hub, f"{start}{is_json}Content-Length: -1\r\n\r\n", body) == 400
    assert raw_request(hub, f"{start}{is_json}Content-Length: 1_0\r\n\r\n", body) == 400
    smuggled = f"{start}{is_json}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw_request(hub, smuggled, b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n") == 400
    assert 400 <= raw_request(hub, f"{start}X-Large: {'x' * 200_000}\r\n\r\n") < 500
    assert raw_request(hub, f"{start}{is_json}Content-Length: {len(body)}\r\n\r\n", body) == 201
    assert httpx.get(f"{hub.url}/v1/me", headers=bearer(key), trust_env=False).status_code == 200
    assert "Traceback" not in hub.log
