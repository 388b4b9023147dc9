"""Hubs that start in a tenth of a second: forked from a process that has everything imported, and as real to kill as
any other. Thirty kills would otherwise be thirty times the import of the whole program."""

import contextlib
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from tests.fixtures.hub import HubProcess

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["routehub.cli.serve", "uvloop", "httptools", "psycopg"])


def _serve(environment: dict[str, str], log: str, module: str) -> None:
    """In the child: what `python -m MODULE serve` does."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in (1, 2):
        os.dup2(out, number)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("error")
    sys.argv = ["routehub", "serve"]
    runpy.run_module(module, run_name="__main__")


class _Child:
    """A forked process as `subprocess.Popen` would show it."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("hub", timeout or 0)
        return self._process.exitcode

    def send_signal(self, how: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, how)

    def kill(self) -> None:
        self._process.kill()


class ForkedHub(HubProcess):
    """A hub that is forked instead of started anew."""

    def launch(self) -> None:
        module = self.module if self.module != "routehub.cli" else "routehub.cli.__main__"
        child = _context.Process(target=_serve, args=(self.environment, str(self.log_file), module))
        child.start()
        self._process = _Child(child)  # type: ignore[assignment]


@pytest.fixture
def fork_hub(tmp_path: Path) -> Iterator[Callable[..., ForkedHub]]:
    """`fork_hub(database_url, mode="exercise")`: a running hub."""
    hubs: list[ForkedHub] = []

    def start(database_url: str, *, module: str = "routehub.cli", wait: bool = True, **settings: str) -> ForkedHub:
        hub = ForkedHub(tmp_path / f"forked-{len(hubs) + 1}", database_url, settings, module)
        hubs.append(hub)
        if wait:
            hub.start()
        else:
            hub.launch()
        return hub

    try:
        yield start
    finally:
        for hub in hubs:
            hub.kill9()
