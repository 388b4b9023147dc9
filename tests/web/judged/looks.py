"""Judging what a browser shows: by axe in both themes, wide and narrow, and whether anything scrolls sideways."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.fixtures.sizes import sized
from tests.web.axe import OF_COLOURS, violations
from tests.web.judged.sample import Sample

DESK, PHONE = (1440, 900), (390, 844)
WAYS = ((DESK, "light"), (DESK, "dark"), (PHONE, "dark"), (PHONE, "light"))
WIDTHS = (320, 360, 720, 1280, 1440)
EXPECTED = re.compile("a status of 4|registration blocked by Playwright")
"""A form that is refused, and the service worker that is held off so that every page comes from the hub."""
FULL = bool(sized(0, 1))
SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return '';
  const far = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > wide + 1
    && !one.closest('.scroll, .vh, [hidden]'));
  return far.slice(0, 3).map(one => one.outerHTML.slice(0, 90)).join(' | ') || 'the page itself';
}"""


TO_THE_END = "() => window.scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})"
"""A bar that stays at the edge of the window lies over whatever is scrolled beneath it. Here it is at its own place."""


class Eyes:
    """One person's browser. What the browser complains about, and requests that leave the hub, are collected."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.wrong: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda fault: self.wrong.append(f"{page.url}: {fault}"))
        page.on("request", self._asked)

    def _said(self, message: object) -> None:
        text = getattr(message, "text", "")
        if getattr(message, "type", "") in ("error", "warning") and not EXPECTED.search(text):
            self.wrong.append(f"{self.page.url}: the browser says {text}")

    def _asked(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.home, "data:", "blob:")):
            self.wrong.append(f"{self.page.url} asks {url}")

    def open(self, address: str) -> None:
        self.page.goto(f"{self.home}{address}")

    def size(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def theme(self, name: str) -> None:
        self.page.emulate_media(color_scheme=name)  # type: ignore[arg-type]

    def judge(self, what: str, turn: int = 0) -> None:
        """What stands on the page now, in both themes, without loading it again. At full size every rule in each of
        four ways of looking; in a test run on a desk or a phone by turns, as all pages share their frame and style."""
        ways = WAYS if FULL else WAYS[2 * (turn % 2) :][:2]
        for number, (size, theme) in enumerate(ways):
            self.size(*size)
            self.theme(theme)
            self.page.evaluate(TO_THE_END)
            rules = () if FULL or number == 0 else OF_COLOURS
            self.wrong += [f"{what}, {theme}, {size[0]}: {words}" for words in violations(self.page, *rules)]
        for width in WIDTHS if FULL else (320, 1280):
            self.size(width, 900)
            if far := self.page.evaluate(SIDEWAYS):
                self.wrong.append(f"{what} scrolls sideways at {width}: {far}")


@contextmanager
def eyes(browser: Browser, sample: Sample, who: str = "", locale: str = "en-GB") -> Iterator[Eyes]:
    """A browser of a person by ``PEOPLE``, or of a stranger. It keeps nothing on its device."""
    context = browser.new_context(
        locale=locale, timezone_id="Europe/Brussels", reduced_motion="reduce", service_workers="block"
    )
    if who:
        context.add_cookies([sample.cookie(who)])  # type: ignore[list-item]
    try:
        yield Eyes(context.new_page(), sample.url)
    finally:
        context.close()
