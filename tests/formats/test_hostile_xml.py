"""XML as an attacker sends it is refused in words; nothing is fetched, opened or expanded (PROMISES, D4)."""

import socket
from collections.abc import Iterator

import pytest

from routehub.core.errors import HubError
from routehub.formats.cap import xml
from routehub.formats.cap.reading import read
from tests.fixtures.furnished import Inside
from tests.formats.documents import HEAD, NAMESPACE, document, info

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
WHOLE = document().decode()
BODY = WHOLE.removeprefix(HEAD)

HOSTILE = {
    "billion laughs": f'{HEAD}<!DOCTYPE alert [<!ENTITY l0 "ha">{LAUGHS}]>{BODY.replace("Storm", "&l9;")}'.encode(),
    "quadratic": f'{HEAD}<!DOCTYPE a [<!ENTITY a "{"x" * 50_000}">]>{BODY.replace("Storm", "&a;" * 999)}'.encode(),
    "external entity": f'{HEAD}<!DOCTYPE alert [<!ENTITY x SYSTEM "PLACE">]>{BODY.replace("Storm", "&x;")}'.encode(),
    "parameter entity": f'{HEAD}<!DOCTYPE alert [<!ENTITY % x SYSTEM "PLACE"> %x;]>{BODY}'.encode(),
    "external DTD": f'{HEAD}<!DOCTYPE alert SYSTEM "PLACE">{BODY}'.encode(),
    "a bare DOCTYPE": f"{HEAD}<!DOCTYPE alert>{BODY}".encode(),
    "an entity that nobody declared": WHOLE.replace("Storm", "&nbsp;").encode(),
    "nesting": f"{HEAD}{'<a>' * 100_000}".encode(),
    "nesting inside an alert": document(end="<a>" * 5_000 + "</a>" * 5_000),
    "many elements": document(end="<a/>" * 30_000),
    "a huge attribute": document().replace(b"<info>", b'<info x="' + b"y" * 900_000 + b'">'),
    "many attributes": document().replace(b"<info>", b"<info " + b" ".join(b'a%d=""' % n for n in range(9_000)) + b">"),
    "the same attribute twice": document().replace(b"<info>", b'<info a="1" a="2">'),
    "an unbound prefix": document().replace(b"<info>", b"<cap:info>").replace(b"</info>", b"</cap:info>"),
    "another namespace": document().replace(NAMESPACE.encode(), b"urn:oasis:names:tc:emergency:cap:1.2 "),
    "no namespace": document().replace(b' xmlns="%s"' % NAMESPACE.encode(), b""),
    "CAP inside something else": b"<x>" + BODY.encode() + b"</x>",
    "CAP 1.0": document().replace(NAMESPACE.encode(), b"http://www.incident.com/cap/1.0"),
    "UTF-16": WHOLE.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 without a mark": WHOLE.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "UTF-32": WHOLE.encode("utf-32"),
    "UTF-7": WHOLE.replace("UTF-8", "UTF-7").encode("utf-7"),
    "EBCDIC": WHOLE.replace("UTF-8", "cp037").replace("Θύελλα", "x").replace("Λέσβος", "x").encode("cp037"),
    "an encoding that nobody knows": WHOLE.replace("UTF-8", "x-user-defined").encode(),
    "an encoding that it is not": WHOLE.replace("UTF-8", "US-ASCII").encode(),
    "bytes that are no UTF-8": document().replace(b"Storm", b"\xc3\x28"),
    "a null character": document().replace(b"Storm", b"St\0rm"),
    "a null character by number": document().replace(b"Storm", b"&#0;"),
    "a surrogate by number": document().replace(b"Storm", b"&#xD800;"),
    "nothing": b"",
    "spaces": b" \n ",
    "JSON": b'{"category":"surge"}',
    "HTML": b"<!DOCTYPE html><html><body>503</body></html>",
    "half a document": document()[:200],
    "two documents": document() + document(),
    "another XML": b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
    "no info fields": document(infos=["<info/>"]),
    "a text beyond all bounds": document(infos=[info(more=f"<description>{'x ' * 9_000}</description>")] * 40),
    "a hundred info blocks": document(infos=[info()] * 100),
    "a time without offset": document(sent="2026-06-01T09:00:00"),
    "a day that is not": document(sent="2026-02-30T09:00:00+00:00"),
    "an hour beyond all calendars": document(sent="0001-01-01T00:00:00+14:00"),
}  # fmt: skip


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A port on which nobody may ever knock."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_xml_is_refused_in_words_and_reaches_for_nothing(body: bytes, trap: socket.socket):
    for place in (f"http://127.0.0.1:{trap.getsockname()[1]}/x", "file:///etc/passwd"):
        with pytest.raises(HubError) as refusal:
            read(body.replace(b"PLACE", place.encode()))
        assert refusal.value.status in (400, 422)
        assert 20 < len(refusal.value.detail) < 300
        assert "root:" not in refusal.value.detail
    with pytest.raises(BlockingIOError):
        trap.accept()


def test_an_include_is_an_unknown_element_and_nothing_is_included():
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    found = read(document(infos=[info(more=f"<description>a</description>{include}")]))
    assert found.cap.infos[0].description == "a"
    assert [note.code for note in found.notes] == ["unknown-element"]


def test_the_bounds_are_far_above_what_issuers_send():
    deep = xml.MAX_DEPTH - 2
    assert read(document(end="<a>" * deep + "</a>" * deep)).cap.identifier == "storm-1"
    assert read(document(end=f"<!--{'x' * 900_000}-->")).cap.identifier == "storm-1"


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_door_answers_hostile_xml_with_problems_and_stores_nothing(hub: Inside):
    large = document(end=f"<!--{'x' * 2_000_000}-->")
    async with hub.client("GR") as client:
        for name, body in (HOSTILE | {"a comment of two megabytes": large}).items():
            answer = await client.post("/v1/alerts", content=body, headers={"Content-Type": "application/cap+xml"})
            assert answer.status_code in (400, 413, 422), (name, answer.text[:200])
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert len(answer.content) < 20_000
        assert (await client.get("/v1/alerts")).json()["alerts"] == []
