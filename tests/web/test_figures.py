"""The figures form, as a browser without scripts uses it."""

import re
from datetime import timedelta

import pytest

from tests.web.conftest import ON_SQLITE
from tests.web.stage import arrivals, departures

pytestmark = ON_SQLITE

FIELDS = {"arrivals|counterpart:HR": "1362", "departures|counterpart:AT": "1121"}


def form_of(paper):
    page = paper.open("/figures")
    assert page.status == 200, page.words
    return page


def reports(stage, party="SI"):
    return [m for m in stage.messages(party) if m["type"] == "routehub.report.v1" and m["data"]["party"] == party]


def test_a_posted_figure_is_one_message_in_the_partys_name(stage, paper):
    slovenia = paper("SI")
    page = slovenia.press(form_of(slovenia), "Post figures", **FIELDS)
    assert page.status == 200, page.words
    assert "Figures posted" in page.words
    (message,) = reports(stage)
    assert message["author"] == "Contact of SI"
    assert message["data"]["figures"] == [
        {"indicator": "arrivals", "counterpart": "HR", "value": 1362, "status": "provisional", "method": "counted"},
        {"indicator": "departures", "counterpart": "AT", "value": 1121, "status": "provisional", "method": "counted"},
    ]


def test_sending_the_same_form_twice_posts_once(stage, paper):
    slovenia = paper("SI")
    page = form_of(slovenia)
    first = slovenia.press(page, "Post figures", **FIELDS)
    second = slovenia.press(page, "Post figures", **FIELDS)
    assert first.answer.url == second.answer.url
    assert len(reports(stage)) == 1


def test_what_is_wrong_is_said_at_the_top_and_at_the_field_and_nothing_is_lost(stage, paper):
    slovenia = paper("SI")
    page = slovenia.press(
        form_of(slovenia), "Post figures",
        **{"arrivals|counterpart:HR": "12x", "departures|counterpart:AT": "", "comment": "Fog at the crossing"},
    )  # fmt: skip
    assert page.status == 422
    assert page.title.startswith("Error:")
    words = ("Entered from Croatia must be a whole number", "Enter the number of people who left for Austria, or 0")
    for said in words:
        assert page.words.count(said) == 2  # in the summary and at the field
    assert "#f-arrivals-counterpart-HR" in page.links
    fields = page.form("Post figures").fields
    assert fields["arrivals|counterpart:HR"] == ["12x"]
    assert fields["comment"] == ["Fog at the crossing"]
    assert page.answer.text.count('aria-invalid="true"') == 2
    assert not reports(stage)


def test_an_unusual_figure_is_posted_only_by_keep_and_post(stage, paper):
    today = stage.today("SI")
    for back in (3, 2, 1):
        stage.report("SI", today - timedelta(days=back), arrivals(1350 + back, "HR"), departures(1200, "AT"))
    before = len(reports(stage))
    slovenia = paper("SI")
    typed = {"arrivals|counterpart:HR": "2410", "departures|counterpart:AT": "1210"}
    page = slovenia.press(form_of(slovenia), "Post figures", **typed)
    assert "Check 1 unusual figure" in page.words
    assert "2 410, yesterday 1 351, usual 1 351 to 1 353" in page.words
    page = slovenia.press(page, "Post figures")  # what a second Enter does
    assert "Check 1 unusual figure" in page.words
    assert len(reports(stage)) == before
    changed = slovenia.press(page, "Keep and post", **{"departures|counterpart:AT": "9000"})
    assert "Check 2 unusual figures" in changed.words  # the second one was not looked at yet
    page = slovenia.press(page, "Keep and post")
    assert "Figures posted" in page.words
    assert len(reports(stage)) == before + 1


def test_change_goes_back_to_the_form_with_what_was_typed(stage, paper):
    today = stage.today("SI")
    stage.report("SI", today - timedelta(days=1), arrivals(1350, "HR"), departures(1200, "AT"))
    slovenia = paper("SI")
    typed = {"arrivals|counterpart:HR": "2410", "departures|counterpart:AT": "1210"}
    page = slovenia.press(slovenia.press(form_of(slovenia), "Post figures", **typed), "Change")
    assert page.status == 200
    assert "unusual figure" not in page.words
    assert page.form("Post figures").fields["arrivals|counterpart:HR"] == ["2410"]


def test_the_neighbours_count_is_shown_after_posting_and_not_before(stage, paper):
    stage.report("HR", stage.today("HR"), departures(4321, "SI"))
    slovenia = paper("SI")
    page = form_of(slovenia)
    assert "4 321" not in page.words
    page = slovenia.press(page, "Post figures", **FIELDS)
    assert "4 321" in page.words
    assert "Counts differ" in page.words


