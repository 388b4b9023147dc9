"""Joint statements and outcomes of meetings (DOMAIN 3): who signs, when a text is in force, what replaces it."""

from typing import Any

import httpx
import pytest

from tests.fixtures.furnished import Inside

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
POLICE = ["AT", "HR", "MK", "RS", "SI"]
TEXT: dict[str, Any] = {
    "title": "Joint statement of the heads of police",
    "text": "We agree on one form of registration along the route.",
    "signatories": POLICE,
}
NOBODY_S = "01999999-9999-7999-8999-999999999999"


async def drafted(hub: Inside, party: str = "AT", **more: Any) -> str:
    """The short id of a new statement."""
    answer = await hub.post(party, "statements", TEXT | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["shortid"])


async def act(hub: Inside, party: str, ref: str, act: str = "sign", **more: Any) -> httpx.Response:
    return await hub.post(party, "responses", {"to": ref, "act": act, **more})


async def seen(hub: Inside, ref: str, party: str = "SI") -> dict[str, Any]:
    answer = await hub.get(party, f"/v1/statements/{ref}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def states(statement: dict[str, Any]) -> dict[str, str]:
    return {one["party"]: one["state"] for one in statement["signatures"]}


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(problem["pointer"], problem["code"]) for problem in answer.json()["problems"]]


async def test_a_statement_is_in_force_when_all_named_have_signed_and_until_then_says_so(hub: Inside):
    """The sender counts as signed if named (S4: five who each sign)."""
    ref = await drafted(hub)
    found = await seen(hub, ref)
    assert (found["state"], found["signed"], found["signatories"]) == ("open", 1, 5)
    assert states(found) == {"AT": "signed", "HR": "waiting", "MK": "waiting", "RS": "waiting", "SI": "waiting"}
    for party in ("SI", "HR", "RS"):
        assert (await act(hub, party, ref)).status_code == 201
    assert (await seen(hub, ref))["state"] == "open"
    last = (await act(hub, "MK", ref, text="For the police of MK.")).json()
    found = await seen(hub, ref, "GR")
    assert (found["state"], found["in_force_at"]) == ("in_force", last["time"])
    assert (found["signatures"][2]["by"], found["signatures"][2]["text"]) == ("MK system", "For the police of MK.")
    listed = (await hub.get("DE", "/v1/statements?state=in_force")).json()["statements"]
    assert [one["short_id"] for one in listed] == [ref]
    assert (await hub.get("DE", "/v1/statements?state=open")).json()["statements"] == []
    sheet = (await hub.get("DE", "/v1/statements.csv")).text.splitlines()
    assert len(sheet) == 6
    assert sheet[3].startswith(f"{ref},AT,joint_text,in_force,")


@ON_SQLITE
async def test_only_who_is_named_signs_and_each_once(hub: Inside):
    ref = await drafted(hub)
    refusal = await act(hub, "DE", ref)
    assert refusal.status_code == 422
    assert codes(refusal) == [("/act", "not-a-signatory")]
    assert "AT, HR, MK, RS, SI" in refusal.text
    first = await act(hub, "SI", ref)
    again = await act(hub, "SI", ref)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert (await act(hub, "SI", ref, text="And another word.")).status_code == 409
    assert (await act(hub, "AT", ref)).status_code == 200, "who sent it has signed it"
    assert (await seen(hub, ref))["signed"] == 2


@ON_SQLITE
async def test_a_statement_that_one_declined_says_who_and_may_still_be_signed(hub: Inside):
    ref = await drafted(hub)
    assert (await act(hub, "HR", ref, "decline")).status_code == 422, "a reason is needed"
    assert (await act(hub, "HR", ref, "decline", text="The second paragraph goes too far.")).status_code == 201
    found = await seen(hub, ref)
    assert (found["state"], states(found)["HR"]) == ("declined", "declined")
    for party in ("HR", "MK", "RS", "SI"):
        assert (await act(hub, party, ref)).status_code == 201
    assert (await seen(hub, ref))["state"] == "in_force"
    assert (await act(hub, "HR", ref, "decline", text="On second thoughts.")).status_code == 409
    assert (await act(hub, "AT", ref, "withdraw")).status_code == 409


@ON_SQLITE
async def test_a_text_is_never_edited_and_signatures_do_not_carry_over_to_its_new_version(hub: Inside):
    first = await drafted(hub)
    assert (await act(hub, "SI", first)).status_code == 201
    second = await drafted(hub, "SI", text="We agree on two forms.", replaces=first)
    old, new = await seen(hub, first), await seen(hub, second)
    assert (old["state"], old["replaced_by"], old["text"]) == ("replaced", second, TEXT["text"])
    assert (new["state"], new["replaces"], new["signed"]) == ("open", first, 1)
    late = await act(hub, "RS", first)
    assert late.status_code == 409
    assert second in late.json()["detail"]
    assert (await hub.post("RS", "statements", TEXT | {"replaces": first})).status_code == 409


