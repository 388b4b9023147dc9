"""One message's way through the pages, on both databases."""

from tests.web.stage import arrivals, departures


def test_figures_and_an_alert_posted_by_page_are_read_by_a_neighbour(stage, paper):
    stage.report("HR", stage.today("HR"), departures(1385, "SI"), arrivals(1400, "RS"))
    slovenia, croatia = paper("SI"), paper("HR")
    page = slovenia.press(
        slovenia.open("/figures"), "Post figures", quality="confirmed",
        **{"arrivals|counterpart:HR": "1.362", "departures|counterpart:AT": "1 121"},
    )  # fmt: skip
    assert "Figures posted" in page.words
    page = slovenia.press(slovenia.open("/alerts/new"), "Raise the alert", category="people_stranded")
    assert "1 385 HR count 1 362 SI count Both sides counted" in croatia.open("/legs").words
    done = croatia.press(croatia.open(page.path), "Acknowledge for Croatia")
    assert "Acknowledged by 1 of 14." in done.words
    correction = slovenia.press(
        slovenia.open("/figures"), "Post the correction", reason="Counted again", **{"arrivals|counterpart:HR": "1361"}
    )
    assert "Figures posted" in correction.words
    assert 'title="corrected">r</abbr>' in croatia.open("/").answer.text
    assert "Counted again" in croatia.open(f"/figures/SI/{stage.today('SI')}/history").words
    page = croatia.press(croatia.open("/settings"), "Sign out")
    assert page.path == "/sign-in"
