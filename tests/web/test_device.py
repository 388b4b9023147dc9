"""The figures form and what a device keeps, in a real browser: keys, bad connections, two at once, live lists."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.fixtures.databases import sqlite_url
from tests.fixtures.waiting import wait_for
from tests.web.conftest import PEOPLE, SYSTEMS
from tests.web.server import Served
from tests.web.stage import PASSWORD, Stage, address, arrivals, departures, furnish

pytestmark = pytest.mark.browser

QUIET = re.compile(
    r"Failed to load resource: .*(status of 4|net::ERR_)|^htmx:(afterRequest|sendError)|Response Status Error"
    r"|^An unknown error occurred when fetching the script"
    r"|^Autofocus processing was blocked because a document already has a focused element"
)
"""What a browser reports that lost its network, or was refused a form: that is what these tests are about. And that it
need not set the focus, since the page has done so: which of them is first is chance; tests look where the focus is."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Stage]:
    """One hub for the module: each test has a day of its own."""
    folder = tmp_path_factory.mktemp("device")
    shutil.copyfile(migrated_sqlite, folder / "hub.sqlite")
    url = sqlite_url(folder / "hub.sqlite")
    keys = furnish(url, PEOPLE, systems=SYSTEMS)
    found = Stage(Served(folder, url).start(), keys)
    yield found
    found.hub.stop()


@pytest.fixture(scope="module")
def signed_in(stage: Stage, browser: Browser) -> Callable[[str], Any]:
    """The cookies of a party's person, who signed in once."""
    known: dict[str, Any] = {}

    def state(party: str) -> Any:
        if party not in known:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{stage.url}/sign-in")
            page.locator("#login").fill(address(party, PEOPLE[party]))
            page.locator("#password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{stage.url}/")
            known[party] = context.storage_state()
            context.close()
        return known[party]

    return state


@pytest.fixture
def open_page(browser: Browser, stage: Stage, signed_in: Callable[[str], Any]) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(party: str, path: str) -> Page:
        context = browser.new_context(
            locale="en-GB", timezone_id="Europe/Brussels", viewport={"width": 1440, "height": 900},
            storage_state=signed_in(party),
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.goto(f"{stage.url}{path}")
        return page

    yield make
    for context in contexts:
        context.close()
    assert not [said for said in complaints if not QUIET.search(said)]


@pytest.fixture
def day(stage: Stage, request: pytest.FixtureRequest) -> date:
    """A day that no other test posts for, with three days before it on record."""
    known = [item.name for item in request.session.items if item.fspath == request.node.fspath]
    found = stage.today("SI") - timedelta(days=4 * known.index(request.node.name) + 8)
    for back in (3, 2, 1):
        stage.report(
            "SI", found - timedelta(days=back), arrivals(1350 + back, "HR"), departures(1290 + back, "AT"),
            {"indicator": "asylum_applications", "value": 14}, {"indicator": "present", "value": 5890 - back},
            {"indicator": "places", "value": 6400}, {"indicator": "occupied", "value": 5700 + back},
        )  # fmt: skip
    return found


def form(day: date) -> str:
    return f"/figures/SI/{day}"


def reports(stage: Stage, day: date) -> list[dict[str, Any]]:
    return [
        message["data"] for message in stage.messages("SI")
        if message["type"] == "routehub.report.v1" and message["data"]["day"] == day.isoformat()
    ]  # fmt: skip


def press(page: Page, *keys: str) -> int:
    """Each key as a person presses it; digits of a number one by one."""
    strokes = [stroke for key in keys for stroke in (key if key.isdigit() else [key])]
    for stroke in strokes:
        page.keyboard.press(stroke)
    return len(strokes)


def posted(page: Page) -> None:
    expect(page.get_by_role("heading", name="Figures posted")).to_be_visible()
    expect(page.locator("main [autofocus]")).to_be_focused()


def fill(page: Page) -> None:
    expect(page.get_by_label("Entered from Croatia")).to_be_focused()
    press(page, "1362", "ArrowDown", "1310", "ArrowDown", "=", "5899", "ArrowDown", "5710")


def cut(page: Page, day: date, lose: Callable[[Route], None]) -> None:
    """What becomes of the posts of a day's form on their way."""
    page.context.route(
        f"**{form(day)}", lambda route: lose(route) if route.request.method == "POST" else route.fallback()
    )


def test_a_normal_day_of_six_figures_takes_at_most_25_keys(stage, open_page, day):
    page = open_page("SI", form(day))
    expect(page.get_by_label("Entered from Croatia")).to_be_focused()
    pressed = press(page, "1362", "ArrowDown", "1310", "ArrowDown", "=", "=", "5710", "Enter")
    posted(page)
    assert pressed <= 25, pressed
    (report,) = reports(stage, day)
    assert {f["indicator"]: f["value"] for f in report["figures"]} == {
        "arrivals": 1362, "departures": 1310, "asylum_applications": 14, "present": 5889, "occupied": 5710,
        "places": 6400,
    }  # fmt: skip
    assert [f["indicator"] for f in report["figures"] if f.get("carried_over")] == ["asylum_applications", "present"]


def test_a_number_is_read_in_the_page_as_in_the_hub(open_page, day):
    page = open_page("SI", form(day))
    field = page.get_by_label("Entered from Croatia")
    for text in ("1902", "1 902", "1,902", "1.902", "1\u202f902"):
        field.fill(text)
        field.blur()
        expect(field).to_have_value("1\u202f902")
        expect(page.locator(".figure.odd")).to_contain_text("551 more than the day before (+41%)")
    for text in ("1.9", "-5", "1e3", "12x", "1,90", "1 902,5"):
        field.fill(text)
        field.blur()
        expect(field).to_have_value(text)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".figure.bad .remark")).to_have_text(
            "Entered from Croatia must be a whole number, like 1\u202f351"
        )


