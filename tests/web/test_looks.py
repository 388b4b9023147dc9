"""How the pages about the route look: judged by axe, on a desk and on a phone, in both themes, on paper."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from tests.web.axe import violations
from tests.web.conftest import ON_SQLITE
from tests.web.stage import PASSWORD, Stage, address, arrivals, departures

pytestmark = [ON_SQLITE, pytest.mark.browser]

PAGES = ("/", "/parties", "/parties/MK", "/legs", "/legs/MK-RS", "/forecast", "/replay")


def busy_route(stage: Stage) -> None:
    """Four parties with some days: a difference of counts, a full place, a branch, one that waits and a silent one."""
    for back in (3, 2, 1, 0):
        for party, left, entered in (("MK", "RS", "GR"), ("RS", "HR", "MK"), ("HR", "SI", "RS")):
            counts = [arrivals(1400 + 40 * back, entered), departures(1310 - 30 * back, left, method="estimated")]
            room = [{"indicator": "places", "value": 2000}, {"indicator": "occupied", "value": 1980 - 200 * back}]
            stage.report(party, stage.today(party) - timedelta(days=back), *counts, *room)
    stage.report("GR", stage.today("GR"), departures(1900, "MK"), departures(30, "BG"), arrivals(2000, "TR"))
    stage.report("AT", stage.today("AT") - timedelta(days=4), arrivals(900, "SI"))
    stage.alert("MK", "Gevgelija transit centre nearly full", description="1,980 of 2,000 places are taken.")
    stage.alert("HR", "Trains from Tovarnik to Dobova suspended", severity="Moderate", category="transport_disrupted")


@pytest.fixture
def seen(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A page signed in for Slovenia, on a busy route."""
    busy_route(stage)
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Brussels", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(f"{stage.url}/sign-in")
    page.locator("#login").fill(address("SI"))
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stage.url}/")
    yield page
    context.close()


def test_the_pages_about_the_route_hold_on_every_screen(stage, seen):
    wrong = []
    for path in PAGES:
        seen.set_viewport_size({"width": 1440, "height": 900})
        seen.emulate_media(color_scheme="light")
        seen.goto(f"{stage.url}{path}")
        wrong += [f"{path}, light, desk: {words}" for words in violations(seen)]
        for width in (1000, 720, 320, 390):
            seen.set_viewport_size({"width": width, "height": 844})
            if seen.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{path} scrolls sideways at {width}")
        seen.emulate_media(color_scheme="dark")
        wrong += [f"{path}, dark, phone: {words}" for words in violations(seen)]
    assert wrong == []


def test_the_overview_has_what_matters_on_the_first_screen_and_three_sheets_of_paper(stage, seen):
    seen.set_viewport_size({"width": 1440, "height": 900})
    seen.goto(f"{stage.url}/")
    boxes = [box.bounding_box() for box in seen.locator(".route .box").all()]
    assert len(boxes) >= 8
    assert all(box["y"] + box["height"] <= 900 for box in boxes if box)
    assert len(re.findall(rb"/Type\s*/Page[^s]", seen.pdf(prefer_css_page_size=True))) <= 3
    seen.set_viewport_size({"width": 390, "height": 844})
    assert seen.locator("#todo").bounding_box()["y"] < 300
    assert seen.locator("#changed").bounding_box()["y"] < 844
    seen.get_by_text("Menu", exact=True).click()
    seen.get_by_role("navigation", name="Menu").get_by_role("link", name="Parties").click()
    seen.wait_for_url(f"{stage.url}/parties")
