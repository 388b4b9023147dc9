"""The figures board: merging, revising, withdrawing, reading back what was known when."""

from typing import Any

import pytest
from sqlalchemy import insert

from routehub.directory.tables import reporting_grants
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from tests.fixtures.furnished import Inside
from tests.journal.stored import arrivals

DAY = "2015-10-20"
MORNING = "2015-10-20T05:30:00Z"


@pytest.fixture
async def at_work(hub: Inside) -> Inside:
    await hub.set_clock(MORNING)
    return hub


async def values(hub: Inside, party: str = "EC", query: str = "") -> dict[tuple[str, str | None], Any]:
    """Values by indicator and counterpart, as a party reads them."""
    answer = await hub.get(party, f"/v1/figures?party=MK&from={DAY}&to={DAY}{query}")
    assert answer.status_code == 200, answer.text
    return {(f["indicator"], f["counterpart"]): f["value"] for f in answer.json()["figures"]}


async def figure(hub: Inside, party: str = "EC") -> dict[str, Any]:
    answer = await hub.get(party, f"/v1/figures?party=MK&from={DAY}&to={DAY}&indicator=arrivals&history=true")
    found: list[dict[str, Any]] = answer.json()["figures"]
    assert len(found) == 1
    return found[0]


async def test_named_figures_replace_and_others_stay(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5, status="provisional"), {"indicator": "present", "value": 900}])
    await at_work.put_report("MK", DAY, [arrivals(6)])
    assert await values(at_work) == {("arrivals", "GR"): 6, ("present", None): 900}


async def test_a_confirmed_figure_changes_only_with_a_reason(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5)])
    refused = await at_work.put_report("MK", DAY, [arrivals(6)])
    assert refused.status_code == 422
    problem = refused.json()["problems"][0]
    assert (problem["pointer"], problem["code"]) == ("/figures/0/value", "reason-needed")
    assert "(5 before)" in problem["message"]
    assert (await at_work.put_report("MK", DAY, [arrivals(6)], reason="Two buses more.")).status_code == 201
    assert (await figure(at_work))["status"] == "revised"


async def test_equal_figures_with_another_comment_are_not_passed_over(at_work: Inside):
    assert (await at_work.put_report("MK", DAY, [arrivals(5)])).status_code == 201
    assert (await at_work.put_report("MK", DAY, [arrivals(5)])).status_code == 200
    first = await at_work.put_report("MK", DAY, [arrivals(5)], comment="Counted twice, to be sure.")
    assert first.status_code == 201
    assert (await at_work.put_report("MK", DAY, [arrivals(5)], comment="Counted twice, to be sure.")).status_code == 200


async def test_an_agency_that_enters_for_a_party_reaches_that_party_s_neighbours(at_work: Inside):
    def allow(tx: Batch) -> None:
        tx.conn.execute(insert(reporting_grants).values(route="wbr", actor="FRONTEX", party="MK"))
        tx.directory_changed()

    await at_work.hub.writer.submit(Change(allow))
    await at_work.hub.db.read(at_work.hub.refresh)
    body = {"party": "MK", "day": DAY, "figures": [arrivals(5)], "on_behalf_of": "MK", "audience": ["neighbours"]}
    assert (await at_work.post("FRONTEX", "reports", body, key="b1")).status_code == 201
    assert await values(at_work, "GR") == {("arrivals", "GR"): 5}
    assert await values(at_work, "MK") == {("arrivals", "GR"): 5}
    assert await values(at_work, "AT") == {}


async def test_the_answer_says_that_a_provisional_figure_is_confirmed_where_the_report_does_not(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5, status="provisional")])
    silent = (await at_work.put_report("MK", DAY, [arrivals(5)])).json()
    assert [(w["pointer"], w["code"]) for w in silent["warnings"]] == [("/figures/0/status", "confirmed")]


async def test_a_provisional_figure_changes_without_one(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5, status="provisional")])
    assert (await at_work.put_report("MK", DAY, [arrivals(6)])).status_code == 201


async def test_a_withdrawn_figure_goes_and_its_history_stays(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5)])
    gone = arrivals(0) | {"value": None, "status": "withdrawn"}
    assert (await at_work.put_report("MK", DAY, [gone], reason="Counted for another day.")).status_code == 201
    found = await figure(at_work)
    assert (found["value"], found["status"]) == (None, "withdrawn")
    assert [(h["value"], h["reason"]) for h in found["history"]] == [(5, None), (None, "Counted for another day.")]
    latest = (await at_work.get("EC", "/v1/figures/latest?party=MK")).json()["figures"]
    assert latest == []


async def test_what_was_known_is_read_by_time_and_by_cursor(at_work: Inside):
    first = (await at_work.put_report("MK", DAY, [arrivals(5, status="provisional")])).json()
    await at_work.set_clock("2015-10-20T12:00:00Z")
    second = (await at_work.put_report("MK", DAY, [arrivals(6)])).json()
    assert await values(at_work, query="&as_of=2015-10-20T08:00:00Z") == {("arrivals", "GR"): 5}
    assert await values(at_work, query="&as_of=2015-10-20T05:00:00Z") == {}
    assert await values(at_work, "MK", f"&as_of={first['cursor']}") == {("arrivals", "GR"): 5}
    assert await values(at_work, "MK", f"&as_of={second['cursor']}") == {("arrivals", "GR"): 6}
    assert await values(at_work) == {("arrivals", "GR"): 6}


async def test_the_same_again_is_nothing_new(at_work: Inside):
    first = await at_work.put_report("MK", DAY, [arrivals(5)])
    again = await at_work.put_report("MK", DAY, [arrivals(5)])
    assert (again.status_code, again.headers["Unchanged"]) == (200, "true")
    assert again.json()["id"] == first.json()["id"]