def test_copied_figures_are_marked_until_somebody_counts(stage, open_page, day):
    page = open_page("SI", form(day))
    page.get_by_label("Left for Austria").fill("1310")
    page.get_by_role("button", name="Copy the day before").click()
    expect(page.locator(".figure.carried")).to_have_count(4)
    page.get_by_label("Entered from Croatia").fill("1362")
    expect(page.locator(".figure.carried")).to_have_count(3)
    page.get_by_role("button", name="Post figures").last.click()
    posted(page)
    (report,) = reports(stage, day)
    carried = {f["indicator"] for f in report["figures"] if f.get("carried_over")}
    assert carried == {"asylum_applications", "present", "occupied"}


def test_what_is_posted_without_a_network_is_sent_once_when_it_is_back(stage, open_page, day):
    page = open_page("SI", form(day))
    page.context.set_offline(True)
    fill(page)
    press(page, "Enter")
    saved = page.locator("#saved")
    expect(saved).to_contain_text("Saved on this device")
    expect(saved).to_be_focused()
    expect(page.locator("#waiting")).to_contain_text("1 item waiting")
    expect(page.locator("#device")).to_contain_text("You are offline.")
    assert not reports(stage, day)
    page.context.set_offline(False)
    posted(page)
    expect(page.locator("#waiting")).to_be_hidden()
    assert len(reports(stage, day)) == 1


def test_a_lost_answer_posts_once(stage, open_page, day):
    page = open_page("SI", form(day))

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)  # the hub has it
        route.abort()

    cut(page, day, lose)
    fill(page)
    press(page, "Enter")
    expect(page.locator("#saved")).to_be_visible()
    assert len(reports(stage, day)) == 1
    page.context.unroute_all()
    page.locator("#saved").get_by_role("button", name="Try now").click()
    posted(page)
    assert len(reports(stage, day)) == 1


