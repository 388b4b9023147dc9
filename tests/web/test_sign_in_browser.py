"""Signing in in a real Chromium: passkeys by its virtual authenticator (Web Authentication, 11), and the end of a
session under an open page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.directory.tables import sessions
from tests.web.axe import violations
from tests.web.conftest import ON_SQLITE
from tests.web.stage import PASSWORD, Stage, address

pytestmark = [ON_SQLITE, pytest.mark.browser]
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Device:
    """A browser with an authenticator in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        self.id = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def verified(self, yes: bool) -> None:
        self.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


@pytest.fixture
def device(browser: Browser) -> Iterator[Device]:
    complaints: list[str] = []
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Brussels")
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    yield Device(page)
    context.close()
    expected = ("a status of 4", "Clear-Site-Data header")  # a page of errors, and what signing out is to do
    assert not [said for said in complaints if not any(words in said for words in expected)], complaints


def sign_out(page: Page) -> None:
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")  # and not on the way there any more


def with_password(stage: Stage, page: Page, leads_to: str = "/", who: str = address("SI")) -> None:
    page.goto(f"{stage.url}/sign-in?again=1")
    page.locator("#login").fill(who)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stage.url}{leads_to}")


def test_a_passkey_is_made_signs_in_alone_and_is_removed(set_stage, device: Device):
    stage, page = set_stage(name="localhost"), device.page
    with_password(stage, page)
    page.goto(f"{stage.url}/account")
    page.get_by_label("What to call it").fill("Office laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert [one["rpId"] for one in device.credentials] == ["localhost"]
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("main")).to_contain_text("Office laptop")

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{stage.url}/")
    page.goto(f"{stage.url}/account")
    expect(page.locator("main")).to_contain_text("by passkey")
    expect(page.locator("main")).to_contain_text("last used")

    # After a password the passkey is the second step; the code of an app was never set up.
    sign_out(page)
    with_password(stage, page, "/sign-in/second")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{stage.url}/")

    page.goto(f"{stage.url}/account")
    page.get_by_role("button", name="Remove the passkey Office laptop").click()
    expect(page.get_by_role("status").first).to_contain_text("The passkey is removed.")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".summary")).to_contain_text("This passkey was not accepted.")


def test_a_passkey_that_is_not_unlocked_or_answers_an_old_question_signs_nobody_in(set_stage, device: Device):
    stage, page = set_stage(name="localhost"), device.page
    with_password(stage, page)
    page.goto(f"{stage.url}/account")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    sign_out(page)
    device.verified(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("form[data-passkey] .fault")).to_contain_text("Nothing was signed.")
    device.verified(True)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if "/passkey" in request.url else None)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{stage.url}/")
    sign_out(page)
    old = next(body for body in sent if "credential=%7B" in body)
    page.goto(f"{stage.url}/sign-in")
    csrf = page.locator("form[data-passkey] [name=csrf]").input_value()
    answer = page.request.post(
        f"{stage.url}/sign-in/passkey", data=f"csrf={csrf}&" + old.partition("&")[2],
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status == 422
    assert page.request.get(f"{stage.url}/v1/me").status == 401


def ends_in(stage: Stage, minutes: int) -> None:
    db = Database(stage.hub.database_url, 1)
    with db.write() as conn:
        conn.execute(sessions.update().values(expires_at=wall() + timedelta(minutes=minutes)))
    db.close()


def test_a_sign_in_is_made_longer_under_an_open_page_that_keeps_its_text(stage: Stage, device: Device):
    page = device.page
    with_password(stage, page)
    bar = page.locator("#session-end")
    page.goto(f"{stage.url}/alerts/new")
    expect(bar).to_be_hidden()
    ends_in(stage, 4)
    page.reload()
    expect(bar).to_contain_text("Your sign-in ends at")
    page.get_by_label("Headline").fill("typed before the end")
    page.get_by_role("button", name="Stay signed in").click()
    expect(bar).to_be_hidden()
    expect(page.get_by_label("Headline")).to_have_value("typed before the end")
    page.goto(f"{stage.url}/account")
    expect(bar).to_be_hidden()


def test_setting_up_an_authenticator_app_is_a_page_without_faults(stage: Stage, device: Device):
    page = device.page
    with_password(stage, page)
    page.goto(f"{stage.url}/account")
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.locator(".scan svg")).to_be_visible()
    assert violations(page) == []
