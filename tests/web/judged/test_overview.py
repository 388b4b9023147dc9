"""The overview in a real browser, as the sample shows it: the first screen, the keyboard, paper, bytes, words for every
colour (UX 13; UX 14: A3, A14, A22, A24, A25, A32, A34)."""

import io
import re
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.web.judged.looks import DESK, PHONE, SIDEWAYS, Eyes, eyes
from tests.web.judged.sample import Sample

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whoever comes first builds the sample
FIRST_LOAD, RETURN = 80_000, 20_000
"""Bytes over the wire: everything of a first visit, and of the next one (UX 13)."""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SOON = 3_000
"""Milliseconds until something is seen on a connection like the following."""
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s with 400 ms delay, in bytes a second."""
A4 = (842, 595)
"""Landscape, in points."""
MARK = "Sample data. Every figure, name and event on this page is invented."
STOPS = """() => {
  const box = document.activeElement.getBoundingClientRect();
  const bar = document.querySelector('.handy')?.getBoundingClientRect();
  const shown = bar?.height ? bar.top : innerHeight;
  const at = document.activeElement;
  if (at === document.body) return null;
  return { name: (at.innerText || at.textContent || at.ariaLabel || '').trim().slice(0, 60),
           top: box.top, bottom: Math.min(box.bottom, box.top + 40), height: box.height, shown,
           fixed: Boolean(at.closest('.handy')), order: [...document.querySelectorAll('*')].indexOf(at) };
}"""


@pytest.fixture
def slovenia(browser: Browser, sample: Sample) -> Iterator[Eyes]:
    with eyes(browser, sample, "SI") as seen:
        yield seen
        assert seen.wrong == []


def boxes(seen: Eyes, selector: str) -> list[dict[str, Any]]:
    found = [one.bounding_box() for one in seen.page.locator(selector).all()]
    return [dict(box) for box in found if box]


def test_the_first_screen_has_what_is_to_do_what_changed_and_the_route(slovenia: Eyes):
    slovenia.size(*DESK)
    slovenia.open("/")
    parts = {"#todo": 1, "#changed": 1, "#route > .head": 1, "#route .route .node .box": 10}
    for selector, least in parts.items():
        shown = boxes(slovenia, selector)
        assert len(shown) >= least, selector
        assert all(box["y"] + box["height"] <= DESK[1] for box in shown), selector
    said = slovenia.page.locator("#route > .head").inner_text()
    assert re.search(r"\d+ of \d+ parties reported", said), said
    slovenia.size(*PHONE)
    assert boxes(slovenia, "#todo")[0]["y"] < 300
    assert boxes(slovenia, "#changed")[0]["y"] < PHONE[1]
    slovenia.page.get_by_text("Menu", exact=True).click()
    slovenia.page.get_by_role("navigation", name="Menu").get_by_role("link", name="Parties").click()
    slovenia.page.wait_for_url("**/parties")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_tab_key_goes_through_the_overview_in_order_and_is_never_hidden(slovenia: Eyes, size: tuple[int, int]):
    slovenia.size(*size)
    slovenia.open("/")
    stops: list[dict[str, Any]] = []
    for _ in range(150):
        slovenia.page.keyboard.press("Tab")
        stop = slovenia.page.evaluate(STOPS)
        if stop is None:  # past the last one, on the way round
            break
        stops.append(stop)
    assert stops[0]["name"] == "Skip to content"
    assert len(stops) > 40
    orders = [stop["order"] for stop in stops]
    assert orders == sorted(orders), "in the order of the page"
    hidden = [s for s in stops if not s["fixed"] and (s["top"] < -1 or s["bottom"] > s["shown"] + 1)]
    assert hidden == [], "under the bar or outside of the screen"


@pytest.mark.parametrize("locale", ["en-GB", "de-AT"])
def test_the_header_stays_inside_the_screen_in_longer_words_too(browser: Browser, sample: Sample, locale: str):
    with eyes(browser, sample, "SI", locale) as seen:
        seen.open("/")
        for width in (320, 700, 720, 1000, 1180, 1241, 1280, 1366, 1421, 1440, 1920):
            seen.size(width, 900)
            assert not seen.page.evaluate(SIDEWAYS), width
            if width > 700:
                header = boxes(seen, "header.top")[0]
                assert header["height"] <= (64 if width >= 1280 else 130), width


def test_on_paper_it_is_three_marked_sheets_without_buttons(slovenia: Eyes):
    slovenia.size(*DESK)
    slovenia.open("/")
    printed = PdfReader(io.BytesIO(slovenia.page.pdf(prefer_css_page_size=True, tagged=True)))
    assert len(printed.pages) <= 3
    assert all((round(one.mediabox.width), round(one.mediabox.height)) == A4 for one in printed.pages)
    texts = [normalize("NFKC", " ".join(one.extract_text().split())) for one in printed.pages]  # no ligatures
    assert MARK in texts[0]
    slovenia.page.emulate_media(media="print")
    for words in ("Raise alert", "Post figures", "Acknowledge for Slovenia", "Sign out", "Menu"):
        assert not any(one.is_visible() for one in slovenia.page.get_by_text(words, exact=True).all()), words
    assert "What changed since" in texts[0]
    assert "Figures by party" in "".join(texts)
    slovenia.page.emulate_media(media="screen")


def test_without_colour_every_state_has_its_word(slovenia: Eyes):
    slovenia.open("/")
    page = slovenia.page
    for alert in page.locator("#alerts .alert").all():
        assert re.search(r"Extreme|Severe|Moderate|Minor|Unknown", alert.inner_text())
    for bar in page.locator("#figures .capacity").all():
        assert re.search(r"\d+% · (Room|Filling|Nearly full|Over capacity)", bar.inner_text()), bar.inner_text()
    states = [row.inner_text() for row in page.locator("#reporting .reporting > li").all()]
    assert len(states) == 11
    assert all(re.search(r"Reported|\d\d:\d\d|Nothing to report|Due|Late|Silent|Excused", state) for state in states)
    for node in page.locator("#route .route .node:not(.outside)").all():
        words = " ".join((node.text_content() or "").split())
        assert re.search(r"\d\d:\d\d|Nothing to report|Due|Late|Silent|Excused|reported", words), words


def test_its_bytes_stay_within_the_budget_and_a_poor_connection_shows_it_soon(browser: Browser, sample: Sample):
    with eyes(browser, sample, "SI") as seen:
        devtools = seen.page.context.new_cdp_session(seen.page)
        devtools.send("Network.enable")
        sizes: list[float] = []
        devtools.on("Network.loadingFinished", lambda said: sizes.append(said["encodedDataLength"]))
        devtools.send("Network.emulateNetworkConditions", SLOW)
        seen.open("/")
        first, sizes[:] = sum(sizes), []
        painted = seen.page.evaluate(PAINTED)
        for _ in range(3):  # what the page itself takes, however busy the machine is with other things
            if painted >= SOON:
                devtools.send("Network.clearBrowserCache")
                seen.open("/")
                painted = min(painted, seen.page.evaluate(PAINTED))
        sizes.clear()
        devtools.send("Network.emulateNetworkConditions", {**SLOW, "latency": 0, "downloadThroughput": -1})
        seen.page.goto("about:blank")
        seen.open("/")
        print(f"overview: first {first:.0f} bytes, again {sum(sizes):.0f} bytes, painted after {painted:.0f} ms")
        assert first <= FIRST_LOAD
        assert sum(sizes) <= RETURN
        assert painted < SOON
