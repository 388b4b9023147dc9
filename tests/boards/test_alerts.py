"""The alerts board: raise, update, end, expire, acknowledge; exactly the original readers."""

from typing import Any

import pytest

from tests.fixtures.furnished import Inside, RouteOf, furnish, inside

ALERT = {
    "category": "surge", "severity": "Moderate", "urgency": "Immediate", "certainty": "Observed",
    "headline": "Arrivals at Gevgelija doubled", "expires": "2015-10-22T00:00:00Z",
}  # fmt: skip


@pytest.fixture
async def at_work(hub: Inside) -> Inside:
    await hub.set_clock("2015-10-20T06:00:00Z")
    return hub


async def raised(hub: Inside, **more: Any) -> dict[str, Any]:
    answer = await hub.post("MK", "alerts", ALERT | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def alert(hub: Inside, ref: str, party: str = "MK") -> dict[str, Any]:
    answer = await hub.get(party, f"/v1/alerts/{ref}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def waiting(view: dict[str, Any]) -> set[str]:
    return {a["party"] for a in view["acknowledgements"] if a["state"] == "waiting"}


async def acknowledge(hub: Inside, party: str, ref: str, text: str = "Seen.") -> int:
    return (await hub.post(party, "responses", {"to": ref, "act": "acknowledge", "text": text})).status_code


async def test_an_update_and_an_end_reach_exactly_the_original_readers(at_work: Inside):
    first = await raised(at_work, audience=["RS", "GR"])
    follow_up = ALERT | {"references": [first["shortid"]]}
    update = await at_work.post("MK", "alerts", follow_up | {"msg_type": "Update", "headline": "Tripled"})
    end = await at_work.post("MK", "alerts", follow_up | {"msg_type": "Cancel"})
    for message in (first, update.json(), end.json()):
        for party in ("MK", "RS", "GR", "EC", "AT"):
            seen = (await at_work.get(party, f"/v1/messages/{message['id']}")).status_code == 200
            assert seen == (party in ("MK", "RS", "GR"))
    view = await alert(at_work, first["shortid"])
    assert (view["state"], view["headline"], view["updates"]) == ("ended", ALERT["headline"], 2)


@pytest.mark.parametrize("words", [["RS"], ["RS", "GR", "EC"], ["*"]])
async def test_a_follow_up_to_other_readers_is_refused(at_work: Inside, words: list[str]):
    first = await raised(at_work, audience=["RS", "GR"])
    update = ALERT | {"references": [first["id"]], "msg_type": "Update", "audience": words}
    assert (await at_work.post("MK", "alerts", update)).status_code == 422


async def test_only_who_raised_it_ends_it(at_work: Inside):
    first = await raised(at_work)
    cancel = ALERT | {"references": [first["id"]], "msg_type": "Cancel"}
    assert (await at_work.post("RS", "alerts", cancel)).status_code == 403


async def test_what_has_ended_is_not_updated(at_work: Inside):
    first = await raised(at_work)
    follow_up = ALERT | {"references": [first["id"]]}
    await at_work.post("MK", "alerts", follow_up | {"msg_type": "Cancel"})
    assert (await at_work.post("MK", "alerts", follow_up | {"msg_type": "Update"})).status_code == 409


async def test_it_expires_by_the_clock_alone(at_work: Inside):
    first = await raised(at_work)
    assert (await alert(at_work, first["shortid"]))["state"] == "open"
    await at_work.set_clock("2015-10-22T00:00:01Z")
    assert (await alert(at_work, first["shortid"]))["state"] == "expired"
    assert (await at_work.get("MK", "/v1/alerts?open=true")).json()["alerts"] == []


@pytest.mark.parametrize("expires", ["2015-10-20T05:59:59Z", "2015-10-27T06:30:00Z"])
async def test_it_ends_within_seven_days_and_not_before_it_begins(at_work: Inside, expires: str):
    assert (await at_work.post("MK", "alerts", ALERT | {"expires": expires})).status_code == 422


async def test_each_addressed_party_acknowledges_once(at_work: Inside):
    first = await raised(at_work, audience=["RS", "GR"])
    assert waiting(await alert(at_work, first["id"])) == {"RS", "GR"}
    assert await acknowledge(at_work, "RS", first["shortid"]) == 201
    assert await acknowledge(at_work, "RS", first["shortid"]) == 200, "said again it is nothing new"
    assert waiting(await alert(at_work, first["id"])) == {"GR"}


async def test_the_sender_and_strangers_do_not_acknowledge(at_work: Inside):
    first = await raised(at_work, audience=["RS"])
    assert await acknowledge(at_work, "MK", first["id"]) == 422
    assert await acknowledge(at_work, "AT", first["id"]) == 422


async def test_it_is_asked_again_only_when_the_severity_rises(at_work: Inside):
    first = await raised(at_work, audience=["RS", "GR"])
    await acknowledge(at_work, "RS", first["id"])
    update = ALERT | {"references": [first["id"]], "msg_type": "Update"}
    await at_work.post("MK", "alerts", update | {"severity": "Minor"})
    assert waiting(await alert(at_work, first["id"])) == {"GR"}
    await at_work.post("MK", "alerts", update | {"severity": "Extreme"})
    assert waiting(await alert(at_work, first["id"])) == {"RS", "GR"}


async def test_on_an_exercise_nothing_is_actual_and_everything_is_marked(migrated_database_url: str, tmp_path: Any):
    held = furnish(migrated_database_url, RouteOf("wbr", "wbr", "exercise"))
    async with inside(migrated_database_url, tmp_path, held) as hub:
        await hub.set_clock("2015-10-20T06:00:00Z")
        assert (await hub.post("MK", "alerts", ALERT | {"status": "Actual"})).status_code == 422
        drill = await hub.post("MK", "alerts", ALERT | {"status": "Exercise"})
        assert (drill.status_code, drill.json()["exercise"]) == (201, True)
        assert (await alert(hub, drill.json()["shortid"]))["exercise"] is True
        assert hub.keys[("wbr", "MK")].startswith("rh_exercise_")


async def test_a_live_route_takes_no_alert_of_an_exercise_in_whatever_form(at_work: Inside):
    drill = await at_work.post("MK", "alerts", ALERT | {"status": "Exercise", "expires": "2015-10-30T00:00:00Z"})
    assert drill.status_code == 422
    assert {problem["code"] for problem in drill.json()["problems"]} == {"too-late", "live-route"}
    assert (await at_work.post("MK", "alerts", ALERT | {"status": "Test"})).status_code == 201
