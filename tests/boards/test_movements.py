"""The movements board: proposals, answers, conditions, what took place, and the ledger of each pair."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from routehub.directory.tables import legs
from routehub.journal.jobs import Change
from routehub.journal.rebuild import fingerprints, rebuild
from tests.boards.standing import standing
from tests.fixtures.furnished import Inside

__all__ = ["standing"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

TRAINS = {
    "leg": "HR-SI", "people": 960, "at": "2016-01-23T08:30:00Z", "transport": "train", "vehicles": 2,
    "place": "HR-SI/dobova", "answer_by": "2016-01-21T17:00:00Z",
}  # fmt: skip
NOW, LATER, AFTER = "2016-01-20T09:00:00Z", "2016-01-21T17:00:01Z", "2016-01-23T12:00:00Z"


@pytest_asyncio.fixture(loop_scope="module")
async def at_work(standing: Inside) -> Inside:
    await standing.set_clock(NOW)
    return standing


async def proposed(hub: Inside, party: str = "HR", **more: Any) -> str:
    answer = await hub.post(party, "movements", TRAINS | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["shortid"])


async def read(hub: Inside, ref: str, party: str = "SI") -> dict[str, Any]:
    answer = await hub.get(party, f"/v1/movements/{ref}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(hub: Inside, party: str, ref: str, act: str, text: str | None = None, **more: Any) -> Any:
    return await hub.post(party, "responses", {"to": ref, "act": act, **({"text": text} if text else {}), **more})


async def code(hub: Inside, party: str, ref: str, name: str, text: str | None = None) -> str:
    refused = await act(hub, party, ref, name, text)
    assert refused.status_code == 422, refused.text
    return str(refused.json()["problems"][0]["code"])


async def test_the_two_parties_and_the_coordinators_read_it(at_work: Inside):
    ref = await proposed(at_work)
    for party, sees in (("HR", True), ("SI", True), ("EC", True), ("AT", False), ("EUROPOL", False)):
        assert ((await at_work.get(party, f"/v1/movements/{ref}")).status_code == 200) == sees, party
    found = await read(at_work, ref)
    assert (found["from"], found["to"], found["state"], found["agreed"]) == ("HR", "SI", "proposed", False)


async def test_a_movement_that_is_agreed_is_agreed(at_work: Inside):
    ref = await proposed(at_work)
    assert (await act(at_work, "SI", ref, "agree")).status_code == 201
    assert (await act(at_work, "SI", ref, "agree")).status_code == 200, "said again it is nothing new"
    assert (await read(at_work, ref, "EC"))["state"] == "agreed"


async def test_no_answer_means_not_agreed(at_work: Inside):
    ref = await proposed(at_work)
    await at_work.set_clock(LATER)
    assert (await read(at_work, ref))["state"] == "not_agreed"
    late = await act(at_work, "SI", ref, "agree")
    assert late.status_code == 409
    assert "no answer means not agreed" in late.json()["detail"]


async def test_without_a_time_to_answer_it_is_the_time_at_the_border(at_work: Inside):
    answer = await at_work.post("HR", "movements", {k: v for k, v in TRAINS.items() if k != "answer_by"})
    assert (await read(at_work, answer.json()["shortid"]))["answer_by"] == "2016-01-23T08:30:00.000Z"


async def test_conditions_count_only_when_the_proposer_accepts_them(at_work: Inside):
    ref = await proposed(at_work)
    await act(at_work, "SI", ref, "agree_with_conditions", "One train only.")
    found = await read(at_work, ref)
    assert (found["state"], found["agreed"], found["conditions"]) == (
        "agreed_with_conditions",
        False,
        "One train only.",
    )
    assert await code(at_work, "SI", ref, "accept_conditions") == "not-the-sender", "accepted by the wrong side"
    assert (await act(at_work, "HR", ref, "accept_conditions")).status_code == 201
    assert (await read(at_work, ref))["state"] == "agreed"
    await act(at_work, "SI", ref, "agree_with_conditions", "One train, and not before noon.")
    assert (await read(at_work, ref))["state"] == "agreed_with_conditions", "new conditions are to be accepted anew"
    await at_work.set_clock(AFTER)
    assert (await read(at_work, ref))["state"] == "not_agreed"
    assert (await act(at_work, "HR", ref, "accept_conditions")).status_code == 409


async def test_there_are_no_conditions_to_accept_where_none_were_set(at_work: Inside):
    ref = await proposed(at_work)
    assert (await act(at_work, "HR", ref, "accept_conditions")).status_code == 409
    await act(at_work, "SI", ref, "object", "No places are free.")
    assert (await act(at_work, "HR", ref, "accept_conditions")).status_code == 409


async def test_only_the_party_asked_answers(at_work: Inside):
    ref = await proposed(at_work, audience=["*"])
    assert await code(at_work, "EC", ref, "agree") == "not-addressed"
    assert await code(at_work, "AT", ref, "object", "No.") == "not-addressed"
    assert await code(at_work, "HR", ref, "agree") == "own-message"
    hidden = await proposed(at_work)
    assert await code(at_work, "AT", hidden, "agree") == "unknown-message"


async def test_an_answer_may_change_until_its_time_and_the_history_is_kept(at_work: Inside):
    ref = await proposed(at_work)
    await act(at_work, "SI", ref, "agree")
    await act(at_work, "SI", ref, "object", "A train is late.")
    found = await read(at_work, ref)
    assert (found["state"], [one["act"] for one in found["history"]]) == ("objected", ["agree", "object"])


async def test_a_withdrawn_movement_is_answered_no_more(at_work: Inside):
    ref = await proposed(at_work)
    assert await code(at_work, "SI", ref, "withdraw") == "not-the-sender"
    assert (await act(at_work, "HR", ref, "withdraw")).status_code == 201
    assert (await act(at_work, "HR", ref, "withdraw")).status_code == 200
    assert (await act(at_work, "SI", ref, "agree")).status_code == 409
    assert (await act(at_work, "HR", ref, "took_place", people=10)).status_code == 409
    assert (await read(at_work, ref))["state"] == "withdrawn"


async def test_afterwards_the_sender_reports_what_took_place(at_work: Inside):
    ref = await proposed(at_work)
    await act(at_work, "SI", ref, "agree")
    await at_work.set_clock(AFTER)
    assert (await act(at_work, "HR", ref, "took_place", people=942)).status_code == 201
    found = await read(at_work, ref)
    assert (found["state"], found["took_place"]["people"], found["without_agreement"]) == ("took_place", 942, False)
    await act(at_work, "HR", ref, "took_place", "Counted again.", people=940)
    assert (await read(at_work, ref))["took_place"]["people"] == 940


async def test_what_took_place_without_agreement_is_recorded_as_that(at_work: Inside):
    ref = await proposed(at_work)
    await act(at_work, "SI", ref, "object", "No places are free.")
    await at_work.set_clock(AFTER)
    answer = await act(at_work, "HR", ref, "took_place", people=958)
    assert (answer.status_code, answer.json()["warnings"][0]["code"]) == (201, "without-agreement")
    assert (await read(at_work, ref))["without_agreement"] is True


async def test_a_party_proposes_movements_over_its_own_legs_and_ahead_of_time(at_work: Inside):
    wrong = await at_work.post(
        "HR", "movements", TRAINS | {"leg": "SI-AT", "place": None, "at": "2016-01-19T00:00:00Z"}
    )
    assert {p["code"] for p in wrong.json()["problems"]} >= {"order"}
    wrong = await at_work.post(
        "HR", "movements", {"leg": "SI-AT", "people": 5, "transport": "bus", "at": "2016-01-19T00:00:00Z"}
    )
    assert [p["code"] for p in wrong.json()["problems"]] == ["not-your-leg", "past"]
    assert wrong.json()["problems"][0]["allowed"] == ["HR-HU", "HR-SI"]


async def test_where_prior_notice_is_enough_nothing_has_to_be_agreed(at_work: Inside):
    def enough(tx: Any) -> None:
        tx.conn.execute(update(legs).where(legs.c.to_party == "HU").values(policy="prior_notice_required"))
        tx.directory_changed()

    await at_work.hub.writer.submit(Change(enough))
    await at_work.hub.db.read(at_work.hub.directory.refresh)
    ref = await proposed(at_work, leg="HR-HU", place=None)
    await at_work.set_clock(AFTER)
    found = await read(at_work, ref, "HU")
    assert (found["policy"], found["state"]) == ("prior_notice_required", "notified")
    await act(at_work, "HR", ref, "took_place", people=200)
    assert (await read(at_work, ref, "HU"))["without_agreement"] is False


async def test_the_ledger_keeps_each_pair_and_adds_up_no_numbers_of_different_parties(at_work: Inside):
    day = {"at": "2016-01-30T08:30:00Z"}
    agreed, refused, silent = [await proposed(at_work, **day, people=n) for n in (960, 500, 300)]
    other = await proposed(at_work, "SI", leg="SI-AT", place=None, people=70, **day)
    await act(at_work, "SI", agreed, "agree")
    await act(at_work, "SI", refused, "object", "No.")
    await at_work.set_clock("2016-01-30T12:00:00Z")
    for ref, people in ((agreed, 950), (refused, 480)):
        await act(at_work, "HR", ref, "took_place", people=people)
    query = "/v1/movements/ledger?from=2016-01-30&to=2016-01-30"
    [pair] = (await at_work.get("HR", query)).json()["pairs"]
    numbers = ("proposed", "agreed", "not_agreed", "took_place", "without_agreement", "people_took_place")
    assert [pair[name] for name in (*numbers, "people_without_agreement")] == [3, 1, 2, 2, 1, 1430, 480]
    pairs = (await at_work.get("EC", query)).json()["pairs"]
    assert [(p["from"], p["to"], p["proposed"]) for p in pairs] == [("HR", "SI", 3), ("SI", "AT", 1)]
    assert (await read(at_work, silent))["state"] == (await read(at_work, other))["state"] == "not_agreed"
    sheet = await at_work.get("HR", "/v1/movements/ledger.csv?from=2016-01-30")
    assert sheet.text.splitlines()[1].startswith("HR,SI,HR-SI,3,0,1,2")


async def test_a_rebuild_gives_the_same_board(at_work: Inside):
    ref = await proposed(at_work)
    await act(at_work, "SI", ref, "agree_with_conditions", "One train only.")
    boards = at_work.hub.boards
    with at_work.hub.db.write() as conn:
        before = fingerprints(conn, boards)
        assert before["movement_act"][0] >= 1
        rebuild(conn, boards, at_work.hub.registry)
        assert fingerprints(conn, boards) == before
