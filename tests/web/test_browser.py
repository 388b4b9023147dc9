"""The pages in a real browser: by keyboard, without scripts, live, and under the content security policy."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.conftest import ON_SQLITE
from tests.web.stage import PASSWORD, Stage, address, arrivals, departures

pytestmark = [ON_SQLITE, pytest.mark.browser]


@pytest.fixture
def open_browser(browser: Browser, stage: Stage) -> Iterator[Callable[..., Page]]:
    """A page signed in for a party; every complaint of the browser fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(party: str, role: str = "contact_point", **options: object) -> Page:
        context = browser.new_context(locale="en-GB", timezone_id="Europe/Brussels", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.goto(f"{stage.url}/sign-in")
        page.locator("#login").fill(address(party, role))
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{stage.url}/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert not [said for said in complaints if not _refused(said)]


def _refused(text: str) -> bool:
    """Chromium reports a page with status 4xx, which a form with errors is, and a network that a test took away; htmx
    reports a part that was under way when the page was left. Nor is it a fault that the page had set the focus before
    the browser would have. What a page itself does wrong (its policy, its scripts) reads otherwise."""
    if text.startswith(
        ("htmx:sendAbort", "htmx:afterRequest", "Autofocus processing was blocked because a document al")
    ):
        return True
    return text.startswith("Failed to load resource: ") and ("a status of 4" in text or "net::ERR_" in text)


def past(stage: Stage) -> None:
    for back in (3, 2, 1):
        day = stage.today("SI") - timedelta(days=back)
        stage.report("SI", day, arrivals(1350 + back, "HR"), departures(1200 + back, "AT"))


def type_figures(page: Page, entered: str, left: str) -> None:
    """As a person does: the first field has the focus, Tab leads to the next."""
    expect(page.locator("input:focus")).to_be_visible()
    page.keyboard.type(entered)
    page.keyboard.press("Tab")
    page.keyboard.type(left)


def test_a_normal_day_is_posted_by_keyboard_alone(stage, open_browser):
    past(stage)
    page = open_browser("SI")
    page.goto(f"{stage.url}/figures")
    expect(page.get_by_label("Entered from Croatia")).to_be_focused()
    type_figures(page, "1362", "1210")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Figures posted")).to_be_visible()
    expect(page).to_have_title(re.compile("^Figures posted: Slovenia"))


def test_an_unusual_figure_needs_more_than_enter(stage, open_browser):
    past(stage)
    page = open_browser("SI")
    page.goto(f"{stage.url}/figures")
    type_figures(page, "2410", "1210")
    page.keyboard.press("Enter")
    box = page.get_by_role("alert")
    expect(box).to_contain_text("Check 1 unusual figure")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_contain_text("Nothing is posted yet")
    page.get_by_label("Entered from Croatia").focus()
    page.keyboard.press("Enter")
    expect(box).to_contain_text("Check 1 unusual figure")
    page.get_by_role("button", name="Keep and post").press("Enter")
    expect(page.get_by_role("heading", name="Figures posted")).to_be_visible()


def test_errors_take_the_focus_and_lead_to_their_fields(stage, open_browser):
    page = open_browser("SI")
    page.goto(f"{stage.url}/figures")
    type_figures(page, "12x", "")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="Enter the number of people who left for Austria, or 0").press("Enter")
    expect(page.get_by_label("Left for Austria")).to_be_focused()
    expect(page.get_by_label("Entered from Croatia")).to_have_value("12x")
    expect(page.get_by_label("Entered from Croatia")).to_have_attribute("aria-invalid", "true")


def test_everything_works_without_scripts(stage, open_browser):
    page = open_browser("SI", java_script_enabled=False)
    page.goto(f"{stage.url}/figures")
    type_figures(page, "1362", "1210")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Raise an alert from these").click()
    page.get_by_text("Reception nearly full").click()
    page.get_by_role("button", name="Raise the alert").click()
    page.wait_for_url(re.compile("/alerts/A-"))
    at = page.url.partition("?")[0]
    other = open_browser("HR", java_script_enabled=False)
    other.goto(at)
    other.get_by_role("button", name="Acknowledge for Croatia").click()
    expect(other.get_by_role("heading", name="Acknowledged for Croatia.")).to_be_visible()


def test_another_partys_open_page_shows_new_figures_at_once(stage, open_browser):
    page = open_browser("HR")
    expect(page.locator("#connection")).to_contain_text("Up to date")
    expect(page.locator("#station-SI")).not_to_contain_text("1\u202f362")
    stage.report("SI", stage.today("SI"), arrivals(1362, "HR"))
    expect(page.locator("#station-SI")).to_contain_text("1\u202f362")
    stage.alert("SI", "Dobova nearly full")
    expect(page.locator("#alerts")).to_contain_text("Dobova nearly full")
    expect(page.locator("#announcer")).to_have_text("1 open alerts")
    page.get_by_role("button", name=re.compile("^Acknowledge for Croatia")).click()
    expect(page.get_by_role("heading", name="Acknowledged for Croatia.")).to_be_visible()


def test_a_page_says_when_its_stream_is_cut_and_keeps_its_figures(stage, open_browser):
    stage.report("SI", stage.today("SI"), arrivals(1362, "HR"))
    page = open_browser("HR")
    expect(page.locator("#connection")).to_contain_text("Up to date")
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    said = []
    for _step in range(60):  # what was on its way when the network went may still arrive
        page.clock.run_for(5_000)
        said.append(page.locator("#connection").inner_text())
        if said[-1].startswith("Not connected. Showing"):
            break
    assert any(words.startswith("Checking. Showing") for words in said)
    assert said[-1].startswith("Not connected. Showing")
    expect(page.locator("#station-SI")).to_contain_text("1\u202f362")


def test_what_somebody_types_is_not_taken_away_by_an_update(stage, open_browser):
    page = open_browser("HR")
    page.goto(f"{stage.url}/alerts/new")
    page.get_by_label("Headline").fill("Half a sentence")
    stage.alert("SI", "Dobova nearly full")
    page.wait_for_timeout(1_500)
    expect(page.get_by_label("Headline")).to_have_value("Half a sentence")


def test_the_acknowledge_button_of_a_phone_is_large_and_in_the_first_screen(stage, open_browser):
    ref = stage.alert(
        "HR", "Trains from Tovarnik to Dobova suspended until 14:00", description="About 300 people wait."
    )
    page = open_browser("SI", viewport={"width": 390, "height": 844})
    page.goto(f"{stage.url}/alerts/{ref}")
    box = page.get_by_role("button", name="Acknowledge for Slovenia").bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= 844


def test_the_keyboard_reaches_the_content_first(stage, open_browser):
    page = open_browser("SI")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_push_appears_on_the_open_page_of_its_key_with_what_was_wrong(stage, open_browser):
    page = open_browser("SI")
    page.goto(f"{stage.url}/keys")
    page.get_by_role("link", name="SI figures system").click()
    log = page.locator("#pushes")
    expect(log).to_contain_text("Waiting for your first push")
    httpx.put(
        f"{stage.url}/v1/parties/SI/reports/{stage.today('SI')}", json={"figures": "none"}, trust_env=False,
        headers={"Authorization": f"Bearer {stage.keys['SI']}"},
    )  # fmt: skip
    expect(log).to_contain_text("/figures")
    expect(log).to_contain_text("answered 422")
    page.get_by_role("button", name="Copy").first.click()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
