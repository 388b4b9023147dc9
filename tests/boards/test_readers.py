"""Who reads what a board shows: never more than the message it comes from, and never less than its sender was told."""

from datetime import timedelta
from typing import Any

from routehub.core.clock import wall
from tests.fixtures.furnished import Inside

DAY = "2015-10-20"


def alert(**more: Any) -> dict[str, Any]:
    return {
        "category": "surge", "severity": "Moderate", "urgency": "Immediate",
        "certainty": "Observed", "headline": "Many more than usual",
        "expires": (wall() + timedelta(hours=6)).isoformat(timespec="seconds"),
    } | more  # fmt: skip


async def test_an_acknowledgement_is_for_all_readers_of_its_alert(hub: Inside):
    """Its words stand on the alert, which all of them see."""
    raised = (await hub.post("MK", "alerts", alert())).json()["id"]
    aside = {"to": raised, "act": "acknowledge", "text": "Between us: we have nobody there.", "audience": ["MK"]}
    refused = await hub.post("RS", "responses", aside)
    assert (refused.status_code, refused.json()["problems"][0]["pointer"]) == (422, "/audience")
    assert (await hub.post("RS", "responses", {"to": raised, "act": "acknowledge"})).status_code == 201
    seen = (await hub.get("GR", f"/v1/alerts/{raised}")).json()["acknowledgements"]
    assert {ack["party"]: ack["state"] for ack in seen}["RS"] == "acknowledged"


async def test_an_alert_is_marked_as_its_latest_message_is(hub: Inside):
    """What a red update says stands on the alert, and the agenda leaves out what is red."""
    raised = (await hub.post("MK", "alerts", alert(audience=["GR", "RS"]))).json()["id"]
    update = alert(msg_type="Update", references=[raised], headline="Where the smugglers wait", tlp="RED")
    assert (await hub.post("MK", "alerts", update)).status_code == 201
    assert (await hub.get("GR", f"/v1/alerts/{raised}")).json()["tlp"] == "RED"


async def test_nothing_to_report_is_news_for_other_readers(hub: Inside):
    await hub.set_clock(f"{DAY}T20:00:00Z")
    nothing = {"party": "MK", "day": DAY, "nothing_to_report": True}
    narrow = await hub.post("MK", "reports", nothing | {"audience": ["coordinators"]})
    wide = await hub.post("MK", "reports", nothing)
    again = await hub.post("MK", "reports", nothing)
    assert [answer.status_code for answer in (narrow, wide, again)] == [201, 201, 200]
    assert again.json()["id"] == wide.json()["id"] != narrow.json()["id"]
    assert (await hub.get("GR", f"/v1/messages/{wide.json()['id']}")).status_code == 200


async def test_a_page_of_figures_counts_no_series_of_others(hub: Inside):
    """The cursor of a page is made of what its reader sees."""
    await hub.set_clock(f"{DAY}T20:00:00Z")
    figures = [{"indicator": name, "value": 5, "status": "provisional"} for name in ("arrivals", "departures")]
    for party, day in (("MK", DAY), ("RS", DAY)):
        assert (await hub.put_report(party, day, figures, audience=["EC"])).status_code == 201
    assert (await hub.put_report("SI", DAY, figures)).status_code == 201
    first = (await hub.get("GR", "/v1/figures?limit=1")).json()
    assert first["next"].split("_")[1] == "wbr|SI|arrivals||||||||"
    async with hub.client("GR") as client:
        rest = (await client.get("/v1/figures", params={"limit": 1, "after": first["next"]})).json()
        last = (await client.get("/v1/figures", params={"limit": 1, "after": rest["next"]})).json()
    assert [page["figures"][0]["indicator"] for page in (first, rest)] == ["arrivals", "departures"]
    assert (last["figures"], last["next"]) == ([], None)