@ON_SQLITE
async def test_an_agreed_text_stands_until_its_new_version_is_agreed_too(hub: Inside):
    pair = ["AT", "SI"]
    first = await drafted(hub, signatories=pair)
    await act(hub, "SI", first)
    second = await drafted(hub, signatories=pair, replaces=first)
    assert (await seen(hub, first))["state"] == "in_force"
    await act(hub, "SI", second)
    assert [(await seen(hub, ref))["state"] for ref in (first, second)] == ["replaced", "in_force"]


@ON_SQLITE
async def test_a_version_that_is_agreed_ends_the_agreed_one_behind_an_unsigned_one(hub: Inside):
    pair = ["AT", "SI"]
    first = await drafted(hub, signatories=pair)
    await act(hub, "SI", first)
    second = await drafted(hub, signatories=pair, replaces=first)
    third = await drafted(hub, signatories=pair, replaces=second)
    await act(hub, "SI", third)
    found = [await seen(hub, ref) for ref in (first, second, third)]
    assert [one["state"] for one in found] == ["replaced", "replaced", "in_force"]
    assert found[0]["replaced_by"] == third


@ON_SQLITE
async def test_only_its_sender_or_who_is_named_replaces_a_statement_and_only_its_sender_withdraws_it(hub: Inside):
    ref = await drafted(hub)
    assert (await hub.post("DE", "statements", TEXT | {"replaces": ref})).status_code == 403
    narrower = await hub.post("SI", "statements", TEXT | {"replaces": ref, "audience": POLICE})
    assert codes(narrower) == [("/audience", "other-audience")]
    alert = await hub.post("SI", "notes", {"to": ["AT"], "subject": "x", "text": "x"})
    other = await hub.post("SI", "statements", TEXT | {"replaces": alert.json()["id"], "signatories": ["AT", "SI"]})
    assert codes(other) == [("/replaces", "not-a-statement")]
    assert codes(await act(hub, "SI", ref, "withdraw")) == [("/act", "not-the-sender")]
    assert (await act(hub, "AT", ref, "withdraw", text="Put off.")).status_code == 201
    found = await seen(hub, ref)
    assert (found["state"], found["withdrawn_text"]) == ("withdrawn", "Put off.")
    assert (await act(hub, "SI", ref)).status_code == 409


@ON_SQLITE
async def test_the_outcome_of_a_meeting_names_it_and_needs_no_signature(hub: Inside):
    """S0: the video conference of the national police authorities, reported by the Commission."""
    meeting = {
        "name": "Video conference of the national police authorities", "day": "2016-01-20",
        "participants": ["AT", "DE", "EL", "HR", "MK", "RS", "SI"],
    }  # fmt: skip
    answer = await hub.post(
        "EC",
        "statements",
        {"type": "meeting_outcome", "title": "Outcome", "text": "They compared.", "meeting": meeting},
    )
    found = await seen(hub, answer.json()["shortid"])
    assert (found["state"], found["signatories"]) == ("reported", 0)
    assert found["meeting"]["participants"] == ["AT", "DE", "GR", "HR", "MK", "RS", "SI"]
    assert codes(await act(hub, "AT", found["short_id"])) == [("/act", "not-a-signatory")]


@ON_SQLITE
async def test_signatories_read_what_they_sign_and_no_others_learn_of_it(hub: Inside):
    left_out = await hub.post("AT", "statements", TEXT | {"audience": ["HR", "MK", "RS"]})
    assert codes(left_out) == [("/signatories/4", "cannot-read")]
    observer = await hub.post("AT", "statements", TEXT | {"signatories": ["AT", "EUROPOL"], "audience": ["EUROPOL"]})
    assert codes(observer) == [("/signatories/1", "observes")]
    twice = await hub.post("AT", "statements", TEXT | {"signatories": ["AT", "GR", "EL"]})
    assert codes(twice) == [("/signatories/2", "repeated")]
    ref = await drafted(hub, audience=POLICE)
    for address in (f"/v1/statements/{ref}", f"/v1/threads/{ref}"):
        hidden, unknown = await hub.get("DE", address), await hub.get("DE", address.replace(ref, "S-2222"))
        assert (hidden.status_code, hidden.text) == (404, unknown.text.replace("S-2222", ref))
    signed = await act(hub, "DE", ref)
    nothing = await act(hub, "DE", NOBODY_S)
    assert signed.text.replace(ref, "?") == nothing.text.replace(NOBODY_S, "?")
    assert (await hub.get("DE", "/v1/statements")).json()["statements"] == []
    wider = await act(hub, "SI", ref, audience=["*"])
    assert codes(wider) == [("/audience", "wider-than-source")]
    narrower = await act(hub, "SI", ref, audience=["AT"])
    assert codes(narrower) == [("/audience", "other-audience")]
