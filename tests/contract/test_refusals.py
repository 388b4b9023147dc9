"""How a refusal reads: every problem, its place, what was sent, what is allowed, what was probably meant."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routehub_schemas import Invalid, Problem, Registry, incoming, payload

KINDS = Registry.shipped()
REPORT: dict[str, Any] = {
    "party": "MK",
    "day": "2015-10-20",
    "figures": [{"indicator": "arrivals", "value": 4584}],
}


def problems(kind: str, data: Any, pointer: str = "/data") -> dict[str, Problem]:
    with pytest.raises(Invalid) as refusal:
        payload(KINDS[kind], data, pointer)
    assert refusal.value.status == 422
    json.dumps(refusal.value.as_dict(), allow_nan=False).encode("utf-8")
    return {problem.pointer: problem for problem in refusal.value.problems}


def figure(**fields: Any) -> dict[str, Any]:
    return REPORT | {"figures": [{"indicator": "arrivals", "value": 4584, **fields}]}


@pytest.mark.parametrize(
    ("data", "pointer", "suggestion"),
    [
        ({"partty": "MK", "day": "2015-10-20", "nothing_to_report": True}, "/data/partty", "party"),
        (REPORT | {"nothing-to-report": False}, "/data/nothing-to-report", "nothing_to_report"),
        (REPORT | {"Coment": "x"}, "/data/Coment", "comment"),
        (figure(satus="confirmed"), "/data/figures/0/satus", "status"),
        (figure(status="Confirmed"), "/data/figures/0/status", "confirmed"),
        (figure(method="count"), "/data/figures/0/method", "counted"),
        (figure(indicator="arivals"), "/data/figures/0/indicator", "arrivals"),
        (figure(value="12"), "/data/figures/0/value", "12"),
        (figure(value=12.0), "/data/figures/0/value", "12"),
        (REPORT | {"audience": ["neighbors"]}, "/data/audience/0", "neighbours"),
        (REPORT | {"party": "mk "}, "/data/party", "MK"),
    ],
)
def test_what_was_meant_is_suggested(data: Any, pointer: str, suggestion: str) -> None:
    assert problems("report", data)[pointer].suggestion == suggestion


@pytest.mark.parametrize("expires", ["2099-12-31T23:59:59-14:00", "2000-01-01T00:00:00+14:00"])
def test_a_time_whose_offset_carries_it_out_of_the_century_is_refused(expires: str) -> None:
    data = {
        "category": "other", "severity": "Minor", "urgency": "Future", "certainty": "Possible", "headline": "x",
        "expires": expires,
    }  # fmt: skip
    assert problems("alert", data)["/data/expires"].code == "form"


def test_a_field_far_from_any_other_gets_no_suggestion() -> None:
    found = problems("report", REPORT | {"xyzzy": 1})["/data/xyzzy"]
    assert found.suggestion is None
    assert "party" in found.allowed


def test_all_problems_come_at_once() -> None:
    data = {
        "day": "yesterday",
        "figures": [{"indicator": "arrivals", "value": True}, {"value": -1}],
        "colour": "red",
    }
    assert set(problems("report", data, "")) == {
        "/party",
        "/day",
        "/figures/0/value",
        "/figures/1/indicator",
        "/figures/1/value",
        "/colour",
    }


def test_rules_of_the_parts_that_can_be_read_come_with_what_cannot_be_read() -> None:
    figures = [
        {"indicator": "arrivals", "value": "12"},
        {"indicator": "arivals", "value": 1},
        {"value": 1},
        {"indicator": "waiting_hours", "value": 2},
        {"indicator": "present", "value": 3},
        {"indicator": "present", "value": 4},
    ]
    found = problems("report", REPORT | {"figures": figures, "coment": "x", "start": "2015-10-20T04:00:00Z"}, "")
    assert set(found) == {
        "/figures/0/value", "/figures/1/indicator", "/figures/2/indicator", "/figures/3/place", "/figures/5",
        "/coment", "/start",
    }  # fmt: skip


def test_items_of_a_list_come_by_their_numbers_whoever_found_them_wrong() -> None:
    figures = [{"indicator": "arivals", "value": 1}, {"indicator": "arrivals", "value": "xx"}]
    assert list(problems("report", REPORT | {"figures": figures}, "")) == ["/figures/0/indicator", "/figures/1/value"]


def test_a_list_of_which_nothing_can_be_read_is_not_called_empty_too() -> None:
    assert set(problems("report", REPORT | {"figures": [{"indicator": "arrivals", "value": -1}]}, "")) == {
        "/figures/0/value"
    }


def test_all_broken_rules_come_at_once() -> None:
    data = REPORT | {"nothing_to_report": True, "start": "2015-10-20T04:00:00Z", "audience": ["public"]}
    assert set(problems("report", data)) == {"/data/nothing_to_report", "/data/start", "/data/audience/0"}


def test_an_allowed_list_is_told_in_full() -> None:
    alert = {
        "category": "surge",
        "severity": "High",
        "urgency": "Expected",
        "certainty": "Likely",
        "headline": "x",
    }
    found = problems("alert", alert | {"expires": "2015-11-19T06:00:00Z"})["/data/severity"]
    assert found.allowed == ["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
    assert found.sent == "High"


def test_a_pointer_escapes_what_rfc_6901_says() -> None:
    assert list(problems("report", REPORT | {"a/b~c": 1})) == ["/data/a~1b~0c"]


@pytest.mark.parametrize("data", [None, [], "text", 12, True, float("nan"), b"bytes", {1: 2}])
def test_a_body_that_is_no_object_is_refused(data: Any) -> None:
    assert problems("note", data)


def test_a_thousand_wrong_figures_get_a_bounded_answer() -> None:
    assert len(problems("report", REPORT | {"figures": [{}] * 1_000})) <= 100
    assert list(problems("report", REPORT | {"figures": REPORT["figures"] * 1_001})) == ["/data/figures"]


def test_what_was_sent_is_shown_short_and_safe() -> None:
    found = problems("report", REPORT | {"party": "\ud800\u202e" + "x" * 10_000, "day": 10**5_000})
    assert len(found["/data/party"].sent) < 100
    assert found["/data/party"].sent.isascii() is False  # it ends with an ellipsis
    assert found["/data/day"].sent == "a huge number"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["MK", "2015-10-20", "*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["party", "day", "figures", "value", "indicator", "to", "text", "x"]), inner)
    ),
    max_leaves=15,
)


@given(st.sampled_from(sorted(KINDS)), anything)
def test_no_input_brings_anything_but_a_payload_or_a_refusal(kind: str, data: Any) -> None:
    try:
        payload(KINDS[kind], data)
    except Invalid as refusal:
        json.dumps(refusal.as_dict(), allow_nan=False).encode("utf-8")


EVENT: dict[str, Any] = {"specversion": "1.0", "id": "MK-17", "type": "routehub.report.v1", "data": {}}


def test_an_event_on_the_way_in_keeps_the_senders_id() -> None:
    made = incoming(EVENT | {"source": "/parties/MK", "time": "2015-10-20T06:24:11.120Z", "tlp": "GREEN"})
    assert (made.id, made.tlp, made.exercise) == ("MK-17", "GREEN", None)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": "a\r\nb"}, "/id"),
        ({"tlp": "amber"}, "/tlp"),
        ({"data": "text"}, "/data"),
        ({"data_base64": "e30="}, "/data_base64"),
        ({"datacontenttype": "text/plain"}, "/datacontenttype"),
        ({"exercise": "no"}, "/exercise"),
        ({"feed": 7}, "/feed"),
    ],
)
def test_an_event_that_is_wrong_is_refused(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        incoming(EVENT | change)
    assert [problem.pointer for problem in refusal.value.problems] == [pointer]
