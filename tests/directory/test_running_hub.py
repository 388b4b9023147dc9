"""The operator's commands beside a running hub: what they change holds for the hub within seconds."""

import re
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from tests.fixtures.hub import HubProcess
from tests.fixtures.waiting import wait_for

DEADLINE = 5.0  # PROMISES D2


@pytest.fixture
def hub(hub_process: HubProcess) -> HubProcess:
    hub_process.command("routes", "install", "wbr")
    return hub_process


def client(hub: HubProcess, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=hub.url, headers=headers, trust_env=False, timeout=20)


def sign_in(hub: HubProcess, link: str) -> httpx.Client:
    """What a person does: open the link, press the button."""
    browser = client(hub)
    page = browser.get(urlsplit(link).path)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token, page.text
    done = browser.post(urlsplit(link).path, data={"csrf": token[1]})
    assert done.status_code == 303, done.text
    return browser


def listen(browser: httpx.Client) -> Callable[[], bool]:
    """Open a stream; answers a question: has it ended?"""
    begun, ended = threading.Event(), threading.Event()

    def read() -> None:
        with browser.stream("GET", "/v1/events") as answer:
            assert answer.status_code == 200
            for line in answer.iter_lines():
                if line.startswith("event: start"):
                    begun.set()
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    assert begun.wait(10), "the stream did not begin"
    return ended.is_set


def test_a_person_signs_in_by_the_link_that_the_operator_hands_over(hub: HubProcess):
    added = hub.command("people", "add", "ana@si.example", "Ana Novak", "--party", "SI", "--role", "party_office")
    assert "Ana Novak <ana@si.example> is nominated for SI on wbr: party_office." in added.stdout
    link = hub.command("people", "link", "ana@si.example").stdout.strip()
    assert link.startswith(f"{hub.url}/sign-in/")
    wait_for(lambda: client(hub).get(urlsplit(link).path).status_code == 200)
    browser = sign_in(hub, link)
    wait_for(lambda: browser.get("/v1/me").status_code == 200)
    me = browser.get("/v1/me").json()
    assert (me["party"]["code"], me["roles"]) == ("SI", ["party_office"])
    again = client(hub)
    page = again.get(urlsplit(link).path)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    assert again.post(urlsplit(link).path, data={"csrf": token[1]}).status_code == 422
    assert again.get("/v1/me").status_code == 401


def test_a_withdrawn_person_s_stream_is_closed_within_seconds(hub: HubProcess):
    hub.command("people", "add", "ana@si.example", "Ana Novak", "--party", "SI")
    browser = sign_in(hub, hub.command("people", "link", "ana@si.example").stdout.strip())
    wait_for(lambda: browser.get("/v1/me").status_code == 200)
    ended = listen(browser)
    assert not ended()
    hub.command("people", "withdraw", "ana@si.example")
    wait_for(ended, DEADLINE, "the end of the stream")
    assert browser.get("/v1/me").status_code == 401


def test_a_session_that_ends_elsewhere_closes_its_stream_within_seconds(hub: HubProcess):
    hub.command("people", "add", "ana@si.example", "Ana Novak", "--party", "SI")
    here, there = (sign_in(hub, hub.command("people", "link", "ana@si.example").stdout.strip()) for _ in range(2))
    wait_for(lambda: here.get("/v1/me").status_code == 200)
    ended = listen(there)
    csrf = re.search(r'name="csrf" value="([^"]+)"', here.get("/settings").text)
    assert csrf
    done = here.delete("/v1/sessions/others", headers={"X-CSRF-Token": csrf[1], "Sec-Fetch-Site": "same-origin"})
    assert done.status_code == 204
    wait_for(ended, DEADLINE, "the end of the stream")
    assert here.get("/v1/me").status_code == 200


def test_a_revoked_key_s_stream_is_closed_within_seconds(hub: HubProcess):
    key = hub.command("keys", "make", "SI", "border-system").stdout.strip()
    system = client(hub, Authorization=f"Bearer {key}")
    wait_for(lambda: system.get("/v1/me").status_code == 200)
    ended = listen(system)
    hub.command("keys", "revoke", key.split("_")[2])
    wait_for(ended, DEADLINE, "the end of the stream")
    assert system.get("/v1/me").status_code == 401
