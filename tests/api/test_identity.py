"""Who may come in, and how: by a key, or by a session with its cookie."""

import itertools
from datetime import date
from pathlib import Path

import httpx
from sqlalchemy import update

from routehub.directory.install import install_route
from routehub.directory.sessions import CSRF_HEADER
from routehub.directory.tables import route_parties
from routehub.journal.batch import Batch
from tests.fixtures.office import Door, Office, open_door

REPORT = {"party": "SI", "day": "2026-01-20", "nothing_to_report": True}


async def make_key(browser: httpx.AsyncClient, system: str = "border-system", **more: object) -> str:
    answer = await browser.post("/v1/keys", json={"system": system, "scopes": ["read:feed", "post:report"]} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


async def test_a_person_is_told_who_they_are(door: Door):
    me = (await (await door.of("ana")).get("/v1/me")).json()
    assert (me["party"], me["name"]) == ({"code": "SI", "name": "Slovenia"}, "Ana")
    assert (me["roles"], me["scopes"], me["key"]) == (["contact_point", "party_office"], None, None)
    assert me["route"] == {
        "code": "wbr", "title": "Western Balkans route", "zone": "Europe/Brussels", "exercise": False,
        "marking": "live",
    }  # fmt: skip
    assert me["now"].endswith("Z")


async def test_a_key_is_told_what_it_is(door: Door):
    key = await make_key(await door.of("ana"))
    me = (await door.client(Authorization=f"Bearer {key}").get("/v1/me")).json()
    assert (me["party"]["code"], me["scopes"]) == ("SI", ["post:report", "read:feed"])
    assert me["key"]["id"] == key.split("_")[2]
    assert me["key"]["system"] == "border-system"


STRANGERS: tuple[dict[str, str], ...] = (
    {}, {"Authorization": "Basic x"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer rh_live_a_b"},
    {"Cookie": "routehub=unknown"}, {"Cookie": "routehub="},
)  # fmt: skip
FOR_THEM = ("/v1/me", "/v1/people", "/v1/keys", "/v1/audit", "/v1/sessions", "/v1/parties", "/v1/grants")


async def test_nobody_else_comes_in(door: Door):
    for headers, address in itertools.product(STRANGERS, FOR_THEM):
        answer = await door.client(**headers).get(address)
        assert answer.status_code == 401, (address, headers)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_change_with_a_cookie_needs_the_page_s_token(door: Door):
    browser = await door.of("ana")
    token = browser.headers.pop(CSRF_HEADER)
    assert (await browser.get("/v1/me")).status_code == 200
    assert (await browser.post("/v1/reports", json=REPORT)).status_code == 403
    wrong = await browser.post("/v1/reports", json=REPORT, headers={CSRF_HEADER: "wrong"})
    assert wrong.status_code == 403
    other_site = {CSRF_HEADER: token, "Sec-Fetch-Site": "cross-site"}
    assert (await browser.post("/v1/reports", json=REPORT, headers=other_site)).status_code == 403
    assert (await browser.post("/v1/reports", json=REPORT, headers={CSRF_HEADER: token})).status_code == 201


async def test_the_keys_of_a_party_rest_while_it_is_not_on_the_route(door: Door, office: Office):
    """Like the roles of its people: neither reads on in what it once could read, nor posts."""
    system = door.client(Authorization=f"Bearer {await make_key(await door.of('ana'))}")
    assert (await system.get("/v1/messages")).status_code == 200

    def leave(tx: Batch) -> None:
        tx.conn.execute(update(route_parties).where(route_parties.c.party == "SI").values(valid_until=date(2020, 1, 1)))
        tx.directory_changed()

    office.change(leave)
    await door.hub.db.read(door.hub.refresh)
    for answer in (await system.get("/v1/messages"), await system.post("/v1/reports", json=REPORT)):
        assert (answer.status_code, "not on the route" in answer.json()["detail"]) == (403, True)


async def test_a_key_needs_no_token_and_wins_over_a_cookie(door: Door):
    key = await make_key(await door.of("ana"))
    browser = await door.of("mira")
    browser.headers["Authorization"] = f"Bearer {key}"
    assert (await browser.get("/v1/me")).json()["party"]["code"] == "SI"


async def test_a_new_key_works_at_once_and_a_revoked_one_at_once_no_more(door: Door):
    ana = await door.of("ana")
    key = await make_key(ana)
    system = door.client(Authorization=f"Bearer {key}")
    assert (await system.post("/v1/reports", json=REPORT)).status_code == 201
    assert (await ana.post(f"/v1/keys/{key.split('_')[2]}/revoke")).json()["state"] == "revoked"
    assert (await system.get("/v1/messages")).status_code == 401


async def test_a_withdrawn_person_is_out_at_once(door: Door):
    bor, ana = await door.of("bor"), await door.of("ana")
    person = door.office.person("bor").id
    assert (await bor.get("/v1/messages")).status_code == 200
    assert (await ana.post(f"/v1/people/{person}/withdraw")).status_code == 200
    assert (await bor.get("/v1/messages")).status_code == 401


async def test_the_operator_reads_no_content(door: Door):
    olga = await door.of("olga")
    assert (await olga.get("/v1/me")).json()["roles"] == ["operator"]
    for address in ("/v1/messages", "/v1/figures", "/v1/audit", "/v1/alerts"):
        assert (await olga.get(address)).status_code == 403
    assert (await olga.get("/v1/people")).status_code == 200


async def test_a_route_where_one_has_no_role_reads_like_none(door: Door):
    def install(tx: Batch) -> None:
        install_route(tx.conn, "cmr")
        tx.directory_changed()

    door.office.change(install)
    await door.hub.db.read(door.hub.directory.refresh)
    ana = await door.of("ana")
    there, nowhere = [await ana.get(f"/v1/routes/{code}/me") for code in ("cmr", "xyz")]
    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace("cmr", "xyz") == nowhere.text
    assert (await ana.get("/v1/routes/wbr/me")).status_code == 200


async def test_own_sessions_are_listed_and_ended(door: Door):
    here, there = await door.of("ana"), await door.of("ana")
    listed = (await here.get("/v1/sessions")).json()["sessions"]
    assert [view["current"] for view in sorted(listed, key=lambda view: view["began"])] == [True, False]
    assert len(listed[0]["id"]) == 12
    other = next(view["id"] for view in listed if not view["current"])
    assert (await (await door.of("bor")).delete(f"/v1/sessions/{other}")).status_code == 404
    assert (await here.delete(f"/v1/sessions/{other}")).status_code == 204
    assert (await there.get("/v1/me")).status_code == 401
    assert (await here.get("/v1/me")).status_code == 200
    assert (await here.delete(f"/v1/sessions/{other}")).status_code == 404


async def test_all_other_sessions_are_ended_at_once(door: Door):
    here, there = await door.of("ana"), await door.of("ana")
    assert (await here.delete("/v1/sessions/others")).status_code == 204
    assert (await there.get("/v1/me")).status_code == 401
    assert (await here.get("/v1/me")).status_code == 200


async def test_too_many_requests_are_told_to_wait(office: Office, tmp_path: Path):
    async with open_door(office, tmp_path, rate_per_minute=5) as door:
        ana, bor = await door.of("ana"), await door.of("bor")
        answers = [await ana.get("/v1/me") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert (await bor.get("/v1/me")).status_code == 200


async def test_a_party_s_systems_share_a_bound_that_others_do_not_feel(office: Office, tmp_path: Path):
    async with open_door(office, tmp_path, rate_per_minute=5) as door:
        browsers = [await door.of("ana") for _ in range(5)]
        answers = [(await browser.get("/v1/me")).status_code for browser in browsers for _ in range(5)]
        assert answers == [200] * 20 + [429] * 5
        assert (await (await door.of("mira")).get("/v1/me")).status_code == 200
