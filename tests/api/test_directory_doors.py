"""Parties, people, hand-overs, keys, grants and the audit through the doors."""

from datetime import timedelta
from typing import Any

import pytest

from routehub.core.canonical import iso
from routehub.core.clock import wall
from tests.fixtures.office import Door


async def test_the_parties_have_their_names_of_today_and_their_clocks(door: Door):
    parties = (await (await door.of("ana")).get("/v1/parties")).json()["parties"]
    found = {party["code"]: party for party in parties}
    assert found["MK"]["name"] == "North Macedonia"
    assert found["GR"]["aliases"] == ["EL", "GRC", "GRE"]
    assert (found["SI"]["role"], found["SI"]["zone"], found["SI"]["due"]) == ("member", "Europe/Ljubljana", "08:00")
    assert found["FRONTEX"]["role"] == "coordinator"
    assert found["FRONTEX"]["due"] is None


async def test_one_party_is_found_by_its_alias(door: Door):
    ana = await door.of("ana")
    greece = (await ana.get("/v1/parties/el")).json()
    assert greece["code"] == "GR"
    assert "MK" in greece["neighbours"]
    for nobody in ("HUB", "ZZ", "x" * 40):
        assert (await ana.get(f"/v1/parties/{nobody}")).status_code == 404


async def test_people_of_the_route_see_how_to_reach_each_other(door: Door):
    people = (await (await door.of("mira")).get("/v1/people", params={"party": "SI"})).json()["people"]
    assert [(person["name"], person["on_duty"]) for person in people] == [
        ("Ana", True), ("Bor", True), ("Eva", False),
    ]  # fmt: skip
    assert people[0]["email"] == "ana@si.example"


async def test_a_key_sees_its_own_party_s_people_only(door: Door):
    ana = await door.of("ana")
    key = (await ana.post("/v1/keys", json={"system": "s", "scopes": ["read:feed"]})).json()["key"]
    system = door.client(Authorization=f"Bearer {key}")
    assert {person["party"] for person in (await system.get("/v1/people")).json()["people"]} == {"SI"}
    assert (await system.get(f"/v1/people/{door.office.person('mira').id}")).status_code == 404
    for method, address in (
        ("POST", "/v1/people"),
        ("GET", "/v1/keys"),
        ("POST", "/v1/grants"),
        ("GET", "/v1/sessions"),
    ):
        assert (await system.request(method, address, json={})).status_code == 403


async def test_an_office_nominates_changes_and_withdraws(door: Door):
    ana = await door.of("ana")
    made = await ana.post("/v1/people", json={"name": "Jan Novak", "email": "Jan@si.example", "languages": ["sl"]})
    assert made.status_code == 201
    person = made.json()
    assert (person["email"], person["roles"], person["on_duty"]) == ("jan@si.example", ["contact_point"], True)
    where = made.headers["Location"]
    changed = (await ana.patch(where, json={"roles": ["deputy"], "function": "Duty officer"})).json()
    assert (changed["roles"], changed["function"], changed["on_duty"]) == (["deputy"], "Duty officer", False)
    assert (await ana.post(f"{where}/withdraw")).json()["withdrawn_at"]
    listed = [view["id"] for view in (await ana.get("/v1/people")).json()["people"]]
    assert person["id"] not in listed
    everybody = (await ana.get("/v1/people", params={"all": True})).json()["people"]
    assert person["id"] in [view["id"] for view in everybody]
    mira = await door.of("mira")
    assert person["id"] not in (await mira.get("/v1/people", params={"all": True})).text


async def test_what_is_wrong_with_a_nomination_is_told_at_once_with_near_matches(door: Door):
    answer = await (await door.of("ana")).post("/v1/people", json={"nmae": "Jan", "email": "jan", "roles": ["deputi"]})
    assert answer.status_code == 422
    problems = {problem["pointer"]: problem for problem in answer.json()["problems"]}
    assert set(problems) == {"/name", "/nmae", "/email", "/roles/0"}
    assert problems["/nmae"]["suggestion"] == "name"
    assert problems["/roles/0"]["suggestion"] == "deputy"


async def test_a_duty_is_handed_over_accepted_and_taken_back(door: Door):
    bor, eva = await door.of("bor"), await door.of("eva")
    ends = iso(wall() + timedelta(days=2))
    made = await bor.post("/v1/hand-overs", json={"deputy": door.office.person("eva").id, "ends": ends})
    assert made.status_code == 201, made.text
    hand_over = made.json()
    assert (hand_over["state"], hand_over["deputy"]["name"]) == ("proposed", "Eva")
    address = f"/v1/hand-overs/{hand_over['id']}"
    assert (await bor.post(f"{address}/accept")).status_code == 403
    assert (await eva.post(f"{address}/accept")).json()["state"] == "running"
    assert (await eva.get("/v1/me")).json()["roles"] == ["contact_point", "deputy"]
    eva_s_card = (await eva.get(f"/v1/people/{door.office.person('eva').id}")).json()
    assert (eva_s_card["on_duty"], eva_s_card["stands_in_for"]) == (True, [door.office.person("bor").id])
    assert (await bor.post(f"{address}/take-back")).json()["state"] == "ended"
    assert (await eva.get("/v1/me")).json()["roles"] == ["deputy"]
    assert (await bor.get("/v1/hand-overs")).json()["hand_overs"] == []
    assert len((await bor.get("/v1/hand-overs", params={"all": True})).json()["hand_overs"]) == 1


