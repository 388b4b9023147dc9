"""A hub that is stopped answers everybody who has reached it: a proxy that had sent a form there could not send the
same to another hub."""

import contextlib
import socket
import threading
from collections.abc import Callable

import pytest

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
