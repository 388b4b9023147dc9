"""The overview: freshness, both counts, capacity in words, and no sums."""

import re
from datetime import timedelta

import httpx

from tests.web.conftest import ON_SQLITE
from tests.web.stage import arrivals, departures

pytestmark = ON_SQLITE


def test_both_counts_of_a_border_are_shown_and_marked_when_they_differ(stage, paper):
    today = stage.today("SI")
    stage.report("SI", today, arrivals(1000, "HR"))
    stage.report("HR", today, departures(1300, "SI"))
    reader = paper("RS")
    page = reader.open("/")
    assert "≠ Counts differ: HR counted 1 300" in page.words
    assert "HR: 1 300" in page.words
    assert "1 300 HR count 1 000 SI count ≠ Counts differ" in reader.open("/legs").words
    assert "≠ Counts differ: −300" in reader.open("/legs/HR-SI").words
    for path in ("/", "/legs", "/legs/HR-SI", "/parties/SI", "/replay"):
        assert "2 300" not in reader.open(path).words, path


def test_flags_and_capacity_have_their_words(stage, paper):
    today = stage.today("MK")
    stage.report(
        "MK", today, arrivals(1902, "GR", status="provisional"), departures(1871, "RS", method="estimated"),
        {"indicator": "places", "value": 2000}, {"indicator": "occupied", "value": 1980},
    )  # fmt: skip
    page = paper("RS").open("/")
    assert "1 980 of 2 000 99% · Nearly full" in page.words
    assert 'title="provisional">p</abbr>' in page.answer.text
    assert 'title="estimate">e</abbr>' in page.answer.text
    assert "MK North Macedonia" in page.words


def test_silence_is_a_state_and_is_sorted_first(stage, paper):
    today = stage.today("GR")
    stage.report("GR", today - timedelta(days=4), departures(900, "MK"))
    reader = paper("RS")
    words = reader.open("/").words
    assert "Silent 4 days" in words
    assert "Greece has been silent for 4 days." in reader.open("/parties/GR").words
    assert re.search(r"No figures since \w{3} \d+ \w{3,4}", words)
    reporting = words[words.index("Who has reported") :]
    assert reporting.index("GR Greece") < reporting.index("SI Slovenia") or "Silent" in reporting[:120]
    assert "900" not in words[words.index("Figures by party") :]


def test_every_time_has_its_offset_and_the_zone_is_named(stage, paper):
    stage.alert("HR", "Fog")
    slovenia = paper("SI")
    for path in ("/", "/alerts", "/settings", "/figures", "/messages"):
        page = slovenia.open(path)
        times = re.findall(r'<time datetime="([^"]+)"', page.answer.text)
        assert all(re.search(r"[+-]\d\d:\d\d$", t) or re.fullmatch(r"\d{4}-\d\d-\d\d", t) for t in times), path
        assert "All times Brussels (CE" in page.words, path


def test_the_route_is_also_under_its_own_address(stage, paper):
    slovenia = paper("SI")
    for path in ("", "/", "/alerts", "/forecast", "/parties/MK", "/readout-checks/new"):
        short, long = (slovenia.open(base + path or "/") for base in ("", "/routes/wbr"))
        assert short.status == long.status, path
        shown = [re.findall(r"<nav.*?</nav>", page.answer.text, re.DOTALL) for page in (short, long)]
        assert shown[0] == shown[1], path
    assert 'class="part" aria-label="Alerts"' in slovenia.open("/routes/wbr/alerts").answer.text
    elsewhere, nowhere = slovenia.open("/routes/cmr/"), slovenia.open("/routes/xyz/")
    assert elsewhere.status == nowhere.status == 404


def test_what_a_page_offers_its_reader_can_be_opened(stage, paper):
    for party, pages in (("SI", ("/parties/SI", "/settings")), ("FRONTEX", ("/settings",))):
        reader = paper(party)
        offered = {link for path in pages for link in re.findall(r'href="(/[^"#?]*)"', reader.open(path).answer.text)}
        broken = [link for link in sorted(offered - {"/docs"}) if reader.open(link).status not in (200, 303)]
        assert not broken, f"{party} is led to {broken}"


def test_a_message_can_be_opened_by_its_readers_and_nobody_else(stage, paper):
    note = {"to": ["HR"], "text": "Bring blankets", "subject": "Blankets", "audience": ["HR"]}
    answer = httpx.post(
        f"{stage.url}/v1/notes", json=note, headers={"Authorization": f"Bearer {stage.keys['SI']}"}, trust_env=False
    )
    assert answer.status_code == 201, answer.text
    path = f"/routes/wbr/messages/{answer.json()['id']}"
    assert "Bring blankets" in paper("HR").open(path).words
    assert "Bring blankets" in paper("SI").open(path).words
    hidden = paper("RS").open(path)
    assert hidden.status == 404
    assert "blankets" not in hidden.words.lower()


def test_the_agenda_shows_each_items_rule_and_sources(stage, paper):
    page = paper("EC").open("/conference")
    assert page.status == 200
    assert paper("EC").open("/conference/9999").status == 404