def test_the_overview_the_form_and_the_outbox_open_without_a_network(stage, open_page, day):
    page = open_page("SI", "/")
    kept = "async () => (await (await caches.open('routehub-pages')).keys()).map(key => new URL(key.url).pathname)"
    wanted = {"/", "/outbox", f"/figures/SI/{stage.today('SI')}"}
    wait_for(lambda: wanted <= set(page.evaluate(kept)), 15, "the pages that the device keeps")
    page.context.set_offline(True)
    page.goto(f"{stage.url}/")
    expect(page.locator("#device")).to_contain_text(
        re.compile("You are offline. This page was saved at [0-9]{2}:[0-9]{2}")
    )
    expect(page.get_by_role("heading", name="Who has reported")).to_be_visible()
    page.goto(f"{stage.url}/figures")
    page.get_by_label("Entered from Croatia").fill("1362")
    expect(page.locator("#drafted")).to_have_text("Draft saved on this device")
    page.goto(f"{stage.url}/outbox")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    page.goto(f"{stage.url}/people")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    page.goto(f"{stage.url}/figures")
    expect(page.get_by_label("Entered from Croatia")).to_have_value("1362")
    expect(page.locator("#drafted")).to_contain_text("is back")
    page.context.set_offline(False)


def test_nothing_that_may_say_what_is_red_is_kept(stage, open_page):
    stage.alert("GR", "A canary that sings", severity="Severe", audience=["RS"], tlp="RED")
    page = open_page("RS", "/alerts")
    expect(page.get_by_role("link", name="A canary that sings", exact=True)).to_be_visible()
    kept = """async () => { const all = await (await caches.open('routehub-pages')).matchAll();
        return await Promise.all(all.map(async (one) => [one.url, await one.text()])); }"""
    wait_for(lambda: len(page.evaluate(kept)) == 2, 15, "the outbox and the form of the day to be kept")
    page.goto(f"{stage.url}/")
    page.goto(f"{stage.url}/outbox")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert not [address for address, text in page.evaluate(kept) if "canary" in text]


def test_what_was_posted_meanwhile_is_shown_beside_what_waited(stage, open_page, day):
    page = open_page("SI", form(day))
    cut(page, day, lambda route: route.abort())
    fill(page)
    press(page, "Enter")
    expect(page.locator("#saved")).to_be_visible()
    stage.report("SI", day, arrivals(1340, "HR"), departures(1310, "AT"))
    page.context.unroute_all()
    page.goto(f"{stage.url}/outbox")
    expect(page.locator("#outbox-attention")).to_contain_text("Your figures were not posted")
    page.locator("#outbox-attention").get_by_role("button", name="Open").click()
    row = page.locator(".versions tr", has_text="Entered from Croatia")
    expect(row).to_have_text(re.compile(r"1\u202f340\s*1\u202f362"))
    expect(page.locator(".versions tr", has_text="Left for Austria")).not_to_contain_text("differs")
    page.get_by_label("Why yours are right").fill("The later count")
    page.get_by_role("button", name="Post mine as a correction").click()
    posted(page)
    expect(page.locator("#waiting")).to_be_hidden()
    assert [r["figures"][0]["value"] for r in reports(stage, day)] == [1340, 1362]


def test_a_session_that_ends_and_a_tab_that_closes_lose_nothing(stage, open_page, day):
    page = open_page("SI", form(day))
    fill(page)
    page.locator("#comment").fill("Fog at the crossing")
    expect(page.locator("#drafted")).to_have_text("Draft saved on this device")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Post figures").last.click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.locator(".kept")).to_contain_text("Fog at the crossing")
    page.close()
    again = page.context.new_page()
    page.context.add_cookies(cookies)  # signed in again
    again.goto(f"{stage.url}{form(day)}")
    expect(again.locator("#comment")).to_have_value("Fog at the crossing")
    expect(again.get_by_label("Entered from Croatia")).to_have_value("1\u202f362")
    again.get_by_role("button", name="Post figures").last.click()
    posted(again)
    again.goto(f"{stage.url}{form(day)}")
    expect(again.locator("#comment")).to_have_value("")  # what was posted is no draft any more


