"""CAP in and out without the hub: what is let through, what is said of it, and that nothing of the meaning is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routehub.formats.cap.from_alert import Issued, from_alert
from routehub.formats.cap.into_alert import into_alert
from routehub.formats.cap.reading import MOST_POLYGON, read
from routehub.formats.cap.writing import write
from routehub_schemas import parse
from routehub_schemas.kinds.alert.payload import Alert
from routehub_schemas.registry import Registry
from tests.formats.documents import SIGNATURE, document, info, reference

KIND = Registry.shipped()["alert"]
ISSUED = Issued(
    "urn:uuid:1", "hub.example/parties/MK", datetime(2016, 2, 17, 18, tzinfo=UTC), "North Macedonia", "AMBER", ("*",)
)
FULL: dict[str, Any] = {
    "category": "crossing_changed", "status": "Exercise", "severity": "Extreme", "urgency": "Immediate",
    "certainty": "Observed", "headline": "Gevgelija: 580 a day <from> tonight & on", "description": "Two\nlines.",
    "instruction": "Hold transports.", "place": "GR-MK/gevgelija", "area": "Idomeni, north of the station",
    "legs": ["GR-MK", "MK-RS"], "onset": "2016-02-18T00:00:00Z", "effective": "2016-02-17T18:00:00Z",
    "expires": "2016-02-20T00:00:00Z", "points": ["wbr-2015-final/3"], "language": "mk",
}  # fmt: skip


def alert(data: dict[str, Any]) -> Alert:
    found = parse.payload(KIND, data)
    assert isinstance(found, Alert)
    return found


@pytest.mark.parametrize("category", ["surge", "weather", "silence", "people_stranded"])
def test_an_alert_is_the_same_after_a_way_through_cap(category: str):
    sent = alert(FULL | {"category": category})
    back = alert(into_alert(read(write(from_alert(sent, ISSUED))).cap).data)
    assert back.model_copy(update={"cap": None}) == sent


def test_a_document_is_the_same_after_a_way_through_an_alert():
    more = (
        "<description>x</description><web>https://hnms.example/</web><contact>112</contact>"
        "<parameter><valueName>level</valueName><value>orange</value></parameter>"
        "<resource><resourceDesc>Map</resourceDesc><mimeType>image/png</mimeType><uri>map.png</uri></resource>"
    )
    came = read(document(infos=[info(more=more), info(language="en-GB", headline="Storm")])).cap
    back = read(write(from_alert(alert(into_alert(came).data), ISSUED))).cap
    assert back.model_copy(update={"original": None}) == came.model_copy(update={"original": None})


def test_the_gravest_block_leads_in_english_where_there_is_one():
    blocks = [
        info(language="el", severity="Moderate"), info(language="el", headline="Ακραία"),
        info(language="en", headline="Extreme winds", expires="2026-06-03T18:00:00+03:00"),
    ]  # fmt: skip
    data = into_alert(read(document(infos=blocks)).cap).data
    assert (data["headline"], data["severity"], data["language"]) == ("Extreme winds", "Severe", "en")
    assert data["expires"] == "2026-06-03T18:00:00+03:00"
    assert len(data["cap"]["infos"]) == 3


def test_what_has_no_end_ends_seven_days_after_it_was_sent():
    made = into_alert(read(document(infos=[info(expires="")])).cap)
    assert made.data["expires"] == "2026-06-08T09:00:00+03:00"
    assert [note.code for note in made.notes] == ["no-end"]


SMALL_BREAKS = {
    "other order": (b"<headline>", b"<contact>112</contact><headline>", []),
    "fractions and Z": (b"09:00:00+03:00</sent>", b"06:00:00.123Z</sent>", ["time-form"]),
    "another case": (b">Severe<", b">severe<", ["other-word"]),
    "a word of CAP 1.0": (b">Likely<", b">Very Likely<", ["other-word"]),
    "stray text": (b"<info>", b"{}<info>", ["stray-text"]),
    "an unknown element": (b"<area>", b"<area><Type>County</Type>", ["unknown-element"]),
    "no end by a far year": (b">2026-06-02", b">9999-12-31", ["other-century", "only-in-the-original", "no-end"]),
    "twice what stands once": (b"<event>", b"<event>First</event><event>", ["repeated"]),
    "an empty language": (b">el<", b"><", ["language"]),
    "a language that is none": (b">el<", b">\xce\xb5<", ["language"]),
    "a bidi control": (b"Storm", "St\u202eorm".encode(), ["control-characters"]),
    "a byte order mark": (b"<?xml", b"\xef\xbb\xbf<?xml", []),
    "a script for a link": (b"<area>", b"<web>javascript:alert(1)</web><area>", ["no-link", "only-in-the-original"]),
    "a broken reference": (b"<info>", b"<references>storm-0</references><info>", ["reference-form"]),
}


@pytest.mark.parametrize(("old", "new", "notes"), SMALL_BREAKS.values(), ids=SMALL_BREAKS.keys())
def test_small_breaks_of_issuers_are_let_through_and_told(old: bytes, new: bytes, notes: list[str]):
    body = document()
    assert old in body
    found = read(body.replace(old, new))
    made = into_alert(found.cap)
    assert [note.code for note in (*found.notes, *made.notes)] == notes
    assert parse.payload(KIND, made.data)
    assert found.cap.infos[0].severity == "Severe"


def test_every_problem_is_told_at_once_with_its_place_and_the_nearest_word():
    body = (
        document(kind="Alarm", scope="")
        .replace(b"<severity>Severe", b"<severity>Sever")
        .replace(b"<event>Storm</event>", b"")
    )
    with pytest.raises(Exception, match="not accepted") as refusal:
        read(body)
    problems = {p.pointer: (p.code, p.suggestion) for p in refusal.value.problems}  # type: ignore[attr-defined]
    assert problems == {
        "/msgType": ("not-allowed", "Alert"), "/scope": ("missing", None), "/info/0/event": ("missing", None),
        "/info/0/severity": ("not-allowed", "Severe"),
    }  # fmt: skip


def test_what_is_too_large_for_a_message_is_named_and_stays_in_the_original():
    file = "<resource><resourceDesc>a</resourceDesc><mimeType>audio/mpeg</mimeType><derefUri>AAAA</derefUri></resource>"
    points = "35.1,25.2 " * (MOST_POLYGON // 10 + 1)
    body = document(infos=[info(more=file).replace("</area>", f"<polygon>{points}</polygon></area>")], end=SIGNATURE)
    found = read(body)
    assert found.cap.original is not None
    assert found.cap.original.signed
    assert [part.partition(":")[0] for part in found.cap.original.omitted] == [
        "/info/0/resource/0/derefUri", "/info/0/area/0/polygon/0",
    ]  # fmt: skip
    assert len(str(into_alert(found.cap).data)) < 5_000


def test_references_keep_their_commas_and_times():
    found = read(document(kind="Update", references=[reference("a,b", "2026-05-31T23:00:00-05:00")])).cap
    assert [(ref.identifier, ref.sent) for ref in found.references] == [("a,b", "2026-05-31T23:00:00-05:00")]
