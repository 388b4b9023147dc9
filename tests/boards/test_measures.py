"""The measures board: notices, hours of notice, views, joint notices, changes, the cap beside the figures, the preview,
and what was known at an earlier hour."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert

from routehub.directory.tables import reporting_grants
from routehub.journal.jobs import Change
from routehub.journal.rebuild import fingerprints, rebuild
from tests.boards.standing import standing
from tests.fixtures.furnished import Inside

__all__ = ["standing"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

CAP = {
    "type": "daily_cap", "title": "Daily limits at Spielfeld", "legs": ["SI-AT"], "reasons": "Reception is full.",
    "start": "2016-02-19T00:00:00Z", "views_by": "2016-02-18T12:00:00Z",
    "caps": [{"counts": "in_transit", "people": 3200}, {"counts": "asylum_applications", "people": 80}],
}  # fmt: skip
START = "2016-02-17T10:00:00Z"


@pytest_asyncio.fixture(loop_scope="module")
async def at_work(standing: Inside) -> Inside:
    await standing.set_clock(START)
    return standing


async def told(hub: Inside, party: str = "AT", **more: Any) -> dict[str, Any]:
    body = {name: value for name, value in (CAP | more).items() if value is not None}
    answer = await hub.post(party, "measures", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def read(hub: Inside, ref: str, party: str = "AT", query: str = "") -> dict[str, Any]:
    answer = await hub.get(party, f"/v1/measures/{ref}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(hub: Inside, party: str, ref: str, act: str, text: str | None = None) -> Any:
    return await hub.post(party, "responses", {"to": ref, "act": act} | ({"text": text} if text else {}))


def views(measure: dict[str, Any]) -> dict[str, str | None]:
    return {v["party"]: v["view"] and v["view"]["act"] for v in measure["views"]}


# --- notice ------------------------------------------------------------------------------------------------


async def test_hours_of_notice_are_shown_and_two_days_are_not_short(at_work: Inside):
    notice = await told(at_work)
    found = await read(at_work, notice["shortid"], "SI")
    assert (found["hours_of_notice"], found["short_notice"], found["unilateral"]) == (38.0, False, [])
    assert notice["warnings"][:1] == [] or notice["warnings"][0]["code"] == "no-id"


async def test_under_24_hours_is_short_notice_and_never_blocked(at_work: Inside):
    notice = await told(at_work, start="2016-02-18T09:59:00Z", views_by=None)
    assert "short-notice" in [warning["code"] for warning in notice["warnings"]]
    assert (await read(at_work, notice["shortid"]))["short_notice"] is True


async def test_exactly_24_hours_are_not_short(at_work: Inside):
    notice = await told(at_work, start="2016-02-18T10:00:01Z", views_by=None)
    assert (await read(at_work, notice["shortid"]))["short_notice"] is False


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"start": "2016-02-17T06:00:00Z", "views_by": None}, ["in force before its notice"]),
        ({"start": "2016-02-18T11:00:00Z"}, ["in force before views close"]),
    ],
)
async def test_in_force_before_its_notice_or_before_views_close_is_unilateral_and_never_blocked(
    at_work: Inside, more: dict[str, Any], why: list[str]
):
    notice = await told(at_work, **more)
    assert "unilateral" in [warning["code"] for warning in notice["warnings"]]
    assert (await read(at_work, notice["shortid"], "HR"))["unilateral"] == why


async def test_its_state_follows_the_clock(at_work: Inside):
    ref = (await told(at_work, until="2016-02-21T00:00:00Z"))["shortid"]
    states = []
    for hour in ("02-17T11:00", "02-18T12:00", "02-19T00:00", "02-21T00:00"):
        await at_work.set_clock(f"2016-{hour}:01Z")
        states.append((await read(at_work, ref))["state"])
    assert states == ["views_open", "views_closed", "in_force", "ended"]


async def test_a_consultation_that_is_over_before_it_begins_is_refused(at_work: Inside):
    refused = await at_work.post("AT", "measures", CAP | {"views_by": "2016-02-17T09:00:00Z"})
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "past")


# --- views -------------------------------------------------------------------------------------------------


async def test_one_current_view_per_party_and_the_history_is_kept(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    assert (await act(at_work, "SI", ref, "concerns", "Trains stand in Dobova.")).status_code == 201
    assert (await act(at_work, "SI", ref, "concerns", "Trains stand in Dobova.")).status_code == 200, "nothing new"
    assert (await act(at_work, "SI", ref, "object", "We cannot house them.")).status_code == 201
    assert (await act(at_work, "DE", ref, "no_objection")).status_code == 201
    found = await read(at_work, ref, "MK")
    assert {"SI": "object", "DE": "no_objection", "HR": None}.items() <= views(found).items()
    own = next(view for view in found["views"] if view["party"] == "SI")
    assert [one["act"] for one in own["earlier"]] == ["concerns"]
    assert "AT" not in views(found)


async def test_a_view_after_views_closed_gets_a_clear_answer(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    await at_work.set_clock("2016-02-18T12:00:01Z")
    late = await act(at_work, "SI", ref, "object", "No.")
    assert late.status_code == 409
    assert "closed at 2016-02-18 12:00 UTC" in late.json()["detail"]


async def test_who_was_not_addressed_is_answered_as_if_it_were_not_there(at_work: Inside):
    ref = (await told(at_work, audience=["SI", "DE"]))["shortid"]
    stranger = await act(at_work, "GR", ref, "no_objection")
    assert (stranger.status_code, stranger.json()["problems"][0]["code"]) == (422, "unknown-message")
    assert (await at_work.get("GR", f"/v1/measures/{ref}")).status_code == 404


async def test_who_reads_it_as_an_observer_gives_no_view(at_work: Inside):
    ref = (await told(at_work, audience=["*", "observers"]))["shortid"]
    assert (await act(at_work, "EUROPOL", ref, "no_objection")).status_code == 403
    assert (await read(at_work, ref, "EUROPOL"))["preview"] is None, "it rests on figures of all parties"


async def test_nobody_agrees_to_a_measure_and_the_notifying_party_gives_no_view(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    agreeing = await act(at_work, "SI", ref, "agree")
    assert agreeing.json()["problems"][0]["code"] == "act-does-not-fit"
    assert (await act(at_work, "AT", ref, "no_objection")).json()["problems"][0]["code"] == "own-message"


async def test_views_reach_all_who_read_the_measure(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    narrow = await at_work.post("SI", "responses", {"to": ref, "act": "no_objection", "audience": ["AT"]})
    assert (narrow.status_code, narrow.json()["problems"][0]["code"]) == (422, "other-audience")


# --- joint notices, changes, end ---------------------------------------------------------------------------


async def test_co_authors_confirm_and_others_cannot(at_work: Inside):
    ref = (await told(at_work, co_authors=["SI", "HR"]))["shortid"]
    assert (await act(at_work, "HR", ref, "confirm")).status_code == 201
    assert (await act(at_work, "HR", ref, "confirm")).status_code == 200
    assert (await act(at_work, "RS", ref, "confirm")).json()["problems"][0]["code"] == "not-a-co-author"
    assert (await act(at_work, "SI", ref, "object", "No.")).json()["problems"][0]["code"] == "co-author"
    found = await read(at_work, ref)
    assert {c["party"]: c["confirmed_at"] is not None for c in found["co_authors"]} == {"SI": False, "HR": True}
    assert not {"SI", "HR"} & set(views(found)), "who tells it is not asked"


async def test_a_co_author_named_by_another_code_of_its_confirms(at_work: Inside):
    ref = (await told(at_work, co_authors=["EL"]))["shortid"]
    assert "GR" not in views(await read(at_work, ref)), "who tells it is not asked"
    assert (await act(at_work, "GR", ref, "confirm")).status_code == 201
    assert [c["party"] for c in (await read(at_work, ref))["co_authors"] if c["confirmed_at"]] == ["GR"]


async def test_nobody_speaks_for_a_party_by_a_right_to_report_for_it(at_work: Inside):
    """EUAA may enter Austria's figures: it tells no measure for Austria, gives no view and ends none of its own."""

    def given(tx: Any) -> None:
        tx.conn.execute(insert(reporting_grants).values(route="wbr", actor="EUAA", party="AT"))
        tx.directory_changed()

    await at_work.hub.writer.submit(Change(given))
    await at_work.hub.db.read(at_work.hub.directory.refresh)
    assert (await at_work.post("EUAA", "measures", CAP | {"on_behalf_of": "AT"})).status_code == 403
    ref = (await told(at_work))["shortid"]
    assert (await act(at_work, "EUAA", ref, "withdraw")).json()["problems"][0]["code"] == "not-the-sender"
    for said in ("no_objection", "withdraw"):
        answered = await at_work.post("EUAA", "responses", {"to": ref, "act": said, "on_behalf_of": "AT"})
        assert answered.status_code == 403, answered.text
    report = {
        "party": "AT",
        "day": "2016-02-16",
        "figures": [{"indicator": "present", "value": 7}],
        "on_behalf_of": "AT",
    }
    assert (await at_work.post("EUAA", "reports", report)).status_code == 201