def test_a_form_waits_for_a_hub_that_starts_again(stage, open_page, day):
    page = open_page("SI", form(day))
    hub = stage.hub
    hub.stop()
    fill(page)
    press(page, "Enter")
    expect(page.locator("#saved")).to_be_visible()
    stage.hub = Served(Path(hub.hub.settings.data_dir), hub.database_url, port=str(hub.port)).start()
    page.locator("#saved").get_by_role("button", name="Try now").click()
    posted(page)
    assert len(reports(stage, day)) == 1


def test_signing_out_removes_the_pages_and_another_person_sees_no_outbox(stage, open_page, signed_in, day):
    page = open_page("SI", form(day))
    cut(page, day, lambda route: route.abort())
    fill(page)
    press(page, "Enter")
    expect(page.locator("#waiting")).to_contain_text("1 item waiting")
    page.context.unroute_all()
    page.context.clear_cookies()
    page.goto(f"{stage.url}/sign-in")
    wait_for(lambda: not page.evaluate("caches.has('routehub-pages')"), 10, "the kept pages to go")
    page.context.add_cookies(signed_in("HR")["cookies"])
    page.goto(f"{stage.url}/outbox")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    expect(page.locator("#waiting")).to_be_hidden()
    assert not reports(stage, day)


def test_what_waits_is_not_sent_in_the_name_of_who_signed_in_meanwhile(stage, open_page, signed_in, day):
    page = open_page("SI", form(day))
    cut(page, day, lambda route: route.abort())
    fill(page)
    press(page, "Enter")
    expect(page.locator("#waiting")).to_contain_text("1 item waiting")
    page.context.unroute_all()
    page.context.clear_cookies()
    page.context.add_cookies(signed_in("HR")["cookies"])  # on another page of this browser
    page.locator("#saved").get_by_role("button", name="Try now").click()
    held = "routehubStore.all('outbox').then((items) => items.map((one) => `${one.state}: ${one.said}`).join())"
    wait_for(lambda: page.evaluate(held) == "waiting: Sign in again to send it.", 10, "the hub's answer")
    assert not reports(stage, day)


def test_keys_lead_to_pages_but_not_while_somebody_types(stage, open_page):
    page = open_page("HR", "/")
    press(page, "g", "a")
    page.wait_for_url(f"{stage.url}/alerts")
    press(page, "?")
    page.wait_for_url(f"{stage.url}/keyboard")
    page.get_by_role("button", name="Turn the keys off").click()
    press(page, "p")
    expect(page.locator("#keys-state")).to_have_text("The keys are off on this device.")
    page.get_by_role("button", name="Turn the keys on").click()
    page.locator("body").press("a")
    page.wait_for_url(f"{stage.url}/alerts/new")
    page.get_by_label("Headline").press_sequentially("pag?")
    expect(page.get_by_label("Headline")).to_have_value("pag?")


def test_k_goes_to_the_button_and_enter_acknowledges(stage, open_page):
    ref = stage.alert("SI", "Dobova nearly full")
    page = open_page("HR", f"/alerts/{ref}")
    press(page, "k")
    expect(page.get_by_role("button", name="Acknowledge for Croatia")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Acknowledged for Croatia.")).to_be_visible()
    expect(page.locator(".posted")).to_be_focused()


def test_a_list_waits_under_the_pointer_and_numbers_change_in_place(stage, open_page):
    stage.alert("SI", "First of all")
    page = open_page("RS", "/alerts")
    expect(page.locator("#connection")).to_contain_text("Up to date")
    part = page.locator("main [data-live]").first
    part.hover()
    stage.alert("SI", "One more of them")
    news = part.locator(".news button")
    expect(news).to_be_visible(timeout=10_000)
    expect(part).not_to_contain_text("One more of them")
    news.click()
    expect(page.locator("main [data-live]").first).to_contain_text("One more of them")
