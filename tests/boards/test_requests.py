"""Requests: information, joint assessments, support; who answers, until when, and before whose eyes."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routehub.app import shipped_renderers
from routehub.delivery.mail import MailContext
from routehub.delivery.rendering import Renderers
from routehub.journal import follow
from routehub.journal.rebuild import fingerprints, rebuild
from tests.fixtures.furnished import Inside

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
INFORMATION = {
    "category": "information", "title": "People without registration at Spielfeld", "asked": ["AT"],
    "due": "2015-10-27T17:00:00Z", "purpose": "To staff the registration in Dobova.",
}  # fmt: skip
JOINT = {
    "category": "joint_assessment", "title": "Shelter at Gevgelija before winter", "asked": ["UNHCR", "EUAA"],
    "points": ["wbr-2015-final/2"],
}  # fmt: skip


@pytest.fixture
async def at_work(hub: Inside) -> Inside:
    await hub.set_clock("2015-10-27T06:00:00Z")
    return hub


async def asked(hub: Inside, body: dict[str, Any], party: str = "SI", **more: Any) -> dict[str, Any]:
    answer = await hub.post(party, "requests", body | more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def view(hub: Inside, ref: str, party: str = "SI") -> dict[str, Any]:
    answer = await hub.get(party, f"/v1/requests/{ref}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(hub: Inside, party: str, ref: str, word: str, **more: Any) -> Any:
    return await hub.post(party, "responses", {"to": ref, "act": word} | more)


def states(found: dict[str, Any]) -> dict[str, str]:
    return {one["party"]: one["state"] for one in found["asked"]}


def codes(answer: Any) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]


def warned(answer: Any) -> list[str]:
    """Cautions of the board; posts of these tests carry no id."""
    return [warning["code"] for warning in answer.json()["warnings"] if warning["code"] != "no-id"]


@ON_SQLITE
async def test_information_is_asked_answered_in_part_and_answered(at_work: Inside):
    first = await asked(at_work, INFORMATION)
    assert (await view(at_work, first["shortid"]))["state"] == "open"
    part = await act(at_work, "AT", first["shortid"], "answer", text="1 200 until Sunday.", partial=True)
    assert part.status_code == 201, part.text
    assert (await view(at_work, first["id"]))["state"] == "partly_answered"
    assert (await act(at_work, "AT", first["id"], "answer", text="1 450 in all.")).status_code == 201
    found = await view(at_work, first["id"], "HR")
    assert (found["state"], states(found)) == ("answered", {"AT": "answered"})
    assert [one["text"] for one in found["asked"][0]["history"]] == ["1 200 until Sunday.", "1 450 in all."], "kept"
    again = await act(at_work, "AT", first["id"], "answer", text="1 450 in all.")
    assert (again.status_code, again.headers["Unchanged"]) == (200, "true")


@ON_SQLITE
async def test_an_unanswered_request_is_overdue_by_the_clock_and_expires(at_work: Inside):
    first = await asked(at_work, INFORMATION, expires="2015-10-30T00:00:00Z")
    await at_work.set_clock("2015-10-27T17:00:01Z")
    assert (await view(at_work, first["id"]))["state"] == "overdue"
    late = await act(at_work, "AT", first["id"], "answer", text="Late.", partial=True)
    assert warned(late) == ["late"]
    await at_work.set_clock("2015-10-30T00:00:01Z")
    assert (await view(at_work, first["id"]))["state"] == "expired"
    assert codes(await act(at_work, "AT", first["id"], "answer", text="Too late.")) == ["too-late"]


@ON_SQLITE
async def test_more_time_moves_this_partys_clock_and_no_further(at_work: Inside):
    first = await asked(at_work, INFORMATION, asked=["AT", "HR"])
    for wrong, code in (("2015-10-27T05:00:00Z", "past"), ("2015-10-27T16:00:00Z", "not-later")):
        assert codes(await act(at_work, "AT", first["id"], "more_time", new_time=wrong)) == [code]
    assert (await act(at_work, "AT", first["id"], "more_time", new_time="2015-10-28T12:00:00Z")).status_code == 201
    assert states(await view(at_work, first["id"])) == {"AT": "more_time_asked", "HR": "open"}
    await at_work.set_clock("2015-10-28T06:00:00Z")
    found = await view(at_work, first["id"])
    assert (found["state"], states(found)) == ("overdue", {"AT": "more_time_asked", "HR": "overdue"})
    await at_work.set_clock("2015-10-28T12:00:00Z")
    assert states(await view(at_work, first["id"]))["AT"] == "overdue"


@ON_SQLITE
async def test_a_refusal_has_a_reason_and_may_be_thought_over(at_work: Inside):
    first = await asked(at_work, INFORMATION)
    assert (await act(at_work, "AT", first["id"], "decline")).status_code == 422
    assert (await act(at_work, "AT", first["id"], "decline", text="Not ours to tell.")).status_code == 201
    assert (await view(at_work, first["id"]))["state"] == "declined"
    await act(at_work, "AT", first["id"], "answer", text="After all: 1 450.")
    assert (await view(at_work, first["id"]))["state"] == "answered", "one current act per party"


@ON_SQLITE
async def test_who_was_not_asked_does_not_answer(at_work: Inside):
    first = await asked(at_work, INFORMATION)
    refusal = await act(at_work, "HR", first["id"], "answer", text="We think 2 000.")
    assert codes(refusal) == ["not-asked"]
    assert refusal.json()["problems"][0]["allowed"] == ["AT"]
    assert codes(await act(at_work, "SI", first["id"], "answer", text="Ourselves.")) == ["own-message"]
    assert codes(await act(at_work, "AT", first["id"], "agree")) == ["act-does-not-fit"]


@ON_SQLITE
async def test_answers_only_to_who_asked_and_the_coordinators_reach_nobody_else(at_work: Inside):
    first = await asked(at_work, INFORMATION, answers_to="asker_and_coordinators", asked=["AT", "HR"])
    refusal = await act(at_work, "AT", first["id"], "answer", text="Secret 77.")
    assert codes(refusal) == ["answers-to-asker"]
    readers = refusal.json()["problems"][0]["allowed"]
    assert {"AT", "SI", "EC", "UNHCR"} <= set(readers)
    assert not {"HR", "MK"} & set(readers)
    assert (await act(at_work, "AT", first["id"], "answer", text="Secret 77.", audience=readers)).status_code == 201
    assert states(await view(at_work, first["id"])) == {"AT": "answered", "HR": "open"}
    for stranger in ("HR", "MK"):
        found = await at_work.get(stranger, f"/v1/requests/{first['id']}")
        assert "Secret" not in found.text
        assert states(found.json())["AT"] == "not_shown", "nor whether it has answered"
        assert found.json()["state"] == "open"


@ON_SQLITE
async def test_a_joint_assessment_has_24_hours_a_state_for_each_and_one_outcome(at_work: Inside):
    first = await asked(at_work, JOINT, party="MK")
    found = await view(at_work, first["shortid"], "MK")
    assert found["due"].startswith("2015-10-28T06:00:00")
    await act(at_work, "UNHCR", first["id"], "answer", text="800 heated places are missing.")
    assert states(await view(at_work, first["id"])) == {"UNHCR": "answered", "EUAA": "open"}
    await at_work.set_clock("2015-10-28T06:01:00Z")
    assert (await view(at_work, first["id"]))["state"] == "overdue"
    assert codes(await act(at_work, "MK", first["id"], "close")) == ["missing"], "the outcome is in words"
    done = await act(at_work, "MK", first["id"], "close", text="800 heated places; water for 2 000.")
    assert warned(done) == ["not-all"]
    found = await view(at_work, first["id"], "AT")
    assert (found["state"], found["outcome"]["text"]) == ("closed", "800 heated places; water for 2 000.")
    assert codes(await act(at_work, "EUAA", first["id"], "answer", text="Too late.")) == ["too-late"]
    assert codes(await act(at_work, "UNHCR", first["id"], "close", text="Mine.")) == ["not-the-sender"]


@ON_SQLITE
async def test_a_withdrawn_request_waits_for_nobody(at_work: Inside):
    first = await asked(at_work, INFORMATION)
    assert codes(await act(at_work, "AT", first["id"], "withdraw")) == ["not-the-sender"]
    assert (await act(at_work, "SI", first["id"], "withdraw", text="Answered by phone.")).status_code == 201
    assert (await act(at_work, "SI", first["id"], "withdraw", text="Answered by phone.")).status_code == 200
    assert (await view(at_work, first["id"]))["state"] == "withdrawn"
    assert (await at_work.get("AT", "/v1/requests?mine=true")).json()["requests"] == []
    assert codes(await act(at_work, "AT", first["id"], "answer", text="1 450.")) == ["too-late"]


@ON_SQLITE
async def test_support_names_the_point_of_the_plan_and_a_helper(at_work: Inside):
    support = {"category": "support", "title": "A loan for centres", "asked": ["UNHCR"], "due": "2015-12-01T12:00:00Z"}
    assert codes(await at_work.post("GR", "requests", support)) == ["missing"]
    good = support | {"points": ["wbr-2015-final/6"]}
    assert warned(await at_work.post("GR", "requests", good)) == []
    assert warned(await at_work.post("GR", "requests", good | {"asked": ["RS"]})) == ["not-a-helper"]


@ON_SQLITE
async def test_whom_it_asks_is_among_its_readers_and_it_looks_ahead(at_work: Inside):
    wrong = INFORMATION | {"asked": ["AT", "HR", "SI"], "audience": ["HR"], "due": "2015-10-26T00:00:00Z"}
    answer = await at_work.post("SI", "requests", wrong)
    found = [(problem["pointer"], problem["code"]) for problem in answer.json()["problems"]]
    assert found == [("/due", "past"), ("/asked/0", "not-a-reader"), ("/asked/2", "own")], "all at once"


@ON_SQLITE
async def test_a_request_one_may_not_see_is_answered_like_an_unknown_one(at_work: Inside):
    first = await asked(at_work, INFORMATION, audience=["AT"])
    for ref in (first["id"], first["shortid"]):
        hidden = await act(at_work, "HR", ref, "answer", text="Hm.")
        unknown = await act(at_work, "HR", "R-2222", "answer", text="Hm.")
        assert (
            (hidden.status_code, codes(hidden)) == (unknown.status_code, codes(unknown)) == (422, ["unknown-message"])
        )
        assert (await at_work.get("HR", f"/v1/requests/{ref}")).status_code == 404
    assert (await at_work.get("HR", "/v1/requests")).json()["requests"] == []


@ON_SQLITE
async def test_the_mail_begins_with_the_act_that_is_wanted_and_by_when(at_work: Inside):
    hub = at_work.hub
    renderers = Renderers(hub.registry, shipped_renderers(hub.settings.mail_from))
    question = await asked(at_work, INFORMATION)
    need = await asked(at_work, {
        "category": "need", "title": "Blankets", "quantity": 500, "unit": "blankets", "due": "2015-11-02T11:00:00Z",
    })  # fmt: skip

    async def subject(message: dict[str, Any], party: str) -> str:
        directory = hub.directory.value
        context = MailContext(
            directory.routes["wbr"],
            party,
            "Reader",
            ZoneInfo("Europe/Vienna"),
            directory,
            hub.clock.now(),
            "http://hub",
        )
        found = await hub.db.read(follow.by_id, hub.registry, message["id"])
        assert found is not None
        return renderers.render(found, context).subject

    assert await subject(question, "AT") == "Answer by 18:00 CET: SI, People without registration at Spielfeld"
    assert await subject(question, "HR") == "Information asked: SI, People without registration at Spielfeld"
    assert await subject(need, "HR") == "Offer by 2 Nov, 12:00 CET: SI, Blankets"


async def test_what_waits_stands_in_the_status_with_its_due_time_and_a_rebuild_gives_the_same(at_work: Inside):
    first = await asked(at_work, INFORMATION)
    await act(at_work, "AT", first["id"], "more_time", new_time="2015-10-28T12:00:00Z")
    todo = (await at_work.get("AT", "/v1/status")).json()["todo"]
    (line,) = [one for one in todo if one["ref"] == first["shortid"]]
    assert line["text"] == f"Answer {first['shortid']} of SI: {INFORMATION['title']}"
    assert line["due"].startswith("2015-10-28T12:00:00")
    assert not [one for one in (await at_work.get("HR", "/v1/status")).json()["todo"] if one["ref"] == first["shortid"]]
    hub = at_work.hub
    with hub.db.write() as conn:
        before = fingerprints(conn, hub.boards)
        rebuild(conn, hub.boards, hub.registry)
        assert fingerprints(conn, hub.boards) == before