async def test_a_co_author_that_may_not_read_it_is_refused(at_work: Inside):
    refused = await at_work.post("AT", "measures", CAP | {"audience": ["SI"], "co_authors": ["HR", "AT"]})
    assert sorted(p["code"] for p in refused.json()["problems"]) == ["not-a-reader", "own-party"]


async def test_a_change_is_a_notice_of_its_own_with_its_own_hours(at_work: Inside):
    first = await told(at_work)
    await act(at_work, "SI", first["shortid"], "concerns", "Too few.")
    await at_work.set_clock("2016-02-18T18:00:00Z")
    lower = {"updates": first["shortid"], "caps": [{"counts": "in_transit", "people": 580}]}
    changed = await told(at_work, **lower, title="580 a day", views_by=None)
    assert changed["shortid"] != first["shortid"]
    for ref in (first["shortid"], changed["shortid"], changed["id"]):
        found = await read(at_work, ref, "HR")
        assert (found["short_id"], found["title"], found["short_notice"]) == (first["shortid"], "580 a day", True)
    assert [notice["hours_of_notice"] for notice in found["notices"]] == [38.0, 6.0]
    assert [v["before_change"] for v in found["views"] if v["party"] == "SI"] == [True]
    again = await at_work.post("AT", "measures", CAP | lower | {"title": "580 a day", "views_by": None})
    assert again.status_code == 200, "said again it is nothing new"


