"""Headers, and answers to what nobody should send."""

import httpx
import pytest

from tests.web.conftest import ON_SQLITE

pytestmark = ON_SQLITE

PAGES = [
    "/sign-in", "/", "/alerts", "/alerts/new", "/figures", "/conference", "/settings", "/keys", "/messages", "/nowhere",
]  # fmt: skip


def test_every_page_is_protected(stage, paper):
    slovenia = paper("SI")
    for path in PAGES:
        headers = slovenia.open(path).answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["cache-control"] == "no-store", path
        assert "server" not in headers or "uvicorn" in headers["server"], path


def test_pages_hold_no_script_no_style_and_no_other_host(stage, paper):
    slovenia = paper("SI")
    for path in PAGES:
        text = slovenia.open(path).answer.text
        assert "style=" not in text, path
        assert "<style" not in text, path
        assert "<script>" not in text, path
        assert " onclick" not in text, path
        assert "https://" not in text, path


def test_static_files_are_kept_by_their_content(stage, paper):
    page = paper("SI").open("/")
    at = page.answer.text.index("/static/routehub.css?v=")
    address = page.answer.text[at : page.answer.text.index('"', at)]
    answer = httpx.get(stage.url + address, trust_env=False)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert httpx.get(f"{stage.url}/static/routehub.css?v=old", trust_env=False).headers["cache-control"] == "no-cache"
    for name in ("nothing.css", "..%2fweb%2fanswers.py", "%2e%2e/answers.py"):
        assert httpx.get(f"{stage.url}/static/{name}", trust_env=False).status_code == 404


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [("application/json", b"{}", 415), ("multipart/form-data; boundary=x", b"--x--", 415),
     ("application/x-www-form-urlencoded", b"csrf=" + b"a" * 1_100_000, 413),
     ("application/x-www-form-urlencoded", b"csrf=%ff%fe", 400),
     ("application/x-www-form-urlencoded", b"a=1&" * 4000, 400)],
)  # fmt: skip
def test_bodies_that_are_no_form_are_refused_in_words(stage, paper, kind, body, status):
    slovenia = paper("SI")
    for path in ("/alerts/new", "/sign-out", f"/figures/SI/{stage.today('SI')}"):
        answer = slovenia.client.post(
            path, content=body, headers={"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == status, path
        assert "<h1>" in answer.text


@pytest.mark.parametrize("text", ["\x00", "\u202e", "a" * 5000, "\ud7ff", "line\nbreak"])
def test_odd_text_in_a_field_is_an_error_at_the_field(stage, paper, text):
    slovenia = paper("SI")
    page = slovenia.press(slovenia.open("/alerts/new"), "Raise the alert", category="surge", headline=text)
    assert page.status in (200, 422)
    if page.status == 422:
        assert page.title.startswith("Error:")
        assert 'href="#headline"' in page.answer.text


def test_unknown_addresses_are_a_page_for_browsers_and_a_problem_for_programs(stage, paper):
    page = paper("SI").open("/nowhere")
    assert page.status == 404
    assert "There is no such page." in page.words
    answer = httpx.get(f"{stage.url}/v1/nowhere", headers={"Accept": "text/html"}, trust_env=False)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_script_that_opens_kept_pages_names_the_files_of_this_hub(stage, stranger):
    worker = stranger(stage).client.get("/service-worker.js")
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    assert "/static/routehub.css?v=" in worker.text


def test_a_hub_that_keeps_nothing_on_devices_makes_them_forget(set_stage, stranger):
    browser = stranger(set_stage(keep_on_device="false"))
    assert "unregister()" in browser.client.get("/service-worker.js").text
    assert "outbox.js" not in browser.open("/sign-in").answer.text
