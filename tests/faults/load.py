"""Senders that go on through any break: each repeats a message under its key until it is answered."""

import itertools
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fixtures.furnished import bearer
from tests.fixtures.waiting import wait_for

NOT_NOW = (429, 503, 507)
Make = Callable[[str, int], tuple[str, dict[str, Any]]]
"""Door and body of a sender's n-th message, under a key."""


def note(key: str, _number: int) -> tuple[str, dict[str, Any]]:
    return "notes", {"to": ["EC"], "subject": "Under load", "text": key}


@dataclass
class Answered:
    """What a sender was told about one of its messages, each time it was told."""

    party: str
    key: str
    answers: list[tuple[int, str, int]] = field(default_factory=list)  # status, id, feed


class Load:
    """Several senders at once. ``accepted`` is everything that a hub has answered with 200 or 201.

    url: of the hub, or of several: a sender that is not answered turns to the next. pause: seconds between two messages
    of a sender. make: what it sends.
    """

    def __init__(
        self, url: str | Sequence[str], keys: dict[tuple[str, str], str], parties: tuple[str, ...], *,
        pause: float = 0.0, patience: float = 10.0, make: Make = note, trust: ssl.SSLContext | bool = True,
    ) -> None:  # fmt: skip
        self._urls = (url,) if isinstance(url, str) else tuple(url)
        self._keys, self._pause, self._patience, self._make = keys, pause, patience, make
        self._trust = trust
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self.accepted: dict[str, Answered] = {}
        self.faults: list[str] = []
        self.refusals: Counter[int] = Counter()
        self.unanswered = 0
        self.outage = 0.0
        """The longest time in which nobody was answered."""
        self._last = 0.0
        self._threads = [
            threading.Thread(target=self._send, args=(party, number), daemon=True)
            for number, party in enumerate(parties)
        ]

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

    def wait_for(self, number: int, deadline: float = 60) -> None:
        """Until so many have been accepted in all."""
        wait_for(lambda: len(self.accepted) >= number or self.faults, deadline, "answers between two breaks")

    def more(self, number: int, deadline: float = 60) -> None:
        """Until so many more have been accepted."""
        self.wait_for(len(self.accepted) + number, deadline)

    def _send(self, party: str, number: int) -> None:
        turns = itertools.cycle(self._urls)
        for _ in range(number % len(self._urls)):
            next(turns)
        limits = httpx.Timeout(self._patience, connect=2 if self._trust is None else self._patience)
        headers = bearer(self._keys[("wbr", party)])
        with httpx.Client(headers=headers, timeout=limits, trust_env=False, verify=self._trust) as client:
            url = next(turns)
            for count in itertools.count(1):
                if self._ending.wait(self._pause) if self._pause else self._ending.is_set():
                    return
                key = f"{party}-{threading.get_ident()}-{count}"
                door, body = self._make(key, count)
                while not self._answered(client, f"{url}/v1/{door}", party, key, body):
                    url = next(turns)
                    self._ending.wait(0.1)

    def _answered(self, client: httpx.Client, address: str, party: str, key: str, body: dict[str, Any]) -> bool:
        try:
            answer = client.post(address, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            self.unanswered += 1
            return False
        if answer.status_code in NOT_NOW:
            self.refusals[answer.status_code] += 1
            if answer.status_code == 503 and "Retry-After" not in answer.headers:
                self.faults.append("a 503 without Retry-After")
            return False
        self._note(party, key, answer)
        return True

    def _note(self, party: str, key: str, answer: httpx.Response) -> None:
        with self._lock:
            if answer.status_code not in (200, 201):
                self.faults.append(f"{key}: {answer.status_code} {answer.text[:300]}")
                return
            now = time.monotonic()
            self.outage = max(self.outage, now - (self._last or now))
            self._last = now
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
    parties = sorted({answered.party for answered in load.accepted.values()})
    return load.faults + compare(load.accepted, {party: stored(url, keys, party) for party in parties})


def compare(accepted: dict[str, Answered], feeds: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What was answered beside what stands in the feeds of those who sent it."""
    found: list[str] = []
    for party, feed in feeds.items():
        numbers = [message["feed"] for message in feed]
        if numbers != list(range(1, len(feed) + 1)):
            found.append(f"{party}: the feed has a hole or a repeated number")
        by_key: dict[str, list[dict[str, Any]]] = {}
        for message in feed:
            if "senderid" in message:  # of what others sent nobody reads the sender's own id
                by_key.setdefault(message["senderid"], []).append(message)
        found += [f"{key}: stored {len(twice)} times" for key, twice in by_key.items() if len(twice) > 1]
        for answered in accepted.values():
            if answered.party == party:
                found += _compare(answered, by_key.get(answered.key, []))
    return found


def _compare(answered: Answered, there: list[dict[str, Any]]) -> list[str]:
    if not there:
        return [f"{answered.key}: lost after it was answered with {answered.answers[0][0]}"]
    now = (there[0]["id"], there[0]["feed"])
    return [f"{answered.key}: was {(i, f)}, is {now}" for _, i, f in answered.answers if (i, f) != now]
