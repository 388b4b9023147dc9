"""Needs and offers: pledged, committed, delivered; asked and unasked. With figures of the time: 400 officers for
Slovenia, 183 pledged, 13 deployed, 30 on the way."""

from typing import Any

import pytest

from routehub.journal.rebuild import fingerprints, rebuild
from tests.fixtures.furnished import Inside

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
NEED = {
    "category": "need", "title": "Officers for the border with Croatia", "quantity": 400, "unit": "border_guards",
    "due": "2015-10-28T11:00:00Z", "place": "HR-SI/dobova", "points": ["wbr-2015-final/13"],
    "civil_protection_mechanism": {"triggered": True, "reference": "ECHO 2015/3417"},
}  # fmt: skip
OFFER = {"title": "Officers from the rapid pool", "quantity": 183, "unit": "border_guards"}


@pytest.fixture
async def at_work(hub: Inside) -> Inside:
    await hub.set_clock("2015-10-26T06:00:00Z")
    return hub


async def posted(hub: Inside, party: str, door: str, body: dict[str, Any], **more: Any) -> str:
    answer = await hub.post(party, door, body | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["shortid"])


async def act(hub: Inside, party: str, ref: str, word: str, **more: Any) -> Any:
    return await hub.post(party, "responses", {"to": ref, "act": word} | more)


async def need(hub: Inside, ref: str, party: str = "SI") -> dict[str, Any]:
    found: dict[str, Any] = (await hub.get(party, f"/v1/requests/{ref}")).json()
    return found


async def offer(hub: Inside, ref: str, party: str = "SI") -> dict[str, Any]:
    found: dict[str, Any] = (await hub.get(party, f"/v1/offers/{ref}")).json()
    return found


def codes(answer: Any) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]


def warned(answer: Any) -> list[str]:
    return [warning["code"] for warning in answer.json()["warnings"] if warning["code"] != "no-id"]


