"""CAP through the door: originals kept, updates and cancels in any order, never wider than the issuer allows."""

from typing import Any

import httpx
import pytest

from routehub.formats.cap.reading import read
from tests.fixtures.furnished import Inside, RouteOf, furnish, inside
from tests.formats.documents import SENDER, SIGNATURE, document, info, reference

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
"""For what does not differ between the databases."""
AT, LATER, LAST = "2026-06-01T09:00:00+03:00", "2026-06-01T10:00:00+03:00", "2026-06-01T11:00:00+03:00"
FIRST = document("a", sent=AT)
UPDATE = document("u", sent=LATER, kind="Update", references=[reference("a", AT)], infos=[info(headline="Ακραία")])
CANCEL = document("c", sent=LAST, kind="Cancel", references=[reference("a", AT), reference("u", LATER)], infos=[])


@pytest.fixture
async def at_work(hub: Inside) -> Inside:
    await hub.set_clock("2026-06-01T09:00:00Z")
    return hub


async def send(
    hub: Inside, body: bytes, party: str = "GR", query: str = "", route: str = "wbr", **more: str
) -> httpx.Response:
    headers = {"Content-Type": "application/cap+xml", **more}
    async with hub.client(party, route) as client:
        return await client.post(f"/v1/alerts{query}", content=body, headers=headers)


async def imported(hub: Inside, body: bytes, party: str = "GR", query: str = "") -> dict[str, Any]:
    answer = await send(hub, body, party, query)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes(answer: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in answer["warnings"]]


async def listed(hub: Inside, party: str = "MK") -> list[tuple[str, str]]:
    found = (await hub.get(party, "/v1/alerts")).json()["alerts"]
    return [(view["state"], view["headline"]) for view in found]


async def test_the_original_is_given_back_byte_for_byte_to_its_readers_alone(at_work: Inside):
    body = b"\xef\xbb\xbf" + document("signed", end=SIGNATURE + "<!-- as it came -->\n")
    made = await imported(at_work, body, query="?audience=MK")
    assert made["data"]["cap"]["original"]["signed"] is True
    for ref in (made["id"], made["shortid"]):
        answer = await at_work.get("MK", f"/v1/alerts/{ref}.cap")
        assert answer.headers["TLP"] == "AMBER", "a document as it came cannot say it itself"
        assert (answer.content, answer.headers["Content-Type"]) == (body, "application/cap+xml")
    anew = await at_work.get("MK", f"/v1/alerts/{made['id']}.cap?original=false")
    assert read(anew.content).cap.infos == read(body).cap.infos
    hidden = await at_work.get("RS", f"/v1/alerts/{made['id']}.cap")
    unknown = await at_work.get("RS", "/v1/alerts/01990000-0000-7000-8000-000000000000.cap")
    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert made["id"] not in (await at_work.get("RS", "/v1/alerts.atom")).text


ORDERS = [
    ([FIRST, UPDATE, CANCEL], [[], [], []]),
    ([CANCEL, UPDATE, FIRST], [["not-here"], ["late"], ["late"]]),
    ([FIRST, CANCEL, UPDATE], [[], [], ["late"]]),
]


async def test_an_alert_is_ended_once_in_whatever_order_a_feed_is_read(at_work: Inside):
    for number, (order, told) in enumerate(ORDERS):
        sender = f"issuer-{number}.example".encode()
        answers = [await imported(at_work, body.replace(SENDER.encode(), sender)) for body in order]
        assert [codes(answer) for answer in answers] == told
        assert [state for state, _ in await listed(at_work)] == ["ended"] * (number + 1)


@on_sqlite
async def test_an_update_says_the_newest_whenever_the_first_comes(at_work: Inside):
    await imported(at_work, UPDATE)
    await imported(at_work, FIRST)
    assert await listed(at_work) == [("open", "Ακραία")]


