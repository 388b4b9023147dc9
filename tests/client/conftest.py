"""What the tests of the client share: a stand-in hub, and `rh` as a process in a home of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client.stub import KEY, StubHub, serving
from tests.fixtures.forked import run
from tests.fixtures.programs import plain_environment


@dataclass(frozen=True)
class Done:
    """What a run of `rh` left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Rh:
    """`rh` as its user runs it: a process of its own, with its own configuration, cache and state."""

    def __init__(self, home: Path, url: str, key: str = KEY) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.key_file = home / "si.key"
        self.key_file.write_text(key + "\n")
        self.key_file.chmod(0o600)
        folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "CACHE", "STATE", "DATA")}
        self.environment = plain_environment(
            HOME=str(home), ROUTEHUB_URL=url, ROUTEHUB_KEY_FILE=str(self.key_file), LC_ALL="C.UTF-8", **folders
        )

    @property
    def outbox_file(self) -> Path:
        return self.home / "state" / "routehub" / "outbox.sqlite3"

    def __call__(self, *words: str, stdin: str | None = None) -> Done:
        done = run("routehub_client.__main__", *words, environment=self.environment, stdin=stdin or "")
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "routehub_client", *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A run of the tests in the background hands down an ignored SIGINT, which Python then leaves ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


@pytest.fixture
def stub() -> Iterator[StubHub]:
    with serving(StubHub()) as hub:
        yield hub


@pytest.fixture
def rh(tmp_path: Path, stub: StubHub) -> Rh:
    return Rh(tmp_path / "home", stub.url)
