"""The second step of signing in, set up and taken by a browser without scripts."""

import re
from datetime import datetime, timedelta

import pytest

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.directory import codes
from routehub.directory.tables import code_secrets, sessions
from tests.fixtures.mail import Letter, SmtpSink
from tests.fixtures.waiting import wait_for
from tests.web.conftest import ON_SQLITE
from tests.web.paper import Page, Paper
from tests.web.stage import PASSWORD, Stage, address
from tests.web.test_sign_in import ask_for_link

pytestmark = ON_SQLITE


@pytest.fixture
def strict(set_stage, smtp_sink: SmtpSink) -> Stage:
    """A hub as it comes: a password counts only together with a second step."""
    made: Stage = set_stage(smtp_url=smtp_sink.url, second_factor="passwords")
    return made


def links(sink: SmtpSink) -> list[Letter]:
    return [letter for letter in sink.messages if letter.subject == "Sign in to Routehub"]


def by_link(stage: Stage, sink: SmtpSink, paper: Paper, at: str = "/sign-in") -> Page:
    before = len(links(sink))
    ask_for_link(paper, address("SI"), at)
    wait_for(lambda: len(links(sink)) > before, 10, "the mail with the link")
    url = re.search(r"http\S+/sign-in/\S+", links(sink)[-1].part("text/plain"))
    assert url
    return paper.press(paper.open(url[0]), "Sign in")


def code_now(page: Page) -> str:
    secret = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page.answer.text)
    assert secret, page.words
    return code_of(secret[1].replace(" ", ""), wall())


def code_of(secret: str, at: datetime, ahead: int = 0) -> str:
    """ahead: half a minute later than the one before, as each code counts once. Never behind: half a minute may end
    before the hub looks at it, and a code two steps behind counts no more."""
    return codes.code_at(secret, int(at.timestamp()) // 30 + ahead)


def newest_secret(stage: Stage) -> str:
    db = Database(stage.hub.database_url, 1)
    try:
        row = db.read_sync(lambda conn: conn.execute(code_secrets.select()).first())
        assert row is not None
        return stage.hub.hub.vault.open(row.secret, row.person)
    finally:
        db.close()


def set_up(paper: Paper) -> list[str]:
    """An authenticator app on the account page; answers the recovery codes."""
    page = paper.press(paper.open("/account"), "Set up an authenticator app")
    wrong = paper.press(page, "Turn on", code="000000")
    assert wrong.status == 422
    assert wrong.title.startswith("Error:")
    done = paper.press(wrong, "Turn on", code=code_now(wrong))
    assert "Your second step is set up." in done.words, done.words
    return re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", done.answer.text)


def test_a_password_alone_is_not_enough_until_a_second_step_is_set_up(strict, smtp_sink, stranger):
    paper = stranger(strict)
    page = paper.press(paper.open("/sign-in"), "Sign in with password", email=address("SI"), password=PASSWORD)
    assert page.status == 422
    assert "A password alone is not enough here." in page.words
    assert by_link(strict, smtp_sink, paper, "/sign-in?next=/alerts").path == "/alerts"
    recovery = set_up(paper)
    assert len(recovery) == 10

    other = stranger(strict)
    page = other.press(other.open("/sign-in?next=/alerts"), "Sign in with password", email=address("SI"),
                       password=PASSWORD)  # fmt: skip
    assert page.path == "/sign-in/second"
    assert other.open("/alerts").path == "/sign-in", "half of it opens nothing"
    page = other.press(page, "Go on", code="123456")
    assert page.status == 422
    assert "4 more tries" in page.words
    page = other.press(page, "Go on", code=code_of(newest_secret(strict), wall(), ahead=1))
    assert page.path == "/alerts"

    third = stranger(strict)
    page = by_link(strict, smtp_sink, third)
    assert page.path == "/sign-in/second"
    assert third.press(page, "Go on", code=recovery[0]).path == "/"
    told = wait_for(lambda: [one for one in smtp_sink.messages if "recovery code was used" in one.part("text/plain")])
    assert told[0].subject == "How you sign in to Routehub has changed"
    assert told[0].rcpt_tos == (address("SI"),)


def test_five_wrong_codes_ask_for_the_first_step_again(strict, smtp_sink, stranger):
    set_up_by = stranger(strict)
    by_link(strict, smtp_sink, set_up_by)
    set_up(set_up_by)
    paper = stranger(strict)
    page = paper.press(paper.open("/sign-in"), "Sign in with password", email=address("SI"), password=PASSWORD)
    for _ in range(4):
        page = paper.press(page, "Go on", code="123456")
        assert page.path == "/sign-in/second"
    page = paper.press(page, "Go on", code="123456")
    assert "Begin again" in page.words
    assert "Send me a link" in str(page.forms)
    assert paper.open("/sign-in/second").status == 422


def test_without_its_second_step_a_password_goes_too(strict, smtp_sink, stranger):
    paper = stranger(strict)
    by_link(strict, smtp_sink, paper)
    set_up(paper)
    assert "You have a password." in paper.open("/account").words
    page = paper.press(paper.open("/account"), "Remove the authenticator app")
    assert "counts no more" in page.words
    assert "Alone it is not enough." in page.words
    assert by_link(strict, smtp_sink, stranger(strict)).path == "/"


def test_an_old_sign_in_changes_nothing_about_signing_in(strict, smtp_sink, stranger):
    paper = stranger(strict)
    by_link(strict, smtp_sink, paper)
    fresh = paper.open("/account")
    db = Database(strict.hub.database_url, 1)
    with db.write() as conn:
        conn.execute(sessions.update().values(created_at=wall() - timedelta(hours=1)))
    db.close()
    page = paper.press(fresh, "Set up an authenticator app")
    assert page.status == 403
    assert "Sign in again" in page.words
    page = paper.open("/account")
    assert "To change how you sign in, sign in again" in page.words
    assert not [form for form in page.forms if "passkeys" in form.action or "codes" in form.action]


def test_a_hub_for_everyone_opens_nothing_before_a_second_step(set_stage, smtp_sink, stranger):
    stage = set_stage(smtp_url=smtp_sink.url, second_factor="everyone")
    paper = stranger(stage)
    page = by_link(stage, smtp_sink, paper)
    assert page.path == "/account"
    assert "This hub asks for two steps." in page.words
    assert paper.open("/alerts").path == "/account"
    answer = paper.client.get("/v1/me")
    assert (answer.status_code, answer.json()["type"]) == (403, "/docs/problems#second-step-needed")
    set_up(paper)
    assert paper.open("/alerts").path == "/alerts"
    assert paper.client.get("/v1/me").status_code == 200


def test_a_sign_in_is_made_longer_from_a_page_that_is_about_to_lose_it(stage, stranger):
    paper = stranger(stage).sign_in("SI")
    assert 'id="session-end"' in paper.open("/").answer.text
    soon = wall() + timedelta(minutes=4)
    db = Database(stage.hub.database_url, 1)
    with db.write() as conn:
        conn.execute(sessions.update().values(expires_at=soon))
    db.close()
    page = paper.open("/alerts")
    bar = page.answer.text.partition('id="session-end"')[2].partition(">")[0]
    assert "hidden" not in bar
    done = paper.press(page, "Stay signed in")
    assert "You stay signed in" in done.words
    assert datetime.fromisoformat(done.answer.headers["X-Session-Ends"]) > soon + timedelta(hours=11)