@on_sqlite
async def test_one_update_takes_the_place_of_several_alerts(at_work: Inside):
    await imported(at_work, FIRST)
    await imported(at_work, document("b", sent=AT))
    both = [reference("a", AT), reference("b", AT)]
    await imported(at_work, document("u", sent=LATER, kind="Update", references=both))
    assert sorted(state for state, _ in await listed(at_work)) == ["ended", "open"]


@on_sqlite
async def test_what_updates_an_ended_alert_opens_its_own(at_work: Inside):
    for body in (FIRST, CANCEL):
        await imported(at_work, body)
    again = document("d", sent="2026-06-01T11:30:00+03:00", kind="Update", references=[reference("c", LAST)])
    assert codes(await imported(at_work, again)) == ["after-end"]
    assert sorted(state for state, _ in await listed(at_work)) == ["ended", "open"]


async def test_the_same_document_twice_is_one_message_and_another_under_its_name_is_refused(at_work: Inside):
    first = await imported(at_work, FIRST)
    again, spaced = await send(at_work, FIRST), await send(at_work, FIRST.replace(b"><", b">\n<"))
    assert [(a.status_code, a.json()["id"]) for a in (again, spaced)] == [(200, first["id"])] * 2
    other = await send(at_work, document("a", sent=AT, infos=[info(headline="x")]))
    assert (other.status_code, other.json()["problems"][0]["code"]) == (422, "other-content")
    assert (await send(at_work, FIRST, party="MK")).status_code == 201, "another party's import is its own"


@on_sqlite
async def test_references_to_what_another_party_imported_lead_nowhere(at_work: Inside):
    await imported(at_work, FIRST)
    assert codes(await imported(at_work, CANCEL, party="MK")) == ["not-here"]
    assert ("open", "Θύελλα") in await listed(at_work)


@on_sqlite
async def test_past_alerts_are_kept_as_past_and_long_ones_end_after_seven_days(at_work: Inside):
    past = await imported(at_work, document("old", infos=[info(expires="2026-05-31T00:00:00+03:00")]))
    drought = document("long", infos=[info(expires="2026-09-01T00:00:00+03:00", headline="Dry")])
    assert [codes(past), codes(await imported(at_work, drought))] == [["past"], ["too-late"]]
    assert await listed(at_work) == [("open", "Dry"), ("expired", "Θύελλα")]
    await at_work.set_clock("2026-06-08T09:00:01Z")
    assert {state for state, _ in await listed(at_work)} == {"expired"}


RESTRICTED = "<scope>Restricted</scope><restriction>border police only</restriction>"


SCOPES: list[tuple[str, str, str | set[str]]] = [
    (RESTRICTED, "", "audience-needed"),
    (RESTRICTED, "?audience=*", "wider-than-issuer"),
    (RESTRICTED, "?audience=MK&tlp=CLEAR", "wider-than-issuer"),
    (RESTRICTED, "?audience=MK", {"GR", "MK"}),
    ("<scope>Private</scope><addresses>MK RS</addresses>", "", {"GR", "MK", "RS"}),
    ("<scope>Private</scope><addresses>MK someone@example.org</addresses>", "", "audience-needed"),
    ("<scope>Private</scope><addresses>MK RS</addresses>", "?audience=coordinators", "wider-than-issuer"),
]


@on_sqlite
async def test_nobody_reads_more_than_the_issuer_allows(at_work: Inside):
    for number, (scope, query, outcome) in enumerate(SCOPES):
        answer = await send(at_work, document(f"s{number}", scope=scope), query=query)
        if isinstance(outcome, str):
            assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, outcome)
            continue
        ref = answer.json()["id"]
        seen = {p for p in ("GR", "MK", "RS", "EC") if (await at_work.get(p, f"/v1/alerts/{ref}.cap")).is_success}
        assert seen == outcome


