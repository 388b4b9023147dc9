"""Every page that the sample leads to, in a real browser: no fault that axe knows, nothing sideways, no complaint of
the browser, no request to another host (UX 14: A1, A2, A22)."""

import pytest
from playwright.sync_api import Browser

from tests.web.judged.looks import eyes
from tests.web.judged.pages import patterns
from tests.web.judged.sample import Sample

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whoever comes first builds the sample
PARTS = 2
"""Tests that share the pages, so that two processes can."""
NO_PAGE_OF_THEIR_OWN = {
    "/sign-in/second": "needs somebody on the way in: tests/web/test_second_step.py",
    "/sign-in/provider": "leads on to the provider",
    "/sign-in/provider/back": "leads on to the first page, or to an error page",
    "/offline": "what a device shows by itself: tests/web/test_device.py",
    "/figures/{party}/{day}/posted/{ref}": "what a form answers: test_states",
    "/routes/{route}": "the overview again",
}


def test_every_page_is_reached_by_a_link_or_named_here(sample: Sample):
    known = {pattern.path for pattern in patterns(sample.hub.app)}
    assert known - sample.reached - set(NO_PAGE_OF_THEIR_OWN) == set(), "link to it, or name it in pages.by_hand"
    assert set(NO_PAGE_OF_THEIR_OWN) - known == set(), "gone"
    assert sample.dead == []


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_holds_in_both_themes_and_at_every_width(sample: Sample, browser: Browser, part: int):
    wrong: list[str] = []
    mine = sample.pages[part::PARTS]
    for who in sorted({page.who for page in mine}):
        with eyes(browser, sample, who) as seen:
            for turn, one in enumerate(page for page in mine if page.who == who):
                seen.open(one.address)
                seen.judge(f"{one.address} ({who or 'nobody'})", turn)
            wrong += seen.wrong
    assert not wrong, "\n".join(wrong)
