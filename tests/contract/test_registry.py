"""One folder is all that a kind needs; what is unknown is refused with the nearest known name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import Field

from routehub_schemas import Invalid, Kind, Payload, Problem, Registry, payload, read
from routehub_schemas.export import ENVELOPE_FILE, main, schema, stale, text
from routehub_schemas.vocab import Count, Line, PartyCode

KINDS = Registry.shipped()


class Ferry(Payload):
    """A ferry that sails or does not."""

    port: Line
    """Where it leaves."""
    seats: Count
    taken: Count = 0
    told: list[PartyCode] = Field(default=[])


def too_full(ferry: Ferry) -> Iterator[Problem]:
    if ferry.taken > ferry.seats:
        yield Problem("/taken", "too_full", "more people than seats", ferry.taken, ferry.seats)


FERRY = Kind(
    name="ferry",
    version=1,
    payload=Ferry,
    door="ferries",
    title="Ferry",
    summary=lambda ferry, names: f"{ferry.port}: {ferry.seats - ferry.taken} seats free",
    subject=lambda ferry, sender: f"{sender}/{ferry.port}",
    posted_by=frozenset({"contact_point"}),
    parties=lambda ferry: tuple(ferry.told),
    check=too_full,
)


def test_the_shipped_kinds_are_those_of_the_contract() -> None:
    first = {"report", "alert", "response", "note", "agenda_item", "conference", "agenda"}
    acting = {"measure", "movement", "request", "offer", "commitment", "progress", "statement"}
    conference = {"minutes", "readout_check", "readout", "erratum", "agenda_annex"}
    digests = {"bulletin"}
    assert set(KINDS) == first | acting | conference | digests
    for name, kind in KINDS.items():
        assert kind.type == f"routehub.{name}.v{kind.version}"
        assert KINDS.by_type(kind.type) is kind
        assert KINDS.by_door(kind.door) is kind
        assert kind.posted_by
        assert kind.hub_fields <= set(kind.payload.model_fields)
        assert kind.translated_fields <= set(kind.payload.model_fields)


def test_a_kind_that_is_added_is_parsed_summed_up_and_exported() -> None:
    known = KINDS.with_kind(FERRY)
    made = payload(known.by_type("routehub.ferry.v1"), {"port": "Lesvos", "seats": 2_500, "taken": 2_000})
    assert isinstance(made, Ferry)
    assert known["ferry"].summary(made, {}) == "Lesvos: 500 seats free"
    with pytest.raises(Invalid, match="more people than seats"):
        payload(known.by_door("ferries"), {"port": "Lesvos", "seats": 1, "taken": 2})
    with pytest.raises(Invalid, match="no such field"):
        payload(FERRY, {"port": "Lesvos", "seats": 1, "captain": "A. Person"})

    document = schema(FERRY)
    Draft202012Validator.check_schema(document)
    assert document["properties"]["port"]["description"] == "Where it leaves."
    assert Draft202012Validator(document).is_valid({"port": "Lesvos", "seats": 1})
    assert not Draft202012Validator(document).is_valid({"port": "Lesvos", "seats": 1, "captain": "A. Person"})
    assert FERRY.schema_file in stale(known)
    assert "ferry" not in KINDS


def test_two_kinds_cannot_share_a_name_or_a_door() -> None:
    with pytest.raises(ValueError, match="ferry"):
        KINDS.with_kind(FERRY).with_kind(FERRY)
    with pytest.raises(ValueError, match="reports"):
        KINDS.with_kind(replace(FERRY, door="reports"))


@pytest.mark.parametrize(
    ("type_", "suggestion"),
    [
        ("routehub.raport.v1", "routehub.report.v1"),
        ("routehub.report.v2", "routehub.report.v1"),
        ("\ud800", None),
        ("x" * 5_000, None),
    ],
)
def test_an_unknown_type_is_refused_with_the_nearest(type_: str, suggestion: str | None) -> None:
    with pytest.raises(Invalid) as refusal:
        KINDS.by_type(type_)
    [problem] = refusal.value.problems
    assert (problem.pointer, problem.suggestion, refusal.value.status) == ("/type", suggestion, 422)
    assert "routehub.alert.v1" in problem.allowed


def test_an_unknown_door_is_refused_with_the_nearest() -> None:
    with pytest.raises(Invalid) as refusal:
        KINDS.by_door("agenda_items")
    assert refusal.value.problems[0].suggestion == "agenda-items"


def test_the_committed_schemas_are_those_of_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["--wrong"]) == 2


def test_a_changed_schema_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routehub_schemas.export.text", lambda document: text(document) + " ")
    assert ENVELOPE_FILE in stale(KINDS)


SENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "0197d2a4-6a00-7cc1-9b52-3f1d8a6e0c11",
    "source": "/parties/MK",
    "type": "routehub.report.v1",
    "subject": "MK/2015-10-20",
    "time": "2015-10-20T06:24:11.120Z",
    "cursor": "1.1042",
    "feed": 1042,
    "tlp": "AMBER",
    "data": {"party": "MK", "day": "2015-10-20", "figures": [{"indicator": "arrivals", "value": 4584}]},
}


def test_a_reader_ignores_what_a_newer_hub_has_added() -> None:
    figures = [{"indicator": "arrivals", "value": 4584, "weather": "rain"}]
    newer = SENT | {"colour": "blue", "data": SENT["data"] | {"mood": "calm", "figures": figures}}
    envelope = read(KINDS, newer)
    assert (envelope.sender, envelope.kind, envelope.feed, envelope.exercise) == ("MK", "report", 1042, False)
    assert envelope.content == payload(KINDS["report"], SENT["data"])
    assert envelope.data["mood"] == "calm"


@pytest.mark.parametrize("type_", ["routehub.ferry.v1", "routehub.report.v2", "org.example.other"])
def test_a_reader_passes_what_it_does_not_know(type_: str) -> None:
    envelope = read(KINDS, SENT | {"type": type_})
    assert envelope.content is None
    assert envelope.data["party"] == "MK"


def test_a_message_of_the_hub_itself_has_no_sending_party() -> None:
    assert read(KINDS, SENT | {"source": "/hub"}).sender is None
    assert read(KINDS, SENT | {"source": "/routes/cmr/parties/IT"}).sender == "IT"


def test_what_is_no_envelope_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        read(KINDS, {"specversion": "1.0"})
    assert {problem.pointer for problem in refusal.value.problems} == {"/id", "/source", "/type", "/time"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_field_is_described(kind: Kind) -> None:
    document = schema(kind)
    parts = {kind.name: document, **document.get("$defs", {})}
    fields = [(part, name, field) for part, held in parts.items() for name, field in held["properties"].items()]
    assert [(part, name) for part, name, field in fields if "description" not in field] == []