def test_copied_figures_are_carried_over_unless_they_are_changed(stage, paper):
    yesterday = stage.today("SI") - timedelta(days=1)
    stage.report("SI", yesterday, arrivals(1350, "HR"), departures(1200, "AT"), {"indicator": "present", "value": 90})
    slovenia = paper("SI")
    page = slovenia.press(form_of(slovenia), "Copy yesterday", **{"departures|counterpart:AT": "1210"})
    assert "Nothing is posted yet" in page.words
    fields = page.form("Post figures").fields
    assert fields["arrivals|counterpart:HR"] == ["1\u202f350"]
    assert fields["departures|counterpart:AT"] == ["1210"]  # what was typed stays
    page = slovenia.press(page, "Post figures", present="95")
    assert "Figures posted" in page.words
    figures = {f["indicator"]: f for f in reports(stage)[-1]["data"]["figures"]}
    assert figures["arrivals"]["carried_over"] is True
    assert "carried_over" not in figures["departures"]
    assert "carried_over" not in figures["present"]  # copied, then counted
    assert "carried over" in paper("HR").open("/").words
    assert "carried over" in slovenia.open(f"/figures/SI/{stage.today('SI')}/history").words


def test_nothing_to_report_is_said_and_is_not_a_zero(stage, paper):
    slovenia = paper("SI")
    page = slovenia.press(form_of(slovenia), "Nothing to report")
    assert "Posted: nothing to report" in page.words
    (message,) = reports(stage)
    assert message["data"]["nothing_to_report"] is True
    overview = paper("HR").open("/").words
    assert "Nothing to report" in overview.replace("Nothing to report on this route.", "")
    assert "Nothing to report on this route." in overview


def test_what_a_system_sent_in_part_stands_in_the_form_and_is_filled_up(stage, paper):
    stage.report("SI", stage.today("SI"), arrivals(1362, "HR"))
    slovenia = paper("SI")
    page = form_of(slovenia)
    assert "You are correcting figures" not in page.words
    assert re.search(r"Some figures are in already 1 of \d+, posted by SI figures system", page.words)
    fields = page.form("Post figures").fields
    assert fields["arrivals|counterpart:HR"] == ["1\u202f362"]
    assert "reason" not in fields
    page = slovenia.press(page, "Post figures", **{"departures|counterpart:AT": "1121"})
    assert "Figures posted" in page.words
    assert [one["indicator"] for one in reports(stage)[-1]["data"]["figures"]] == ["departures"]
    assert "You are correcting figures" in form_of(slovenia).words


def test_a_correction_of_a_confirmed_figure_needs_a_reason_and_keeps_the_earlier_one(stage, paper):
    slovenia = paper("SI")
    slovenia.press(form_of(slovenia), "Post figures", quality="confirmed", **FIELDS)
    page = form_of(slovenia)
    assert "You are correcting figures" in page.words
    page = slovenia.press(page, "Post the correction", **{"arrivals|counterpart:HR": "1 340"})
    assert page.status == 422
    assert "Say why the figures change" in page.words
    page = slovenia.press(page, "Post the correction", reason="A train was counted twice")
    assert "Figures posted" in page.words
    assert len(reports(stage)[-1]["data"]["figures"]) == 1
    history = slovenia.open(f"/figures/SI/{stage.today('SI')}/history").words
    for said in ("1 362", "1 340", "revised", "A train was counted twice", "Corrected by Contact of SI, in the pages"):
        assert said in history
    assert 'title="corrected">r</abbr>' in paper("HR").open("/").answer.text


def test_a_colleague_who_was_quicker_is_not_overwritten(stage, paper):
    slovenia, colleague = paper("SI"), paper("SI")
    page = form_of(slovenia)
    colleague.press(form_of(colleague), "Post figures", **FIELDS | {"arrivals|counterpart:HR": "1340"})
    page = slovenia.press(page, "Post figures", **FIELDS)
    assert page.status == 409
    assert "Your figures were not posted" in page.words
    assert "Entered from Croatia1 3401 362 (differs)" in page.words
    assert "Left for Austria1 1211 121" in page.words  # both versions, side by side
    assert page.form("Post mine as a correction").fields["arrivals|counterpart:HR"] == ["1362"]
    page = slovenia.press(page, "Post the correction", reason="Mine is the later count")
    assert "Figures posted" in page.words
    assert [m["data"]["figures"][0]["value"] for m in reports(stage)] == [1340, 1362]


def test_a_session_that_ends_in_mid_form_loses_no_text(stage, paper):
    slovenia = paper("SI")
    page = form_of(slovenia)
    slovenia.client.cookies.delete("routehub")
    kept = slovenia.press(page, "Post figures", **FIELDS)
    assert kept.status == 401
    assert "1362" in kept.words
    slovenia.sign_in("SI")
    asked = slovenia.press(kept, "Send what is kept here")
    assert asked.status == 403  # made in the session before: asked once more, with the text
    assert not reports(stage)
    posted = slovenia.press(asked, "Send what is kept here")
    assert "Figures posted" in posted.words
    assert len(reports(stage)) == 1


def test_nobody_posts_for_another_party(stage, paper):
    page = paper("HR").open(f"/figures/SI/{stage.today('SI')}")
    assert page.status == 403
    assert "posted by its own contact points" in page.words


@pytest.mark.parametrize("path", ["/figures/SI/2026-13-45", "/figures/XX/2026-01-01", "/figures/EC/2026-01-01"])
def test_what_is_not_there_is_a_page_in_words(stage, paper, path):
    page = paper("SI").open(path)
    assert page.status == 404
    assert page.title.startswith("Error:")


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_has_no_page(paper, day):
    slovenia = paper("SI")
    for address in (f"/figures/SI/{day}", f"/figures/SI/{day}/history", f"/figures/SI/{day}/posted/x"):
        assert slovenia.open(address).status == 404