@on_sqlite
async def test_nothing_crosses_between_a_live_route_and_an_exercise(migrated_database_url: str, tmp_path):
    routes = (RouteOf("wbr", "wbr"), RouteOf("wbr", "drill", "exercise"))
    async with inside(migrated_database_url, tmp_path, furnish(migrated_database_url, *routes)) as hub:
        await hub.set_clock("2026-06-01T09:00:00Z")
        drill, real = document("d", status="Exercise"), document("r")
        assert (await send(hub, drill)).json()["problems"][0]["code"] == "live-route"
        assert (await send(hub, drill, route="drill")).status_code == 201
        assert (await send(hub, real, route="drill")).json()["problems"][0]["code"] == "exercise-route"
        taken = (await send(hub, real, query="?as_exercise=true", route="drill")).json()
        given = (await hub.get("GR", f"/v1/routes/drill/alerts/{taken['id']}.cap", route="drill")).content
        assert (taken["data"]["status"], read(given).cap.status) == ("Exercise", "Exercise")
        feed = (await hub.get("GR", "/v1/routes/drill/alerts.atom", route="drill")).text
        assert "EXERCISE – Severe" in feed
        assert (await send(hub, real, query="?as_exercise=true")).json()["data"]["status"] == "Actual"


@on_sqlite
async def test_native_alerts_go_out_as_cap_and_their_updates_refer_to_them(at_work: Inside):
    alert = {
        "category": "surge", "severity": "Moderate", "urgency": "Immediate", "certainty": "Observed",
        "headline": "Arrivals <doubled>", "expires": "2026-06-02T00:00:00Z", "place": "GR-MK/gevgelija",
    }  # fmt: skip
    first = (await at_work.post("MK", "alerts", alert)).json()
    update = alert | {"msg_type": "Update", "references": [first["id"]], "severity": "Severe"}
    second = (await at_work.post("MK", "alerts", update)).json()
    before = read((await at_work.get("GR", f"/v1/alerts/{first['id']}.cap")).content).cap
    async with at_work.client("GR") as client:
        answer = await client.get(f"/v1/alerts/{first['shortid']}", headers={"Accept": "application/cap+xml"})
        plain = await client.get(f"/v1/alerts/{first['shortid']}")
        feed = await client.get("/v1/alerts", headers={"Accept": "application/atom+xml"})
    after = read(answer.content).cap
    assert (after.identifier, after.scope, after.infos[0].severity) == (
        f"urn:uuid:{second['id']}",
        "Private",
        "Severe",
    )
    assert [(r.sender, r.identifier, r.sent) for r in after.references] == [
        (before.sender, before.identifier, before.sent)
    ]
    assert plain.headers["Content-Type"] == "application/json"
    assert f"/alerts/{second['id']}.cap" in feed.text
    assert "Arrivals &lt;doubled&gt;" in feed.text


@on_sqlite
async def test_the_field_for_cap_is_filled_by_the_hub_alone(at_work: Inside):
    made = await imported(at_work, FIRST)
    forged = {name: value for name, value in made["data"].items() if name != "audience"}
    answer = await at_work.post("GR", "alerts", forged)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "translated-only")


@on_sqlite
async def test_a_dry_run_says_all_and_stores_nothing(at_work: Inside):
    answer = await send(at_work, UPDATE.replace(b">el<", b"><"), query="?dry_run=true")
    assert (answer.status_code, codes(answer.json())) == (200, ["not-here", "language"])
    assert await listed(at_work) == []


@on_sqlite
async def test_an_imported_alert_is_updated_by_hand_and_then_given_out_as_the_hub_says_it(at_work: Inside):
    made = await imported(at_work, FIRST)
    by_hand = {
        "category": "weather", "severity": "Minor", "urgency": "Past", "certainty": "Observed", "headline": "Over",
        "expires": "2026-06-02T00:00:00Z", "msg_type": "Update", "references": [made["id"]],
    }  # fmt: skip
    assert (await at_work.post("GR", "alerts", by_hand)).status_code == 201
    now = read((await at_work.get("MK", f"/v1/alerts/{made['shortid']}.cap")).content).cap
    assert (now.infos[0].headline, [r.identifier for r in now.references]) == ("Over", ["a"])
    assert (await at_work.get("MK", f"/v1/alerts/{made['id']}.cap")).content == FIRST
