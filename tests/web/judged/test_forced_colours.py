"""With the system's own few colours (Windows' contrast themes): what is chosen, focused, marked or drawn can still be
told apart, on the main pages (UX 11.12)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.judged.looks import DESK, Eyes, eyes
from tests.web.judged.sample import Sample

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whoever comes first builds the sample
PAGES = (
    "/", "/parties/MK", "/legs/HR-SI", "/replay", "/alerts", "/alerts/new", "/forecast", "/measures", "/requests",
    "/commitments", "/conference", "/figures", "/settings", "/help/glossary",
)  # fmt: skip
DRAWN = """() => {
  // By which colour each part of a drawing is told, and the least contrast of graphics (WCAG 1.4.11).
  const told = { '.route .box': 'stroke', '.route .fill': 'stroke', '.route .track': 'stroke', '.flow .line': 'stroke',
    '.flow .head': 'fill', '.flow .band': 'stroke', '.route text:not(.said)': 'fill', '.bar .track': 'stroke',
    '.severity .f': 'fill', '.spark polyline': 'stroke', '.graph polyline': 'stroke', '.graph text': 'fill',
    '.burn-up polyline': 'stroke', '.dots .arrived': 'backgroundColor', '.days .share': 'stroke' };
  const parts = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const found = new Set();
  for (const [selector, property] of Object.entries(told))
    for (const one of document.querySelectorAll(`main ${selector}`)) {
      const colour = getComputedStyle(one)[property];
      const said = parts(colour).length < 3 ? ground : light(colour);
      const contrast = (Math.max(said, ground) + 0.05) / (Math.min(said, ground) + 0.05);
      if (contrast < 3 && one.getClientRects().length) found.add(`${selector} ${property} ${colour}`);
    }
  return [...found];
}"""
MARKED = """() => {
  const style = (one) => getComputedStyle(one);
  const wrong = [];
  const here = document.querySelector('.nav [aria-current]');
  const there = document.querySelector('.nav a:not([aria-current])');
  if (here && style(here).borderBottomColor === style(there).borderBottomColor) wrong.push('the navigation');
  for (const one of document.querySelectorAll('main .chip, main .word, .band, .badge'))
    if (one.getClientRects().length && parseFloat(style(one).borderTopWidth) < 1)
      wrong.push(`no edge: ${one.outerHTML}`);
  for (const one of document.querySelectorAll('.choice:has(:checked)')) {
    const other = one.parentElement.querySelector('.choice:not(:has(:checked))');
    const edges = other && parseFloat(style(other).borderTopWidth) > 0;  // else the round mark itself is all there is
    if (edges && style(one).borderTopWidth === style(other).borderTopWidth) wrong.push(`chosen: ${one.innerText}`);
  }
  const first = document.querySelector('main .button.primary');
  const usual = document.querySelector('main .button:not(.primary)');
  if (first && usual && style(first).backgroundColor === style(usual).backgroundColor) wrong.push('the main button');
  return wrong;
}"""
FOCUS = """() => {
  const at = document.activeElement, box = at.querySelector?.(':scope > .box');
  if (at === document.body) return null;
  const seen = box ? parseFloat(getComputedStyle(box).strokeWidth) >= 5
    : getComputedStyle(at).outlineStyle !== 'none' && parseFloat(getComputedStyle(at).outlineWidth) >= 2;
  return seen ? '' : at.outerHTML.slice(0, 120);
}"""


@pytest.fixture(params=["light", "dark"])
def forced(browser: Browser, sample: Sample, request: pytest.FixtureRequest) -> Iterator[Eyes]:
    with eyes(browser, sample, "SI") as seen:
        seen.size(*DESK)
        seen.page.emulate_media(forced_colors="active", color_scheme=request.param)
        yield seen
        assert seen.wrong == []


def test_what_is_chosen_marked_or_drawn_can_be_told_apart(forced: Eyes):
    wrong = []
    for path in PAGES:
        forced.open(path)
        assert forced.page.evaluate("() => matchMedia('(forced-colors: active)').matches")
        wrong += [f"{path}: {words}" for script in (DRAWN, MARKED) for words in forced.page.evaluate(script)]
    assert not wrong, "\n".join(wrong)


def test_every_stop_of_the_tab_key_is_seen(forced: Eyes):
    hidden = []
    for path, stops in (("/", 60), ("/alerts/new", 20), ("/figures", 20)):
        forced.open(path)
        for _ in range(stops):
            forced.page.keyboard.press("Tab")
            if said := forced.page.evaluate(FOCUS):
                hidden.append(f"{path}: {said}")
    assert not hidden, "\n".join(hidden)