async def test_offers_are_counted_pledged_committed_delivered_and_received(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    assert (await need(at_work, wanted))["counts"]["missing"] == 400
    given = await posted(at_work, "FRONTEX", "offers", OFFER, need=wanted)
    assert (await act(at_work, "SI", given, "accept")).status_code == 201
    assert warned(await act(at_work, "FRONTEX", given, "commit", quantity=43)) == []
    assert (await act(at_work, "FRONTEX", given, "deliver", quantity=13)).status_code == 201
    found = await need(at_work, wanted, "AT")
    counts = {name: found["counts"][name] for name in ("pledged", "committed", "delivered", "received", "missing")}
    assert counts == {"pledged": 183, "committed": 43, "delivered": 13, "received": 0, "missing": 217}
    assert (found["state"], found["offers"][0]["state"]) == ("partly_answered", "partly_delivered")
    (line,) = [one for one in (await at_work.get("SI", "/v1/status")).json()["todo"] if one["ref"] == given]
    assert line["text"] == f"Confirm the receipt of 13 border guards of {given}, from FRONTEX"
    assert (await act(at_work, "SI", given, "receive", quantity=13)).status_code == 201
    assert (await need(at_work, wanted))["counts"]["received"] == 13
    hub = at_work.hub
    with hub.db.write() as conn:
        before = fingerprints(conn, hub.boards)
        rebuild(conn, hub.boards, hub.registry)
        assert fingerprints(conn, hub.boards) == before


@ON_SQLITE
async def test_a_need_is_answered_when_enough_is_pledged_and_met_when_it_is_received(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED, quantity=200)
    parts = [
        await posted(at_work, party, "offers", OFFER | {"quantity": many}, need=wanted)
        for party, many in (("FRONTEX", 150), ("DE", 50))
    ]
    found = await need(at_work, wanted)
    assert (found["state"], [one["pledged"] for one in found["offers"]]) == ("answered", [150, 50]), (
        "each part is shown"
    )
    for ref, party in zip(parts, ("FRONTEX", "DE"), strict=True):
        assert (await act(at_work, party, ref, "deliver")).status_code == 201
    assert (await need(at_work, wanted))["state"] == "answered", "its word alone meets nobody's need"
    for ref in parts:
        assert (await act(at_work, "SI", ref, "receive")).status_code == 201
    assert (await need(at_work, wanted))["state"] == "met"
    assert codes(await at_work.post("HR", "offers", OFFER | {"need": wanted})) == ["too-late"]


@ON_SQLITE
async def test_an_offer_beyond_the_need_is_kept_and_says_so(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    await posted(at_work, "FRONTEX", "offers", OFFER, need=wanted, quantity=380)
    beyond = await at_work.post("DE", "offers", OFFER | {"need": wanted, "quantity": 50})
    assert (beyond.status_code, warned(beyond)) == (201, ["beyond-need"])
    (words,) = [one["message"] for one in beyond.json()["warnings"] if one["code"] == "beyond-need"]
    assert "with this 430: 30 more than needed" in words
    assert (await need(at_work, wanted))["counts"]["beyond"] == 30


@ON_SQLITE
async def test_an_offer_counts_in_the_unit_of_the_need(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    refusal = await at_work.post("FRONTEX", "offers", OFFER | {"need": wanted, "unit": "officers"})
    (problem,) = refusal.json()["problems"]
    assert (problem["pointer"], problem["code"], problem["allowed"]) == ("/unit", "wrong-unit", ["border_guards"])
    question = {"category": "information", "title": "How many?", "asked": ["AT"], "due": "2015-10-28T00:00:00Z"}
    asked = await posted(at_work, "SI", "requests", question)
    assert codes(await at_work.post("AT", "offers", OFFER | {"need": asked})) == ["not-a-need"]
    assert codes(await at_work.post("SI", "offers", OFFER | {"need": wanted})) == ["own-need"]


@ON_SQLITE
async def test_the_giver_commits_and_delivers_and_only_the_receiver_confirms(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    given = await posted(at_work, "FRONTEX", "offers", OFFER, need=wanted)
    assert warned(await act(at_work, "FRONTEX", given, "commit", quantity=10)) == ["not-accepted"]
    for party, word, status in (
        ("SI", "deliver", 422), ("FRONTEX", "receive", 422), ("DE", "receive", 403), ("DE", "accept", 403),
        ("FRONTEX", "accept", 422), ("SI", "withdraw", 422),
    ):  # fmt: skip
        answer = await act(at_work, party, given, word)
        assert answer.status_code == status, (party, word, answer.text)
    assert codes(await act(at_work, "FRONTEX", given, "deliver", quantity=184)) == ["beyond-offer"]


@ON_SQLITE
async def test_a_step_goes_backwards_only_with_a_reason(at_work: Inside):
    given = await posted(at_work, "FRONTEX", "offers", OFFER, need=await posted(at_work, "SI", "requests", NEED))
    await act(at_work, "FRONTEX", given, "deliver", quantity=43)
    assert codes(await act(at_work, "FRONTEX", given, "deliver", quantity=13)) == ["say-why"]
    back = await act(at_work, "FRONTEX", given, "deliver", quantity=13, text="Thirty are still on the way.")
    assert (back.status_code, "backwards" in warned(back)) == (201, True)
    found = await offer(at_work, given)
    assert (found["committed"], found["delivered"]) == (43, 13)
    assert [one["quantity"] for one in found["history"]] == [43, 13], "what was said before stays"


@ON_SQLITE
async def test_a_withdrawn_or_declined_offer_counts_no_more_than_what_came(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    given = await posted(at_work, "FRONTEX", "offers", OFFER, need=wanted)
    other = await posted(at_work, "DE", "offers", OFFER, need=wanted, quantity=20)
    await act(at_work, "SI", given, "accept")
    await act(at_work, "FRONTEX", given, "deliver", quantity=13)
    assert codes(await act(at_work, "FRONTEX", given, "withdraw")) == ["say-why"]
    assert (await act(at_work, "FRONTEX", given, "withdraw", text="Needed elsewhere.")).status_code == 201
    assert (await act(at_work, "SI", other, "decline", text="Without vehicles of no use.")).status_code == 201
    found = await need(at_work, wanted)
    assert (found["counts"]["pledged"], [one["state"] for one in found["offers"]]) == (13, ["withdrawn", "declined"])
    assert codes(await act(at_work, "FRONTEX", given, "deliver")) == ["too-late"]
    assert (await act(at_work, "SI", other, "accept")).status_code == 201, "thought again"


@ON_SQLITE
async def test_an_unasked_offer_is_taken_once_by_whom_it_is_meant_for(at_work: Inside):
    body = {"title": "Experts for border management", "quantity": 20, "unit": "experts", "offered_to": ["MK", "RS"]}
    given = await posted(at_work, "AT", "offers", body, available_until="2015-10-31")
    assert (await act(at_work, "HR", given, "accept")).status_code == 403
    assert (await act(at_work, "MK", given, "accept")).status_code == 201
    assert codes(await act(at_work, "RS", given, "accept")) == ["taken"]
    found = await offer(at_work, given, "HR")
    assert (found["state"], found["receiver"]) == ("accepted", "MK")
    await act(at_work, "AT", given, "deliver", quantity=5)
    assert (await act(at_work, "RS", given, "receive")).status_code == 403
    assert (await act(at_work, "MK", given, "receive")).status_code == 201
    assert [one["short_id"] for one in (await at_work.get("BG", "/v1/offers?unasked=true")).json()["offers"]] == [given]


@ON_SQLITE
async def test_one_party_does_not_decline_for_all_what_is_offered_to_whoever_takes_it(at_work: Inside):
    given = await posted(at_work, "AT", "offers", {"title": "Blankets", "quantity": 900, "unit": "blankets"})
    assert (await act(at_work, "HR", given, "decline", text="We have enough.")).status_code == 201
    assert (await offer(at_work, given, "MK"))["state"] == "offered"
    assert (await act(at_work, "MK", given, "accept")).status_code == 201


@ON_SQLITE
async def test_an_offer_that_nobody_took_up_lapses_after_its_last_day(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    given = await posted(at_work, "FRONTEX", "offers", OFFER, need=wanted, available_until="2015-10-27")
    assert (await need(at_work, wanted))["counts"]["pledged"] == 183
    await at_work.set_clock("2015-10-27T23:30:00Z")
    found = await need(at_work, wanted)
    assert ((await offer(at_work, given))["state"], found["counts"]["pledged"]) == ("lapsed", 0)


@ON_SQLITE
async def test_an_offer_is_counted_only_for_those_who_may_read_it(at_work: Inside):
    wanted = await posted(at_work, "SI", "requests", NEED)
    given = await posted(at_work, "FRONTEX", "offers", OFFER, need=wanted, audience=["SI"])
    assert (await need(at_work, wanted))["counts"]["pledged"] == 183
    stranger = await at_work.get("HR", f"/v1/requests/{wanted}")
    assert (stranger.json()["counts"]["pledged"], given in stranger.text) == (0, False)
    assert codes(await act(at_work, "HR", given, "accept")) == ["unknown-message"]
    hidden = await at_work.post("SI", "requests", NEED | {"audience": ["HR"]})
    for ref in (hidden.json()["shortid"], "R-2222"):
        assert codes(await at_work.post("FRONTEX", "offers", OFFER | {"need": ref})) == ["unknown-message"]
