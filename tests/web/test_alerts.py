"""Alerts by page: raise, see, acknowledge, update, end."""

import httpx
import pytest

from tests.web.conftest import ON_SQLITE
from tests.web.stage import address

pytestmark = ON_SQLITE


def raise_alert(paper, **typed):
    said = {"category": "reception_nearly_full", "place": "SI/dobova-centre"} | typed
    return paper.press(paper.open("/alerts/new"), "Raise the alert", **said)


def alerts(stage, party="SI"):
    return [m for m in stage.messages(party) if m["type"] == "routehub.alert.v1"]


def test_what_happened_sets_the_scales_the_headline_and_the_end(stage, paper):
    page = raise_alert(paper("SI"))
    assert page.status == 200, page.words
    assert "Alert raised." in page.words
    (message,) = alerts(stage)
    said = message["data"]
    assert (said["severity"], said["urgency"], said["certainty"]) == ("Severe", "Expected", "Likely")
    assert said["headline"] == "Dobova reception centre: reception nearly full"
    assert said["status"] == "Actual"
    assert said["audience"] == ["*"]
    assert message["shortid"] in page.path


def test_the_audience_is_offered_in_words_with_its_size(stage, paper):
    words = paper("SI").open("/alerts/new").words
    assert "All parties10 parties and 4 coordinators" in words
    assert "Neighbours and coordinators2 parties and 4 coordinators" in words


def test_an_alert_to_neighbours_is_not_seen_by_others(stage, paper):
    page = raise_alert(paper("SI"), audience="neighbours")
    assert paper("HR").open(page.path).status == 200
    hidden, unknown = paper("RS").open(page.path), paper("RS").open("/alerts/A-2222")
    assert hidden.status == unknown.status == 404
    assert hidden.words == unknown.words


def test_every_alert_of_an_exercise_is_an_exercise_and_says_so_everywhere(set_stage, stranger):
    stage = set_stage(marking="exercise")
    paper = stranger(stage).sign_in("SI")
    page = raise_alert(paper)
    assert alerts(stage)[0]["data"]["status"] == "Exercise"
    assert page.title.startswith("EXERCISE: Severe")
    for path in ("/", "/alerts", "/alerts/new", "/figures", "/conference", "/settings", page.path):
        shown = paper.open(path)
        assert "Exercise. Nothing on this page is real." in shown.words, path
        assert "(exercise)" in shown.title, path
    assert "Exercise. Nothing on this page is real." in stranger(stage).open("/sign-in").words


def test_acknowledging_is_for_one_party_and_leaves_the_others_waiting(stage, paper):
    page = raise_alert(paper("SI"))
    croatia = paper("HR")
    seen = croatia.open(page.path)
    assert "does not agree to anything" in seen.words
    for _ in range(3):
        croatia.open(page.path)
    assert "Acknowledged by 0 of 14." in croatia.open(page.path).words
    done = croatia.press(seen, "Acknowledge for Croatia")
    assert "Acknowledged for Croatia." in done.words
    assert "Acknowledged by 1 of 14." in done.words
    croatia.press(seen, "Acknowledge for Croatia")  # again: nothing new
    assert len([m for m in stage.messages("SI") if m["type"] == "routehub.response.v1"]) == 1
    assert "Acknowledge for Croatia" not in croatia.open("/").words
    assert "Acknowledge for Serbia" in paper("RS").open("/").words


def test_only_its_sender_updates_and_ends_an_alert(stage, paper):
    slovenia, croatia = paper("SI"), paper("HR")
    path = raise_alert(slovenia).path
    assert "Your alert" not in croatia.open(path).words
    assert croatia.open(f"{path}/end").status == 403
    page = slovenia.press(slovenia.open(f"{path}/update"), "Send the update", description="20 places left")
    assert "Update sent." in page.words
    assert "Update 1" in page.words
    assert "20 places left" in croatia.open(path).words
    page = slovenia.press(slovenia.open(f"{path}/end"), "End alert", description="A hall was opened")
    assert "Alert ended." in page.words
    assert "No open alerts." in croatia.open("/").words
    assert [m["data"].get("msg_type", "Alert") for m in alerts(stage)] == ["Alert", "Update", "Cancel"]


def test_an_update_that_gets_worse_asks_again(stage, paper):
    slovenia, croatia = paper("SI"), paper("HR")
    path = raise_alert(slovenia, severity="Moderate").path
    croatia.press(croatia.open(path), "Acknowledge for Croatia")
    slovenia.press(slovenia.open(f"{path}/update"), "Send the update", severity="Extreme")
    assert "Acknowledged by 0 of 14." in croatia.open(path).words


def test_who_updates_an_alert_at_the_same_time_is_told_before_both_say_it(stage, paper):
    slovenia = paper("SI")
    path = raise_alert(slovenia).path
    mine, theirs = slovenia.open(f"{path}/update"), slovenia.open(f"{path}/update")
    slovenia.press(theirs, "Send the update", headline="20 places left")
    page = slovenia.press(mine, "Send the update", headline="Two buses come", description="From Ljubljana.")
    assert (page.status, page.title[:6]) == (412, "Error:")
    assert "It says now: Severe, 20 places left." in page.words
    assert page.form("Send the update").fields["description"] == ["From Ljubljana."]
    assert "Update sent." in slovenia.press(page, "Send the update").words
    assert [one["data"]["headline"] for one in alerts(stage)[1:]] == ["20 places left", "Two buses come"]


def test_what_is_missing_is_asked_for(stage, paper):
    slovenia = paper("SI")
    page = slovenia.press(slovenia.open("/alerts/new"), "Raise the alert", description="Fog")
    assert page.status == 422
    assert page.title.startswith("Error:")
    assert page.words.count("Choose what happened") == 2
    assert page.form("Raise the alert").fields["description"] == ["Fog"]
    page = slovenia.press(page, "Raise the alert", category="other", description="Fog")
    assert "Write in one line what happened" in page.words
    assert not alerts(stage)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onmouseover="x', "{{ 7*7 }}", "javascript:alert(1)"])
def test_text_of_others_stays_text(stage, paper, text):
    ref = stage.alert("HR", text, description=text)
    for path in ("/", "/alerts", f"/alerts/{ref}", "/messages"):
        page = paper("SI").open(path)
        assert page.status == 200
        assert "<script>alert" not in page.answer.text
        assert text in page.words, path


def test_sending_the_form_twice_raises_one_alert(stage, paper):
    slovenia = paper("SI")
    page = slovenia.open("/alerts/new")
    first = slovenia.press(page, "Raise the alert", category="surge")
    second = slovenia.press(page, "Raise the alert", category="surge")
    assert len(alerts(stage)) == 1
    assert second.path in (first.path, f"/alerts/{alerts(stage)[0]['id']}")


def test_a_reader_without_a_role_for_it_is_not_offered_what_would_be_refused(stage, stranger):
    coordinator = stranger(stage).sign_in("EC", "chair")
    page = coordinator.open("/")
    assert "Post figures" not in page.words
    assert coordinator.open("/figures").status == 403
    answer = httpx.get(f"{stage.url}/alerts", trust_env=False, follow_redirects=False)
    assert answer.status_code == 303
    assert address("SI") not in answer.text


def test_an_operator_reads_no_content(stage, paper):
    ref = stage.alert("HR", "Trains suspended")
    operator = paper("FRONTEX")
    assert operator.open("/").path == "/admin"
    for path in ("/alerts", f"/alerts/{ref}", "/messages", "/conference", "/figures"):
        page = operator.open(path)
        assert page.status == 403, path
        assert "Trains suspended" not in page.words
    assert operator.open("/settings").status == 200
