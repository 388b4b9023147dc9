"""The operator's commands beside a running hub: what they change holds for the hub within seconds."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.fixtures.hub import HubProcess
from tests.fixtures.office import Terminal
from tests.fixtures.waiting import PATIENCE, wait_for

Client = Callable[..., httpx.Client]
Run = Callable[..., str]


@pytest.fixture
def run(hub_process: HubProcess, terminal: Terminal) -> Run:
    """A command at the database of the running hub, with its one line of output."""

    def do(*words: str) -> str:
        return terminal(hub_process.database_url, *words, public_url=hub_process.url).strip()

    do("routes", "install", "wbr")
    return do


@pytest.fixture
def client(hub_process: HubProcess) -> Iterator[Client]:
    """Browsers and systems, closed at the end."""
    with contextlib.ExitStack() as opened:
        yield lambda **headers: opened.enter_context(
            httpx.Client(base_url=hub_process.url, headers=headers, trust_env=False, timeout=20)
        )


def sign_in(client: Client, link: str) -> httpx.Client:
    """What a person does: open the link, press the button."""
    browser = client()
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
        # A stream that is cut may end in the middle of what was on its way.
        with contextlib.suppress(httpx.TransportError), browser.stream("GET", "/v1/events") as answer:
            assert answer.status_code == 200
            for line in answer.iter_lines():
                if line.startswith("event: start"):
                    begun.set()
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    assert begun.wait(PATIENCE), "the stream did not begin"
    return ended.is_set


def test_a_person_signs_in_by_the_link_that_the_operator_hands_over(run: Run, client: Client):
    added = run("people", "add", "ana@si.example", "Ana Novak", "--party", "SI", "--role", "party_office")
    assert "Ana Novak <ana@si.example> is nominated for SI on wbr: party_office." in added
    link = run("people", "link", "ana@si.example")
    assert link.startswith("http://127.0.0.1:")
    browser = sign_in(client, link)
    # At once: somebody was nominated at the terminal, or at another hub, a moment ago.
    me = browser.get("/v1/me").json()
    assert (me["party"]["code"], me["roles"]) == ("SI", ["party_office"])
    again = client()
    page = again.get(urlsplit(link).path)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    assert again.post(urlsplit(link).path, data={"csrf": token[1]}).status_code == 422
    assert again.get("/v1/me").status_code == 401


def test_a_withdrawn_person_s_stream_is_closed_within_seconds(run: Run, client: Client):
    run("people", "add", "ana@si.example", "Ana Novak", "--party", "SI")
    browser = sign_in(client, run("people", "link", "ana@si.example"))
    wait_for(lambda: browser.get("/v1/me").status_code == 200)
    ended = listen(browser)
    assert not ended()
    run("people", "withdraw", "ana@si.example", "--leave-gap")
    wait_for(ended, what="the end of the stream")  # how soon: tests/soak/test_revoked.py
    assert browser.get("/v1/me").status_code == 401


def test_a_session_that_ends_elsewhere_closes_its_stream_within_seconds(run: Run, client: Client):
    run("people", "add", "ana@si.example", "Ana Novak", "--party", "SI")
    here, there = [sign_in(client, run("people", "link", "ana@si.example")) for _ in range(2)]
    wait_for(lambda: here.get("/v1/me").status_code == 200)
    ended = listen(there)
    csrf = re.search(r'name="csrf" value="([^"]+)"', here.get("/settings").text)
    assert csrf
    done = here.delete("/v1/sessions/others", headers={"X-CSRF-Token": csrf[1], "Sec-Fetch-Site": "same-origin"})
    assert done.status_code == 204
    wait_for(ended, what="the end of the stream")  # how soon: tests/soak/test_revoked.py
    assert here.get("/v1/me").status_code == 200


def test_a_revoked_key_s_stream_is_closed_within_seconds(run: Run, client: Client):
    key = run("keys", "make", "SI", "border-system")
    system = client(Authorization=f"Bearer {key}")
    wait_for(lambda: system.get("/v1/me").status_code == 200)
    ended = listen(system)
    run("keys", "revoke", key.split("_")[2])
    wait_for(ended, what="the end of the stream")  # how soon: tests/soak/test_revoked.py
    assert system.get("/v1/me").status_code == 401
