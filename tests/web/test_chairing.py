"""A chair's week on pages without scripts: the agenda in order, minutes by two, what a party does with its action."""

from datetime import UTC, datetime, timedelta

from tests.web.conftest import ON_SQLITE
from tests.web.stage import Stage

pytestmark = ON_SQLITE
NOTES = {
    "i0-parties": "GR and mk", "i0-text": "informed about their border.", "i0-public": "yes",
    "c0-text": "Places are reported weekly.", "c0-publish": "public",
    "a0-owners": "SI", "a0-what": "Report the places.",
}  # fmt: skip


def called(paper, stage: Stage) -> None:
    """Conference 14 in half an hour, with a proposal of Slovenia, compiled by the chair."""
    chair = paper("EC")
    start = (datetime.now(UTC) + timedelta(minutes=30)).isoformat(timespec="seconds")
    said = {"number": 14, "title": "Video conference", "start": start, "chair": "EC", "minutes": 45}
    csrf = chair.open("/conference").form("Sign out").fields["csrf"][0]
    answer = chair.client.post(
        "/v1/conferences", json=said, headers={"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 201, answer.text


def test_a_chair_puts_the_agenda_in_order_takes_minutes_and_a_party_answers_for_its_action(stage: Stage, paper):
    called(paper, stage)
    chair = paper("EC")
    page = chair.press(chair.open("/conference/14/draft"), "Compile the agenda now")
    assert "of 45 minutes" in page.words, page.words
    stale = page
    page = chair.press(page, "Save Follow-up", minutes="12", lead="UNHCR")
    assert "Changed by the chair: lead, minutes" in page.words
    clash = chair.press(stale, "Save Reporting this week", minutes="5")
    assert clash.status == 412
    assert "changed the agenda since you read it" in clash.words
    page = chair.press(clash, "Do it on the agenda as it is now")
    assert "19 of 45 minutes" in page.words
    wrong = chair.press(page, "Save Follow-up", minutes="soon")
    assert (wrong.status, "Give whole minutes from 0 to 240." in wrong.words) == (422, True)
    asking = paper("SI")
    form = asking.open("/conference/14/propose")
    wrong = asking.press(form, "Propose for Slovenia", title="", minutes="soon")
    assert (wrong.status, "Write in one line" in wrong.words, "Give whole minutes" in wrong.words) == (422, True, True)
    asking.press(asking.open("/conference/14/propose"), "Propose for Slovenia", title="Winter places")
    page = chair.press(chair.open("/conference/14/draft"), "Drop Slovenia: Winter places", reason="Next week.")
    assert "Next week." in page.words
    chair.press(chair.open("/conference/14/close"), "Close agenda")
    shown = asking.open("/conference/14").words
    assert "Closed" in shown
    assert "Slovenia: Winter places Next week." in shown

    page = chair.press(chair.open("/conference/14/minutes"), "Start conference")
    page = chair.press(page, "Write under item 2")
    other = chair.open("/conference/14/minutes/2")
    wrong = chair.press(page, "Save and add rows", **NOTES, **{"a0-due": "soon"})
    assert (wrong.status, "Give the last day for it" in wrong.words) == (422, True)
    due = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    page = chair.press(wrong, "Save and add rows", **{"a0-due": due})
    assert "Conclusion C14.1" in page.words
    both = chair.press(other, "Save and add rows", **{"c0-text": "Written meanwhile."})
    assert both.status == 412
    assert "Written meanwhile." in both.words
    assert "Places are reported weekly." in both.words
    page = chair.press(chair.open("/conference/14/end"), "End conference and send the minutes")
    assert "Greece and North Macedonia informed about their border." in page.words

    for path in ("draft", "minutes", "minutes/1"):
        assert chair.open(f"/conference/99/{path}").status == 404
    party = paper("SI")
    assert "Put the agenda in order" not in party.open("/conference/14").words
    assert party.open("/conference/14/draft").status == 403
    assert "A14.1" in party.open("/").words
    page = party.press(party.open("/actions"), "Report done for Slovenia", text="Reported today.")
    assert "Nothing waits for you." in page.words
    (minutes,) = [m for m in stage.messages("SI") if m["type"] == "routehub.minutes.v1"]
    assert [action["id"] for item in minutes["data"]["items"] for action in item["actions"]] == ["A14.1"]
