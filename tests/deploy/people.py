"""What people do through a proxy while hubs come and go: they read pages, and they send forms."""

import re
import ssl
import threading
from typing import Any

import httpx

CSRF = re.compile(r'name="csrf" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')


class Browsing:
    """One signed-in browser that reads and writes as fast as it is answered. ``faults``: each answer that was not what
    a person had wanted to see; nothing is tried again."""

    def __init__(self, url: str, cookies: dict[str, str], trust: ssl.SSLContext, *, writes: bool) -> None:
        self._url, self._cookies, self._trust = url, cookies, trust
        self._turn = self._write if writes else self._read
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._browse, daemon=True)
        self.faults: list[str] = []
        self.done: list[str] = []

    def __enter__(self) -> "Browsing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(60)

    def _browse(self) -> None:
        headers = {"Sec-Fetch-Site": "same-origin"}
        with httpx.Client(
            base_url=self._url, cookies=self._cookies, verify=self._trust, trust_env=False, timeout=20, headers=headers
        ) as client:
            while not self._ending.wait(0.05):
                try:
                    self._turn(client, len(self.done))
                except httpx.TransportError as fault:
                    self.faults.append(repr(fault))

    def _read(self, client: httpx.Client, number: int) -> None:
        self._wanted(client.get(("/", "/alerts", "/messages", "/health/live")[number % 4]), 200)

    def _write(self, client: httpx.Client, number: int) -> None:
        form = client.get("/notes/new")
        csrf, key = CSRF.search(form.text), KEY.search(form.text)
        if form.status_code != 200 or csrf is None or key is None:
            self._wanted(form, 200)
            return
        typed: dict[str, Any] = {
            "csrf": csrf[1], "key": key[1], "to": ["EC"], "subject": f"Form {number}", "text": "By hand.",
        }  # fmt: skip
        self._wanted(client.post("/notes/new", data=typed), 303)

    def _wanted(self, answer: httpx.Response, status: int) -> None:
        self.done.append(str(answer.url))
        if answer.status_code != status:
            self.faults.append(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:200]}")