async def test_only_who_told_it_changes_ends_or_withdraws_it(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    assert (await at_work.post("SI", "measures", CAP | {"updates": ref})).status_code == 403
    assert (await act(at_work, "SI", ref, "withdraw")).json()["problems"][0]["code"] == "not-the-sender"
    assert (await act(at_work, "AT", ref, "end")).status_code == 409, "it has not begun"
    assert (await act(at_work, "AT", ref, "withdraw", "Not needed.")).status_code == 201
    found = await read(at_work, ref, "RS")
    assert (found["state"], found["why"]) == ("withdrawn", "Not needed.")
    assert (await act(at_work, "SI", ref, "no_objection")).status_code == 409
    assert (await at_work.post("AT", "measures", CAP | {"updates": ref, "title": "New"})).status_code == 409


async def test_a_measure_in_force_is_ended_and_not_withdrawn(at_work: Inside):
    ref = (await told(at_work, start="2016-02-17T06:00:00Z", views_by=None))["shortid"]
    assert (await act(at_work, "AT", ref, "withdraw")).status_code == 409
    assert (await act(at_work, "AT", ref, "end")).status_code == 201
    assert (await read(at_work, ref))["state"] == "ended"


async def test_a_change_reaches_exactly_the_readers_of_the_notice(at_work: Inside):
    ref = (await told(at_work, audience=["SI", "DE"]))["shortid"]
    narrower = await at_work.post("AT", "measures", CAP | {"updates": ref, "title": "x", "audience": ["SI"]})
    assert narrower.json()["problems"][0]["code"] == "other-audience"
    assert (await at_work.post("AT", "measures", CAP | {"updates": ref, "title": "x"})).status_code == 201


# --- what was known, the cap and the figures, the preview ---------------------------------------------------


async def test_as_of_shows_what_was_known_at_each_hour(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    await at_work.set_clock("2016-02-18T09:00:00Z")
    await act(at_work, "SI", ref, "object", "No.")
    await at_work.set_clock("2016-02-18T18:00:00Z")
    await told(at_work, updates=ref, caps=[{"counts": "in_transit", "people": 580}], views_by=None)

    early = await read(at_work, ref, "HR", "?as_of=2016-02-17T12:00:00Z")
    assert (early["state"], views(early)["SI"], len(early["notices"])) == ("views_open", None, 1)
    assert [cap["people"] for cap in early["caps"]] == [3200, 80]
    noon = await read(at_work, ref, "HR", "?as_of=2016-02-18T14:00:00%2B02:00")
    assert (noon["state"], views(noon)["SI"]) == ("views_closed", "object")
    assert (await at_work.get("HR", f"/v1/measures/{ref}?as_of=2016-02-17T09:59:00Z")).status_code == 404
    known = (await at_work.get("HR", "/v1/measures?as_of=2016-02-17T09:59:00Z")).json()["measures"]
    assert ref not in [one["short_id"] for one in known]
    assert (await at_work.get("HR", "/v1/measures?as_of=yesterday")).status_code == 422


async def test_a_cap_is_checked_against_the_figures_of_both_sides(at_work: Inside):
    ref = (await told(at_work))["shortid"]
    await at_work.set_clock("2016-02-20T09:00:00Z")
    await at_work.put_report("SI", "2016-02-20", [{"indicator": "departures", "counterpart": "AT", "value": 3300}])
    await at_work.put_report("AT", "2016-02-20", [{"indicator": "arrivals", "counterpart": "SI", "value": 3150}])
    found = (await read(at_work, ref, "DE"))["compliance"]
    [leg] = [day for day in found if day["leg"] == "SI-AT" and day["day"] == "2016-02-20"]
    assert (leg["cap"], leg["verdict"]) == (3200, "over")
    assert [(s["party"], s["people"], s["over"]) for s in leg["sides"]] == [("SI", 3300, 100), ("AT", 3150, 0)]
    await at_work.set_clock("2016-02-20T12:00:00Z")
    report = {"indicator": "departures", "counterpart": "AT", "value": 3100}
    await at_work.put_report("SI", "2016-02-20", [report], reason="Counted again.")
    then = (await read(at_work, ref, "DE", "?as_of=2016-02-20T10:00:00Z"))["compliance"]
    [leg] = [day for day in then if day["leg"] == "SI-AT" and day["day"] == "2016-02-20"]
    assert leg["verdict"] == "over", "as it was known then"
    [own] = [day for day in found if day["counts"] == "asylum_applications"]
    assert (own["verdict"], own["sides"][0]["people"]) == ("no_figures", None), "silence is not zero"


async def figures(hub: Inside) -> None:
    for day in range(11, 18):
        stock = [{"indicator": "places", "value": 8000}, {"indicator": "occupied", "value": 4200}]
        for party, origin, people in (("AT", "SI", 5100), ("SI", "HR", 5200), ("HR", "RS", 5000)):
            flow = {"indicator": "arrivals", "counterpart": origin, "value": people}
            await hub.put_report(party, f"2016-02-{day}", [flow, *stock])


async def test_the_preview_says_who_stays_where_and_how_long_there_is_room(at_work: Inside):
    await figures(at_work)
    answer = await at_work.post("AT", "measures/preview", CAP | {"title": "Only a preview"})
    assert answer.status_code == 200, answer.text
    found = answer.json()["preview"]
    [leg] = found["legs"]
    assert (leg["expected"]["people"], leg["passes"], leg["stay"]) == (5100, 3200, 1900)
    assert [(s["party"], s["free"], s["full"]) for s in leg["chain"][:2]] == [("SI", 3800, 2.0), ("HR", 3800, 4.0)]
    assert found["lines"][0].startswith(
        "With the cap of 3\u202f200 a day on SI-AT, about 1\u202f900 a day stay in SI; full in 2 days"
    )
    assert "5\u202f100 − 3\u202f200 = 1\u202f900" in " ".join(leg["arithmetic"])
    assert found["inputs"]
    stored = (await at_work.get("AT", "/v1/measures?limit=1000")).json()["measures"]
    assert "Only a preview" not in [one["title"] for one in stored], "nothing is stored"
    after = await read(at_work, (await told(at_work))["shortid"], "HR")
    assert after["preview"] == found, "the same stands beside the measure"


async def test_the_preview_takes_only_figures_that_all_may_read(at_work: Inside):
    hidden = {"indicator": "arrivals", "counterpart": "GR", "value": 9999}
    assert (await at_work.put_report("BG", "2016-02-17", [hidden], audience=["DE"])).status_code == 201
    closure = CAP | {"type": "closure", "caps": [], "legs": ["GR-BG"]}
    found = (await at_work.post("BG", "measures/preview", closure)).json()["preview"]
    assert found["legs"][0]["expected"] is None
    assert "9999" not in str(found)


async def test_a_preview_of_a_wrong_notice_tells_every_problem(at_work: Inside):
    wrong = CAP | {"caps": [], "until": "2016-02-18T00:00:00Z", "legs": ["SI-AL"]}
    answer = await at_work.post("AT", "measures/preview", wrong)
    assert answer.status_code == 422
    assert {p["pointer"] for p in answer.json()["problems"]} == {"/caps", "/until", "/legs/0"}


async def test_a_rebuild_gives_the_same_board(at_work: Inside):
    ref = (await told(at_work, co_authors=["SI"]))["shortid"]
    await act(at_work, "HR", ref, "object", "No.")
    await act(at_work, "SI", ref, "confirm")
    boards = at_work.hub.boards
    with at_work.hub.db.write() as conn:
        before = fingerprints(conn, boards)
        assert before["measure_act"][0] >= 2
        rebuild(conn, boards, at_work.hub.registry)
        assert fingerprints(conn, boards) == before


async def test_the_list_goes_out_as_a_sheet(at_work: Inside):
    await told(at_work)
    sheet = await at_work.get("SI", "/v1/measures.csv")
    assert sheet.status_code == 200
    assert "3\u202f200 a day, in transit; 80 a day, asylum applications" in sheet.text
