"""A hub in a network of its own, on a line that can be cut: packets are lost, and nobody is told.

Linux network namespaces; they take root and the program `ip`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.hub import HubProcess

NOBODY = "02:00:00:00:00:99"
"""A station that is not there: what is sent to it is lost on the line, as with a cable that was pulled further on."""


class Island:
    """One namespace with its line. ``here``: this machine's address on it; ``there``: that of who is in it."""

    def __init__(self) -> None:
        number = os.getpid() % 250 + 1
        self.name, self._line, self._inner = f"rh{number}", f"rh{number}a", f"rh{number}b"
        self.here, self.there = f"10.203.{number}.1", f"10.203.{number}.2"
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", self._line, "type", "veth", "peer", "name", self._inner, "netns", self.name)
            _ip("addr", "add", f"{self.here}/24", "dev", self._line)
            _ip("link", "set", self._line, "up")
            _ip("-n", self.name, "addr", "add", f"{self.there}/24", "dev", self._inner)
            _ip("-n", self.name, "link", "set", self._inner, "up")
            _ip("-n", self.name, "link", "set", "lo", "up")
        except OSError:
            self.close()
            raise

    def cut(self) -> None:
        """Both ends send to a station that is not there."""
        _ip("neigh", "replace", self.there, "lladdr", NOBODY, "dev", self._line, "nud", "permanent")
        _ip("-n", self.name, "neigh", "replace", self.here, "lladdr", NOBODY, "dev", self._inner, "nud", "permanent")

    def mend(self) -> None:
        _ip("neigh", "del", self.there, "dev", self._line)
        _ip("-n", self.name, "neigh", "del", self.here, "dev", self._inner)

    def close(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)


class IslandHub(HubProcess):
    """A hub in a namespace, started from nothing: one that is forked would be in its parent's."""

    def __init__(self, island: Island, folder: Path, database_url: str, settings: dict[str, str]) -> None:
        self.island, self.host = island, island.there
        super().__init__(folder, database_url, settings, anew=True)

    def launch(self) -> None:
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                ["ip", "netns", "exec", self.island.name, sys.executable, "-m", self.module, "serve"],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@pytest.fixture
def island() -> Iterator[Island]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a network namespace needs root and the program ip")
    try:
        made = Island()
    except OSError as refused:
        pytest.skip(f"no network namespace can be made here: {refused}")
    yield made
    made.close()