async def test_the_same_for_other_readers_is_news(at_work: Inside):
    """What was first told to the coordinators and is then told to everybody has to reach everybody."""
    await at_work.put_report("MK", DAY, [arrivals(5)], audience=["coordinators"])
    assert await values(at_work, "AT") == {}
    wider = await at_work.put_report("MK", DAY, [arrivals(5)])
    assert wider.status_code == 201
    assert await values(at_work, "AT") == {("arrivals", "GR"): 5}


async def test_the_same_with_another_note_is_news(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5)])
    assert (await at_work.put_report("MK", DAY, [arrivals(5, note="By bus.")])).status_code == 201


async def test_a_narrower_figure_does_not_show_to_those_who_read_the_wider_one(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5)])
    await at_work.put_report("MK", DAY, [arrivals(7)], reason="Corrected.", audience=["EC"])
    assert await values(at_work, "AT") == {("arrivals", "GR"): 5}
    assert await values(at_work, "EC") == {("arrivals", "GR"): 7}


async def grant(hub: Inside) -> None:
    """EUAA may enter for MK."""

    def given(tx: Batch) -> None:
        tx.conn.execute(insert(reporting_grants).values(route="wbr", actor="EUAA", party="MK"))
        tx.directory_changed()

    await hub.hub.writer.submit(Change(given))
    await hub.hub.db.read(hub.hub.refresh)


async def test_who_enters_for_a_party_is_not_told_what_it_may_not_read(at_work: Inside):
    await grant(at_work)
    await at_work.put_report("MK", DAY, [arrivals(4321)], audience=["RS"])
    async with at_work.client("EUAA") as client:
        other = await client.put(f"/v1/parties/MK/reports/{DAY}", json={"figures": [arrivals(6)]})
        same = await client.put(f"/v1/parties/MK/reports/{DAY}", json={"figures": [arrivals(4321)]})
    assert other.status_code == 422
    assert "4321" not in other.text
    assert same.status_code == 201, "for other readers it is news"


async def test_a_report_for_another_party_reaches_it_under_its_own_code(at_work: Inside):
    await grant(at_work)
    body = {"party": "MK", "day": DAY, "figures": [arrivals(5)], "on_behalf_of": "MK", "audience": ["EC"]}
    answer = await at_work.post("EUAA", "reports", body, key="k")
    assert answer.status_code == 201, answer.text
    assert (await at_work.get("MK", "/v1/messages")).json()["messages"][0]["id"] == answer.json()["id"]


async def test_a_party_reports_for_itself_only(at_work: Inside):
    async with at_work.client("RS") as client:
        answer = await client.put(f"/v1/parties/MK/reports/{DAY}", json={"figures": [arrivals(6)]})
    assert answer.status_code == 403


async def test_what_has_not_begun_cannot_be_counted_but_expected(at_work: Inside):
    ahead = await at_work.put_report("MK", "2015-10-25", [arrivals(5)])
    assert ahead.json()["problems"][0]["code"] == "period-ahead"
    expected = {"indicator": "expected_arrivals", "value": 700, "counterpart": "GR"}
    assert (await at_work.put_report("MK", "2015-10-25", [expected])).status_code == 201


async def test_a_stale_version_is_refused(at_work: Inside):
    first = await at_work.put_report("MK", DAY, [arrivals(5, status="provisional")])
    second = await at_work.put_report("MK", DAY, [arrivals(6, status="provisional")], If_Match=first.headers["ETag"])
    assert second.status_code == 201
    late = await at_work.put_report("MK", DAY, [arrivals(7, status="provisional")], If_Match=first.headers["ETag"])
    assert late.status_code == 412


async def test_nothing_to_report_is_said_and_missing_is_not(at_work: Inside):
    await at_work.set_clock("2015-10-20T09:00:00Z")
    await at_work.put_report("MK", DAY, [], nothing_to_report=True)
    parties = {p["party"]: p for p in (await at_work.get("EC", "/v1/reporting")).json()["parties"]}
    assert parties["MK"]["state"] == "nothing_to_report"
    assert parties["RS"]["state"] == "late"
    assert parties["MK"]["on_time_rate"] is not None
    assert await values(at_work) == {}, "nothing to report is no zero"


async def test_figures_are_not_denied_without_a_reason(at_work: Inside):
    await at_work.put_report("MK", DAY, [arrivals(5)])
    assert (await at_work.put_report("MK", DAY, [], nothing_to_report=True)).status_code == 422


async def test_an_unusual_figure_is_taken_with_a_caution(at_work: Inside):
    for day in range(14, 20):
        await at_work.put_report("MK", f"2015-10-{day}", [arrivals(1000 + day)])
    answer = await at_work.put_report("MK", DAY, [arrivals(9000)])
    assert answer.status_code == 201
    assert [warning["code"] for warning in answer.json()["warnings"] if warning["code"] != "no-id"] == ["unusual"]


async def test_the_same_again_under_another_label_is_news(hub: Inside):
    for day, more in (("2015-10-10", {"figures": [arrivals(5)]}), ("2015-10-11", {"nothing_to_report": True})):
        said = {"figures": [], "audience": ["EC"]} | more
        first = await hub.put_report("MK", day, **said, tlp="GREEN")
        closer = await hub.put_report("MK", day, **said, tlp="RED")
        again = await hub.put_report("MK", day, **said, tlp="RED")
        assert [answer.status_code for answer in (first, closer, again)] == [201, 201, 200]
        assert (again.json()["tlp"], again.json()["id"]) == ("RED", closer.json()["id"])
