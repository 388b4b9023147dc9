"""What `rh` shows of what the hub answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client.conftest import Rh
from tests.client.stub import StubHub

ALERT: dict[str, Any] = {
    "id": "0199-a",
    "short_id": "A-7F3K",
    "party": "MK",
    "severity": "Severe",
    "urgency": "Expected",
    "certainty": "Likely",
    "headline": "Gevgelija transit centre nearly full\x1b[2J",
    "place": "MK/gevgelija-centre",
    "state": "open",
    "expires": "2026-01-22T04:40:00Z",
    "acknowledgements": [
        {"party": "SI", "state": "waiting", "at": None},
        {"party": "RS", "state": "acknowledged", "at": "2026-01-21T05:00:00Z", "by": "M. Petrović"},
    ],
}
STATIONS = [
    {
        "party": "MK",
        "name": "North Macedonia",
        "reporting": {"state": "in", "at": "2026-01-21T05:24:00Z", "day": "2026-01-21"},
        "capacity": {"places": 2000, "occupied": 1980, "free": 20, "percent": 99.0, "level": "nearly_full"},
    },
    {"party": "RO", "name": "Romania", "reporting": {"state": "silent", "silent_days": 3}, "capacity": None},
    {
        "party": "SI",
        "name": "Slovenia",
        "reporting": {"state": "due", "due_at": "2026-01-21T07:00:00Z", "day": "2026-01-21"},
    },
]
LEGS = [
    {"leg": "HR-SI", "from": "HR", "to": "SI", "departures": {"value": 1300}, "arrivals": None, "differs": False},
    {
        "leg": "SI-AT",
        "from": "SI",
        "to": "AT",
        "departures": {"value": 1121},
        "arrivals": {"value": 900},
        "difference": {"absolute": 221},
        "differs": True,
    },
]
PICTURE = {
    "route": {"code": "wbr", "title": "Western Balkans route"},
    "now": "2026-01-21T06:02:00Z",
    "stations": STATIONS,
    "legs": LEGS,
}
FIGURES = [
    {"party": "SI", "indicator": "arrivals", "counterpart": "HR", "value": 1352, "day": "2026-01-20",
     "status": "provisional", "posted_at": "2026-01-20T05:30:00Z", "change": {"absolute": 524, "percent": 38.0}},
    {"party": "SI", "indicator": "present", "value": None, "day": "2026-01-20", "status": "confirmed"},
    {"party": "MK", "indicator": "arrivals", "counterpart": "GR", "value": 1902, "day": "2026-01-21",
     "status": "confirmed", "posted_at": "2026-01-21T05:24:00Z", "revised": True},
]  # fmt: skip


@pytest.fixture
def hub(stub: StubHub) -> StubHub:
    stub.answers |= {
        "/v1/alerts": {"alerts": [ALERT]},
        "/v1/alerts/A-7F3K": ALERT,
        "/v1/route": PICTURE,
        "/v1/figures/latest": {"figures": FIGURES},
        "/v1/status": {
            "now": "2026-01-21T06:02:00Z",
            "reported": 8,
            "expected": 11,
            "due": 2,
            "silent": 1,
            "lines": [
                {"mark": "!", "at": "2026-01-21T04:40:00Z", "severity": "Severe", "party": "MK", "text": "Gevgelija",
                 "ref": "A-7F3K"},
                {"mark": "-", "at": "2026-01-20T20:15:00Z", "party": "RO", "text": "silent for 3 days"},
            ],
            "todo": [
                {"text": "acknowledge A-7F3K now", "ref": "A-7F3K"},
                {"text": "post figures", "due": "2026-01-21T07:00:00Z"},
            ],
        },
    }  # fmt: skip
    return stub


def test_status_is_the_lines_of_the_overview(rh: Rh, hub: StubHub) -> None:
    done = rh("status")
    assert done.code == 0
    assert done.lines[0] == "Western Balkans route, Wed 21 Jan, 07:02 CET. 8 of 11 reported, 2 due, 1 silent."
    assert [line.split() for line in done.lines[1:3]] == [
        ["!", "05:40", "SEVERE", "MK", "Gevgelija", "A-7F3K"],
        ["-", "Tue", "20", "Jan,", "21:15", "RO", "silent", "for", "3", "days"],
    ]
    assert done.lines[3:] == ["For SI:", "  acknowledge A-7F3K now", "  post figures by 08:00"]
    assert done.err == "Next: rh alert ack A-7F3K\n"
    assert "\x1b" not in done.out
    rh("status")
    since = [got.query.get("since") for got in hub.requests if got.path == "/v1/status"]
    assert since == [None, ["2026-01-21T06:02:00+00:00"]]


def test_a_start_of_status_is_a_time_of_the_hub(rh: Rh, hub: StubHub) -> None:
    rh("status", "--since", "18:00")
    rh("status", "--since", "24h")
    since = [got.query["since"] for got in hub.requests if got.path == "/v1/status"]
    assert since == [["2026-01-20T17:00:00Z"], ["2026-01-20T06:02:00Z"]]


def test_the_route_shows_both_counts_and_a_silent_party_is_no_zero(rh: Rh, hub: StubHub) -> None:
    out = rh("route").out
    assert "1\u202f980 of 2\u202f000, 99%, nearly full" in out
    romania = next(line for line in out.splitlines() if line.startswith("RO"))
    assert "silent for 3 days" in romania
    assert "0" not in romania
    border = next(line for line in out.splitlines() if line.startswith("HR-SI"))
    assert "1\u202f300" in border
    assert "not reported" in border
    assert "≠ 221" in next(line for line in out.splitlines() if line.startswith("SI-AT"))
    assert "2\u202f421" not in out, "counts of different borders are not added up"


def test_figures_stand_by_party_with_flags_and_what_is_not_given_is_not_zero(rh: Rh, hub: StubHub) -> None:
    done = rh("figures", "show")
    shown = {line.split()[0]: line for line in done.lines if line.strip()}
    assert "1\u202f352 p" in shown["arrivals.HR"]
    assert "524 more (+38%)" in shown["arrivals.HR"]
    assert "1\u202f902 r" in shown["arrivals.GR"]
    assert "not shared" in shown["present"]
    assert shown["RO"] == "RO  silent for 3 days"
    assert done.err == "p provisional, r corrected\n"
    plain = [line.split("\t") for line in rh("figures", "show", "MK", "--plain").lines]
    assert plain == [["MK", "arrivals.GR", "1902", "2026-01-21", "confirmed", "r", "2026-01-21T06:24:00+01:00"]]
    assert rh("figures", "show", "SI", "--json=indicator,value").json == [
        {"indicator": "arrivals", "value": 1352},
        {"indicator": "present", "value": None},
    ]


def test_alerts_name_whom_they_wait_for_and_cannot_drive_the_terminal(rh: Rh, hub: StubHub) -> None:
    out = rh("alert", "list").out
    assert "SEVERE" in out
    assert "nearly full [2J" in out
    assert "\x1b" not in out
    assert rh("alert", "list", "--mine", "--json=short_id").json == [{"short_id": "A-7F3K"}]
    shown = rh("alert", "show", "A-7F3K").out
    assert "RS  acknowledged 06:00 CET by M. Petrović" in shown
    assert "SI  waiting" in shown


def test_an_acknowledgement_is_a_response(rh: Rh, hub: StubHub) -> None:
    assert rh("alert", "ack", "A-7F3K", "--reply", "Seen, buses held").code == 0
    assert hub.writes[0].path == "/v1/responses"
    assert hub.writes[0].body == {"to": "A-7F3K", "act": "acknowledge", "text": "Seen, buses held"}


def test_an_alert_gets_its_scales_from_its_type_and_ends_after_a_day(rh: Rh, hub: StubHub) -> None:
    place = {"code": "SI/dobova", "name": "Dobova reception centre", "kind": "reception"}
    hub.answers["/v1/parties/SI"] = {"code": "SI", "name": "Slovenia", "places": [place]}
    done = rh("alert", "raise", "reception-nearly-full", "--place", "SI/dobova", "--detail", "Queue to the road")
    assert (done.code, done.lines[0][:4]) == (0, "A-7F")
    assert hub.writes[0].body == {
        "category": "reception_nearly_full",
        "severity": "Severe",
        "urgency": "Expected",
        "certainty": "Likely",
        "headline": "Dobova reception centre: reception nearly full",
        "description": "Queue to the road",
        "place": "SI/dobova",
        "expires": "2026-01-22T06:02:00Z",
    }


def test_an_alert_is_updated_and_ended_by_reference(rh: Rh, hub: StubHub) -> None:
    data = {"category": "surge", "severity": "Moderate", "urgency": "Immediate", "certainty": "Observed",
            "headline": "Rise", "expires": "2026-01-22T06:00:00Z", "rule": {"name": "x"}}  # fmt: skip
    hub.answers["/v1/alerts/A-7F3K"] = {**ALERT, "latest": "0199-b"}
    hub.answers["/v1/messages/0199-b"] = {
        "specversion": "1.0", "id": "0199-b", "source": "/parties/SI", "type": "routehub.alert.v1",
        "time": "2026-01-21T05:00:00Z", "tlp": "GREEN", "data": data, "later": "a member of a later version",
    }  # fmt: skip
    assert rh("alert", "update", "A-7F3K", "--severity", "severe").code == 0
    assert rh("alert", "end", "A-7F3K").code == 0
    update, end = (got.body for got in hub.writes)
    assert (update["msg_type"], update["severity"], update["references"], update["tlp"]) == (
        "Update", "Severe", ["0199-a"], "GREEN",
    )  # fmt: skip
    assert (end["msg_type"], end["severity"], end["references"]) == ("Cancel", "Moderate", ["0199-a"])
    assert "rule" not in update


def test_the_template_holds_the_partys_own_fields_and_goes_back_in_as_it_is(rh: Rh, hub: StubHub) -> None:
    done = rh("figures", "template")
    assert done.code == 0
    assert "// People entered, arrivals.HR. Tue 20 Jan: 1\u202f352" in done.out
    filled = done.out.replace('"counterpart": "HR", "value": null', '"counterpart": "HR", "value": 1362')
    posted = rh("figures", "post", "-", stdin=filled)
    assert posted.code == 0
    assert "Left out, because no number is given: present" in posted.err
    assert hub.writes[0].path == "/v1/parties/SI/reports/2026-01-21"
    assert hub.writes[0].body == {"figures": [{"indicator": "arrivals", "counterpart": "HR", "value": 1362}]}
    forgotten = rh("figures", "post", "-", stdin=done.out)
    assert forgotten.code != 0
    assert "figures are still null. Put a number for at least one" in forgotten.err
    assert len(hub.writes) == 1
    strict = json.loads(rh("figures", "template", "--json").out)
    assert strict["day"] == "2026-01-21"


def test_a_first_template_comes_from_the_borders_of_the_party(rh: Rh, hub: StubHub) -> None:
    hub.answers["/v1/figures/latest"] = {"figures": []}
    named = {
        (one["indicator"], one.get("counterpart"))
        for one in json.loads(rh("figures", "template", "--json").out)["figures"]
    }
    assert {("arrivals", "HR"), ("departures", "AT"), ("present", None), ("occupied", None)} <= named


def test_history_shows_every_value_with_its_reason(rh: Rh, hub: StubHub) -> None:
    hub.answers["/v1/figures"] = {
        "figures": [
            {
                "party": "RS", "indicator": "arrivals", "counterpart": "MK", "day": "2026-01-21", "value": 1455,
                "status": "revised", "posted_at": "2026-01-21T05:40:00Z", "message": "b", "reason": "Counted twice",
                "history": [
                    {"value": 1655, "status": "confirmed", "posted_at": "2026-01-21T04:00:00Z", "message": "a"},
                ],
            }
        ]
    }  # fmt: skip
    done = rh("figures", "history", "RS", "--day", "2026-01-21")
    body = done.out
    assert done.code == 0, done.err
    assert body.index("1\u202f455") < body.index("1\u202f655")
    assert "Counted twice" in body


def test_any_request_can_be_sent_by_hand_and_goes_nowhere_else(rh: Rh, hub: StubHub) -> None:
    assert rh("api", "GET", "alerts?open=true").json == {"alerts": [ALERT]}
    done = rh("api", "POST", "/v1/notes", "-d", '{"to":["MK"],"title":"t","text":"x"}')
    assert (done.code, done.json["id"]) == (0, "0199-0001")
    assert hub.writes[0].key


def test_the_agenda_can_be_had_in_every_form(rh: Rh, hub: StubHub) -> None:
    agenda = {"type": "routehub.agenda.v1", "data": {"conference": 14, "items": []}}
    hub.answers |= {
        "/v1/conferences": {
            "conferences": [
                {"number": 13, "start": "2026-01-15T09:00:00Z"},
                {"number": 14, "start": "2026-01-22T09:00:00Z"},
            ]
        },
        "/v1/conferences/14/agenda": agenda,
        "/v1/conferences/14/agenda.txt": "AGENDA 14\n",
        "/v1/conferences/14/agenda.md": "# Agenda 14\n",
        "/v1/conferences/14/agenda.ics": "BEGIN:VCALENDAR\n",
    }
    assert rh("agenda", "show").out == "AGENDA 14\n"
    assert rh("agenda", "show", "14", "--format", "ics").out == "BEGIN:VCALENDAR\n"
    assert rh("agenda", "show", "--format", "json").json == agenda
    assert rh("agenda", "show", "--format", "md").out == "# Agenda 14\n"


def test_doctor_gives_one_fix_for_each_fault(rh: Rh, hub: StubHub) -> None:
    well = rh("doctor")
    assert (well.code, well.err) == (0, "")
    rh.key_file.write_text("not a key")
    ill = rh("doctor", "--json")
    assert ill.code == 1
    assert [one["what"] for one in ill.json if one["fix"]] == ["hub"]
