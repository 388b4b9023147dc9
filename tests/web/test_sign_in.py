"""Signing in and out. A link in a mail may be opened by machines; only the button on its page signs in."""

import re

import httpx
import pytest

from tests.fixtures.mail import SmtpSink
from tests.web.conftest import ON_SQLITE
from tests.web.paper import Paper
from tests.web.stage import PASSWORD, address

pytestmark = ON_SQLITE


def ask_for_link(paper: Paper, email: str, at: str = "/sign-in"):
    return paper.press(paper.open(at), "Send me a link", email=email)


def link_in(sink: SmtpSink) -> str:
    found = re.search(r"http\S+/sign-in/\S+", sink.wait(1)[-1].part("text/plain"))
    assert found is not None
    return found[0]


def test_a_page_asks_for_sign_in_and_comes_back_to_itself(stage, stranger):
    page = stranger(stage).open("/alerts")
    assert page.path == "/sign-in"
    paper = stranger(stage)
    page = paper.press(paper.open("/alerts"), "Sign in with password", email=address("SI"), password=PASSWORD)
    assert page.path == "/alerts"


def test_a_mailed_link_signs_in_by_its_button_and_once(set_stage, smtp_sink, stranger):
    stage = set_stage(smtp_url=smtp_sink.url)
    paper = stranger(stage)
    assert ask_for_link(paper, address("SI").upper(), "/sign-in?next=/alerts").status == 200
    url = link_in(smtp_sink)
    for _ in range(3):  # what a scanner does
        assert stranger(stage).open(url).status == 200
    page = paper.press(paper.open(url), "Sign in")
    assert page.path == "/alerts"
    assert "Slovenia" in page.words
    again = stranger(stage)
    page = again.press(again.open(url), "Sign in")
    assert page.status == 422
    assert "used already or is too old" in page.words


def test_an_unknown_address_gets_the_same_answer_and_no_mail(set_stage, smtp_sink, stranger):
    stage = set_stage(smtp_url=smtp_sink.url)
    known = ask_for_link(stranger(stage), address("SI"))
    unknown = ask_for_link(stranger(stage), "nobody@nowhere.example")
    assert known.words.replace(address("SI"), "X") == unknown.words.replace("nobody@nowhere.example", "X")
    assert known.status == unknown.status
    smtp_sink.wait(1)
    assert [letter.rcpt_tos for letter in smtp_sink.messages] == [(address("SI"),)]


def test_a_wrong_password_and_an_unknown_address_read_alike(stage, stranger):
    texts = []
    for email in (address("SI"), "nobody@nowhere.example"):
        paper = stranger(stage)
        page = paper.press(paper.open("/sign-in"), "Sign in with password", email=email, password="wrong " * 4)
        assert page.status == 422
        assert page.title.startswith("Error:")
        texts.append(page.words)
    assert texts[0] == texts[1]


def test_the_session_is_a_new_one_at_each_sign_in_and_ends_at_sign_out(stage, stranger):
    paper = stranger(stage).sign_in("SI")
    first = paper.client.cookies["routehub"]
    page = paper.press(paper.open("/"), "Sign out")
    assert page.path == "/sign-in"
    old = stranger(stage)
    old.client.cookies.set("routehub", first)
    assert old.open("/").path == "/sign-in"
    assert paper.sign_in("SI").client.cookies["routehub"] != first


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(stage, stranger):
    paper = stranger(stage)
    page = paper.open("/sign-in")
    form = page.form("Sign in with password").fields | {"email": [address("SI")], "password": [PASSWORD]}
    answer = paper.client.post("/sign-in/with-password", data=form, follow_redirects=False)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("routehub="))
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Path=/" in cookie


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_sign_in_never_leads_to_another_site(stage, stranger, elsewhere):
    paper = stranger(stage)
    page = paper.press(
        paper.open("/sign-in"), "Sign in with password", email=address("SI"), password=PASSWORD, next=elsewhere
    )
    assert page.path == "/"
    assert str(page.answer.url).startswith(stage.url)


def test_own_sessions_can_be_seen_and_ended(stage, stranger):
    here, elsewhere = stranger(stage).sign_in("SI"), stranger(stage).sign_in("SI")
    page = here.open("/account")
    assert "this one" in page.words
    here.press(page, "End all others")
    assert elsewhere.open("/").path == "/sign-in"
    assert here.open("/").path == "/"


def test_a_form_from_another_site_is_refused(stage, stranger):
    paper = stranger(stage).sign_in("SI")
    form = paper.open("/").form("Sign out").fields
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert paper.send("/sign-out", form, **headers).status == 403
    answer = paper.client.post("/sign-out", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert paper.client.post("/sign-out", data={"csrf": "guess"}).status_code == 403
    assert paper.open("/").path == "/"


def test_sign_in_needs_the_cookie_of_its_own_form(stage, stranger):
    form = stranger(stage).open("/sign-in").form("Sign in with password").fields
    answer = httpx.post(
        f"{stage.url}/sign-in/with-password", data=form | {"email": [address("SI")], "password": [PASSWORD]},
        trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 403
    assert "routehub" not in answer.cookies


def test_tabs_that_a_browser_opened_at_once_each_sign_in(stage, stranger):
    tab = stranger(stage)
    first = tab.open("/sign-in")
    tab.client.cookies.clear()  # asked for beside the first, so without its cookie
    tab.open("/sign-in")
    fields = first.form("Sign in with password").fields | {"email": [address("SI")], "password": [PASSWORD]}
    silent = tab.client.post("/sign-in/with-password", data=fields, headers={"Accept": "text/html"})
    assert silent.status_code == 403, "a browser that vouches for nothing"
    signed_in = tab.send("/sign-in/with-password", fields)
    assert (signed_in.status, signed_in.path) == (200, "/"), signed_in.words


def test_a_password_is_changed_by_who_knows_the_one_before(stage, stranger):
    paper = stranger(stage)
    paper.press(paper.open("/sign-in"), "Sign in with password", email=address("SI"), password=PASSWORD)
    settings = paper.open("/account")
    page = paper.press(settings, "Change password", before="not the one at all", password="seven green lanterns")
    assert page.status == 422
    assert "This is not your present password." in page.words
    page = paper.press(page, "Change password", before=PASSWORD, password="short")
    assert page.status == 422
    page = paper.press(page, "Change password", before=PASSWORD, password="seven green lanterns")
    assert "Your password is set." in page.words
    other = stranger(stage)
    form = other.open("/sign-in")
    assert other.press(form, "Sign in with password", email=address("SI"), password=PASSWORD).status == 422
    done = other.press(form, "Sign in with password", email=address("SI"), password="seven green lanterns")
    assert done.path == "/"
