"""States that only an act brings about, judged like the pages: errors, unusual figures, what was posted, refusals, a
cut network, a link from a mail (UX 5; UX 14: A1, A5, A6, A14)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.judged.letters import letters
from tests.web.judged.looks import PHONE, Eyes, eyes
from tests.web.judged.sample import Sample

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]  # whoever comes first builds the sample
FORMS = {
    "SI": (
        "/alerts/new", "/measures/new", "/movements/new", "/requests/new", "/offers/new", "/commitments/new",
        "/statements/new", "/notes/new", "/people/new", "/people/hand-over", "/figures",
    ),
    "EC": ("/conference/new", "/conference/series/new"),
}  # fmt: skip
"""Forms that are sent empty."""
EMPTY = """() => {
  const forms = [...document.querySelectorAll('main form[method=post]')];
  const form = forms.find(one => one.querySelector('.button.primary'));
  for (const field of form.querySelectorAll('input, textarea')) {
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = false;
    else if (field.type !== 'hidden') field.value = '';
  }
  for (const field of form.querySelectorAll('select')) field.selectedIndex = -1;
  const first = [...form.querySelectorAll('input[inputmode=numeric]')][0];
  if (first) first.value = '12x';
  form.noValidate = true;
  form.requestSubmit(form.querySelector('.button.primary'));
}"""


def send_empty(seen: Eyes, path: str) -> None:
    """The page's main form with nothing in it."""
    seen.open(path)
    seen.page.evaluate(EMPTY)
    expect(seen.page).to_have_title(re.compile("^Error: "))
    expect(seen.page.locator(".summary")).to_be_visible()
    assert seen.page.locator("[aria-invalid=true]").count() or seen.page.locator(".wrong").count(), path


@pytest.mark.parametrize("who", FORMS)
def test_every_form_says_what_is_wrong_in_a_page_without_faults(sample: Sample, browser: Browser, who: str):
    with eyes(browser, sample, who) as seen:
        for turn, path in enumerate(FORMS[who]):
            send_empty(seen, path)
            seen.judge(f"{path}, sent empty", turn)
        assert not seen.wrong, "\n".join(seen.wrong)


def test_figures_that_are_unusual_posted_and_corrected(sample: Sample, browser: Browser):
    with eyes(browser, sample, "SI") as seen:
        page = seen.page
        seen.open("/figures")
        fill(page, "4410")
        expect(page.get_by_role("alert")).to_contain_text("unusual figure")
        seen.judge("unusual figures")
        page.get_by_role("button", name="Keep and post").click()
        expect(page.get_by_role("heading", name="Figures posted")).to_be_visible()
        seen.judge("figures posted", 1)
        seen.open("/figures")
        seen.judge("the form, when figures are in", 1)
        seen.open(f"/figures/SI/{sample.now.date()}/history")
        seen.judge("what was posted", 0)
        assert not seen.wrong, "\n".join(seen.wrong)


def fill(page: Page, entered: str) -> None:
    """People who entered as given, people who left as usual, everything else as on the day before."""
    fields = page.locator("main input[inputmode=numeric]")
    fields.nth(0).fill(entered)
    fields.nth(1).fill("1121")
    for number in range(2, fields.count()):
        fields.nth(number).press("=")
    reason = page.get_by_label("Reason for the correction")  # where the test above has posted already
    if reason.count():
        reason.fill("A late train")
    page.locator("main p.row button.posting").last.click()


def test_refusals_in_words(sample: Sample, browser: Browser):
    with eyes(browser, sample, "SI") as seen:
        for turn, (path, words) in enumerate(
            {
                "/nowhere": "There is no such page",
                "/admin": "",
                "/conference/15/draft": "",
                "/alerts/A-2222": "",
            }.items()
        ):
            seen.open(path)
            expect(seen.page.locator("h1")).to_be_visible()
            assert words in seen.page.locator("main").inner_text()
            seen.judge(f"refused: {path}", turn)
        assert not seen.wrong, "\n".join(seen.wrong)


def test_a_form_without_a_network_is_saved_on_the_device(sample: Sample, browser: Browser):
    with eyes(browser, sample, "SI") as seen:
        seen.open("/figures")
        seen.page.context.set_offline(True)
        fill(seen.page, "1362")
        expect(seen.page.locator("#saved")).to_contain_text("Saved on this device")
        expect(seen.page.locator("#device")).to_be_visible()
        seen.judge("saved on this device")
        wrong = [words for words in seen.wrong if "ERR_INTERNET_DISCONNECTED" not in words and "htmx" not in words]
        assert not wrong, "\n".join(wrong)


def test_an_alert_is_acknowledged_from_a_message_on_a_phone_in_one_tap(sample: Sample, browser: Browser):
    links = {link for letter in letters(sample.folder) for link in letter.links if "/acknowledge/" in link}
    with eyes(browser, sample) as seen:
        for link in sorted(links):
            seen.size(*PHONE)
            seen.open(urlsplit(link).path)
            button = seen.page.locator("main button.big")
            if button.count():
                break
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= PHONE[1]
        seen.judge("the link of a mail", 1)
        seen.size(*PHONE)
        button.click()
        expect(seen.page.get_by_text("Acknowledged for ").first).to_be_visible()
        assert not seen.wrong, "\n".join(seen.wrong)