async def test_another_party_s_hand_over_reads_like_none(door: Door):
    bor, mira = await door.of("bor"), await door.of("mira")
    ends = iso(wall() + timedelta(days=2))
    made = (await bor.post("/v1/hand-overs", json={"deputy": door.office.person("eva").id, "ends": ends})).json()
    hidden, unknown = [await mira.post(f"/v1/hand-overs/{name}/accept") for name in (made["id"], "nosuch")]
    assert (hidden.status_code, hidden.text) == (404, unknown.text)
    assert (await mira.get("/v1/hand-overs", params={"all": True})).json()["hand_overs"] == []


async def test_a_gap_is_answered_with_its_times(door: Door):
    goran, mira, olga = [await door.of(name) for name in ("goran", "mira", "olga")]
    half = iso(wall() + timedelta(days=1))
    goran_s = door.office.person("goran").id
    assert (await olga.patch(f"/v1/people/{goran_s}", json={"valid_until": half})).status_code == 200
    answer = await mira.post("/v1/hand-overs", json={"deputy": goran_s, "ends": iso(wall() + timedelta(days=2))})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "gap"
    assert "Europe/Skopje" in answer.json()["detail"]
    assert (await goran.get("/v1/me")).json()["roles"] == ["party_office"]


async def test_a_key_is_shown_once_and_rotated(door: Door):
    ana = await door.of("ana")
    made = (await ana.post("/v1/keys", json={"system": "border", "scopes": ["post:report"], "days": 30})).json()
    listed = await ana.get("/v1/keys")
    assert [key["id"] for key in listed.json()["keys"]] == [made["id"]]
    assert made["key"] not in listed.text
    assert "post:alert" in listed.json()["scopes"]
    again = await ana.post(f"/v1/keys/{made['id']}/rotate", json={"overlap_days": 1})
    assert again.status_code == 201
    assert again.json()["scopes"] == ["post:report"]
    states = {key["id"]: key["state"] for key in (await ana.get("/v1/keys")).json()["keys"]}
    assert states == {made["id"]: "active", again.json()["id"]: "active"}
    third = await ana.post("/v1/keys", json={"system": "border", "scopes": ["post:report"]})
    assert third.status_code == 409
    assert (await (await door.of("goran")).get("/v1/keys")).json()["keys"] == []
    assert (await (await door.of("bor")).get("/v1/keys")).status_code == 403


async def test_entering_on_behalf_works_when_it_is_allowed_and_is_in_both_audits(door: Door):
    goran, olga = await door.of("goran"), await door.of("olga")
    made = await olga.post("/v1/keys", json={"system": "s", "scopes": ["read:feed", "post:report"], "party": "FRONTEX"})
    frontex = door.client(Authorization=f"Bearer {made.json()['key']}")
    report = {"party": "MK", "day": "2026-01-20", "nothing_to_report": True, "on_behalf_of": "MK"}
    assert (await frontex.post("/v1/reports", json=report)).status_code == 403
    assert (await goran.post("/v1/grants", json={"actor": "FRONTEX"})).json() == {"actor": "FRONTEX", "party": "MK"}
    assert (await frontex.get("/v1/grants")).json()["grants"] == [{"actor": "FRONTEX", "party": "MK"}]
    assert (await frontex.post("/v1/reports", json=report)).status_code == 201
    posted = (await frontex.get("/v1/audit")).json()["audit"][0]
    assert (posted["act"], posted["detail"]["on_behalf_of"]) == ("post", "MK")
    assert (await goran.delete("/v1/grants/FRONTEX/MK")).status_code == 204
    acts = [row["act"] for row in (await goran.get("/v1/audit")).json()["audit"]]
    assert acts[:2] == ["grant-withdrawn", "grant"]


async def test_the_audit_is_the_party_s_own_and_pages_back_without_a_gap(door: Door):
    ana, mira = await door.of("ana"), await door.of("mira")
    for number in range(5):
        made = await ana.post("/v1/keys", json={"system": f"system-{number}", "scopes": ["read:feed"]})
        assert made.status_code == 201
    whole = (await ana.get("/v1/audit")).json()["audit"]
    assert [row["number"] for row in whole] == list(range(len(whole), 0, -1))
    assert whole[0]["name"] == "Ana"
    paged: list[Any] = []
    before: int | None = None
    while True:
        page = (await ana.get("/v1/audit", params={"limit": 3} | ({"before": before} if before else {}))).json()
        paged += page["audit"]
        before = page["next"]
        if before is None:
            break
    assert paged == whole
    assert "system-" not in (await mira.get("/v1/audit")).text


MALFORMED = [
    b"", b"{", b"[]", b"null", b'"x"', b"1e999", b'{"a":NaN}', b'{"name":"\\ud800"}', b'{"x":1,"x":2}', b"\xff",
    b"[" * 5000, b'{"roles":[[]],"days":99999999999999999999,"ends":5,"party":{}}',
]  # fmt: skip
DOORS = [
    ("POST", "/v1/people"), ("PATCH", "/v1/people/x"), ("POST", "/v1/hand-overs"), ("POST", "/v1/keys"),
    ("POST", "/v1/keys/x/rotate"), ("POST", "/v1/grants"),
]  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_malformed_bodies_are_refused_at_every_door(door: Door):
    browser = await door.of("ana")
    for method, address in DOORS:
        for body in MALFORMED:
            answer = await browser.request(method, address, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in (400, 422), (address, body, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
