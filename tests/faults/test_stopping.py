"""A hub that is stopped answers everybody who has reached it: a proxy that had sent a form there could not send the
same to another hub."""

import contextlib
import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPResponse

import httpx
import psycopg
import pytest

from tests.fixtures.furnished import bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.waiting import wait_for

ASKING, STOPS = 8, 3
REQUEST = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


class Asking:
    """One after the other, each over a connection of its own as a proxy makes them, until the hub does not listen."""

    def __init__(self, port: int) -> None:
        self._port, self.answered = port, 0
        self.lost: list[str] = []
        self.thread = threading.Thread(target=self._go, daemon=True)
        self.thread.start()

    def _go(self) -> None:
        with contextlib.suppress(ConnectionRefusedError):
            while True:
                self._ask()

    def _ask(self) -> None:
        """Errors: ConnectionRefusedError, once the hub does not listen any more."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), 30) as to:
                to.sendall(REQUEST)
                answer = b"".join(iter(lambda: to.recv(4096), b""))
        except ConnectionRefusedError:
            raise
        except OSError as fault:
            self.lost.append(repr(fault))
            return
        if answer.startswith(b"HTTP/1.1 "):
            self.answered += 1
        else:
            self.lost.append("closed without an answer")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_hub_that_stops_answers_everybody_who_has_connected(
    migrated_database_url: str, start_hub: Callable[..., HubProcess]
):
    hub = start_hub(migrated_database_url)
    # Between the last look at the queue and the closing of the port lie some microseconds, in which a busy machine may
    # let others go first. A hub that does not look loses nearly all of them each time.
    assert any(len(lost_by_stopping(hub)) <= 1 for _ in range(STOPS))


def lost_by_stopping(hub: HubProcess) -> list[str]:
    """What became of those who had connected and were not answered. Afterwards the hub runs again."""
    asking = [Asking(hub.port) for _ in range(ASKING)]
    wait_for(lambda: all(one.answered > 20 for one in asking), 60, "requests on their way")
    hub.stop()
    for one in asking:
        one.thread.join(30)
    hub.start()
    return [fault for one in asking for fault in one.lost]


@contextlib.contextmanager
def held_up(url: str) -> Iterator[None]:
    """The journal's lock is with somebody who is no hub, and who does not come to his end."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as conn:
            conn.execute("SELECT * FROM journal_head FOR UPDATE")
            yield


def test_who_waits_for_a_database_that_is_held_up_is_told_when_the_hub_stops(
    migrated_database_url: str, start_hub: Callable[..., HubProcess]
):
    keys = furnish(migrated_database_url)
    hub = start_hub(migrated_database_url, grace_seconds="1", mode="exercise")
    note = {"to": ["MK"], "subject": "Before the stop", "text": "Sent while another held the journal."}
    headers = bearer(keys["wbr", "GR"]) | {"Idempotency-Key": "once"}
    body = json.dumps(note).encode()
    head = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    request = "\r\n".join(["POST /v1/notes HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""])
    with held_up(migrated_database_url), socket.create_connection(("127.0.0.1", hub.port), 60) as to:
        to.sendall(request.encode() + body)
        for _ in range(3):  # once these are answered, the hub has read what was sent before them
            httpx.get(f"{hub.url}/health/live", trust_env=False)
        hub.stop()
        told = HTTPResponse(to)
        told.begin()
        detail = json.loads(told.read())["detail"]
    assert (told.status, told.headers["Retry-After"]) == (503, "5"), detail
    assert "send the same again, under the same key" in detail
    hub.start()
    again = httpx.post(f"{hub.url}/v1/notes", json=note, headers=headers, trust_env=False)
    assert again.status_code in (200, 201), again.text
