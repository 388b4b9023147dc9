"""The zone in which a page is read: it changes what is shown and how a form is understood, never what is meant."""

import re
from datetime import UTC, datetime, timedelta

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE

TIMES = re.compile(r'<time datetime="[^"]*T[^"]*?([+-]\d\d:\d\d|Z)">')


def offsets(page):
    return set(TIMES.findall(page.answer.text))


def here(zone_hours):
    return f"+{zone_hours:02}:00"


def test_another_zone_shows_the_same_times_otherwise_and_names_itself(stage, paper):
    stage.alert("HR", "Trains suspended")
    slovenia = paper("SI")
    before = slovenia.open("/alerts")
    assert len(offsets(before)) == 1
    page = slovenia.open("/settings/time-zone?next=/alerts")
    after = slovenia.press(page, "Show times so", zone="other", other="Asia/Tbilisi")
    assert after.path == "/alerts"
    assert "All times Tbilisi (+04)" in after.words
    assert offsets(after) == {here(4)} != offsets(before)
    moments = [re.findall(r'datetime="([^"]*T[^"]*)"', one.answer.text) for one in (before, after)]
    first, second = ({datetime.fromisoformat(text).astimezone(UTC) for text in found} for found in moments)
    assert first == second
    page = slovenia.open("/settings/time-zone")
    back = slovenia.press(page, "Show times so", zone="Europe/Brussels")
    assert "All times Brussels" in back.words
    assert offsets(slovenia.open("/alerts")) == offsets(before)


def test_a_form_takes_times_in_the_zone_that_its_page_names(stage, paper):
    croatia = paper("HR")
    form = croatia.open("/settings/time-zone")
    wrong = croatia.press(form, "Show times so", zone="other", other="Atlantis/Poseidonis")
    assert wrong.status == 422
    assert "Write a zone as continent and city" in wrong.words
    croatia.press(form, "Show times so", zone="other", other="Asia/Tbilisi")
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    form = croatia.open("/movements/new")
    typed = {"at": f"{day} 13:30", "answer_by": f"{day - timedelta(days=1)} 12:00", "people": "960", "leg": "HR-SI"}
    sent = croatia.press(form, "Propose", transport="train", vehicles="2", **typed)
    assert sent.status == 200, sent.words
    (message,) = [one for one in stage.messages("SI") if one["type"] == "routehub.movement.v1"]
    assert datetime.fromisoformat(message["data"]["at"]) == datetime.fromisoformat(f"{day}T09:30:00+00:00")


def test_a_zone_that_is_typed_counts_whatever_is_ticked_and_stays_to_be_corrected(stage, paper):
    slovenia = paper("SI")
    form = slovenia.open("/settings/time-zone?next=/alerts")
    wrong = slovenia.press(form, "Show times so", other="Europe/Ljublana")
    assert wrong.status == 422
    assert re.search(r'value="other"[^>]* checked', wrong.answer.text), "the tick falls back"
    right = slovenia.press(wrong, "Show times so", other="Asia/Tbilisi")
    assert "All times Tbilisi (+04)" in right.words
    back = slovenia.press(slovenia.open("/settings/time-zone"), "Show times so", zone="Europe/Brussels")
    assert "All times Brussels" in back.words
