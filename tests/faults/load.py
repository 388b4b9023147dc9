"""Senders that go on through any break: each repeats a message under its key until it is answered."""

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fixtures.furnished import bearer
from tests.fixtures.waiting import wait_for


@dataclass
class Answered:
    """What a sender was told about one of its messages, each time it was told."""

    party: str
    key: str
    answers: list[tuple[int, str, int]] = field(default_factory=list)  # status, id, feed


class Load:
    """Several senders at once. ``accepted`` is everything that the hub has answered with 200 or 201."""

    def __init__(self, url: str, keys: dict[tuple[str, str], str], parties: tuple[str, ...]) -> None:
        self._url, self._keys = url, keys
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self.accepted: dict[str, Answered] = {}
        self.faults: list[str] = []
        self._threads = [threading.Thread(target=self._send, args=(party,), daemon=True) for party in parties]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Let every sender finish the message that it is about to send."""
        self._ending.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, number: int) -> None:
        """Until so many have been accepted in all."""
        wait_for(lambda: len(self.accepted) >= number or self.faults, 60, "answers between two kills")

    def _send(self, party: str) -> None:
        with httpx.Client(
            base_url=self._url, headers=bearer(self._keys[("wbr", party)]), timeout=10, trust_env=False
        ) as client:
            for number in itertools.count(1):
                if self._ending.is_set():
                    return
                self._until_answered(client, party, f"{party}-{threading.get_ident()}-{number}")

    def _until_answered(self, client: httpx.Client, party: str, key: str) -> None:
        body = {"to": ["EC"], "subject": "Under load", "text": key}
        while True:
            try:
                answer = client.post("/v1/notes", json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self._ending.wait(0.1)
                continue
            if answer.status_code in (429, 503):
                self._ending.wait(0.1)
                continue
            self._note(party, key, answer)
            return

    def _note(self, party: str, key: str, answer: httpx.Response) -> None:
        with self._lock:
            if answer.status_code not in (200, 201):
                self.faults.append(f"{key}: {answer.status_code} {answer.text[:300]}")
                return
            found: dict[str, Any] = answer.json()
            said = self.accepted.setdefault(key, Answered(party, key))
            said.answers.append((answer.status_code, found["id"], found["feed"]))


def stored(url: str, keys: dict[tuple[str, str], str], party: str) -> list[dict[str, Any]]:
    """A party's whole feed, page by page."""
    found: list[dict[str, Any]] = []
    after = "0"
    with httpx.Client(base_url=url, headers=bearer(keys[("wbr", party)]), timeout=30, trust_env=False) as client:
        while True:
            answer = client.get("/v1/messages", params={"after": after, "limit": 1000})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["messages"]
            if not page["more"]:
                return found
            after = page["next"]


def broken_promises(load: Load, url: str, keys: dict[tuple[str, str], str]) -> list[str]:
    """Everything that was answered and is not there, is there twice, or has got another number since."""
    found = list(load.faults)
    for party in sorted({answered.party for answered in load.accepted.values()}):
        feed = stored(url, keys, party)
        numbers = [message["feed"] for message in feed]
        if numbers != list(range(1, len(feed) + 1)):
            found.append(f"{party}: the feed has a hole or a repeated number")
        by_key: dict[str, list[dict[str, Any]]] = {}
        for message in feed:
            by_key.setdefault(message["senderid"], []).append(message)
        found += [f"{key}: stored {len(twice)} times" for key, twice in by_key.items() if len(twice) > 1]
        for answered in load.accepted.values():
            if answered.party == party:
                found += _compare(answered, by_key.get(answered.key, []))
    return found


def _compare(answered: Answered, there: list[dict[str, Any]]) -> list[str]:
    if not there:
        return [f"{answered.key}: lost after it was answered with {answered.answers[0][0]}"]
    now = (there[0]["id"], there[0]["feed"])
    return [f"{answered.key}: was {(i, f)}, is {now}" for _, i, f in answered.answers if (i, f) != now]
