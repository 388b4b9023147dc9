"""A full disk: 507 for what cannot be stored, reading and streams go on, and it recovers without a restart (A6)."""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.fixtures.databases import sqlite_url
from tests.fixtures.furnished import Keys, bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.journal.stored import faults

MEBIBYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six mebibytes. Mounting one needs root, which a laptop's tests do not have."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here: run the tests as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def post(hub: HubProcess, keys: Keys, number: int) -> httpx.Response:
    body = {"to": ["RS"], "subject": "s", "text": f"{number} " + "x" * 4000}
    return httpx.post(
        f"{hub.url}/v1/notes", json=body, headers=bearer(keys[("wbr", "MK")]) | {"Idempotency-Key": f"n{number}"},
        trust_env=False, timeout=20,
    )  # fmt: skip


def fill(folder: Path) -> Path:
    """Take what is left, to the last byte."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"\0" * 4096)
            file.flush()
    return filler


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_refuses_posts_and_nothing_else(
    small_disk: Path, migrated_sqlite: Path, start_hub: Callable[..., HubProcess]
):
    url = sqlite_url(Path(shutil.copy(migrated_sqlite, small_disk / "hub.sqlite")))
    keys = furnish(url)
    hub = start_hub(url, mode="exercise", heartbeat_seconds="0.2")
    assert post(hub, keys, 0).status_code == 201
    reader = bearer(keys[("wbr", "RS")])
    with (
        httpx.Client(base_url=hub.url, headers=reader, trust_env=False, timeout=20) as client,
        client.stream("GET", "/v1/events", headers={"Last-Event-ID": "1.0"}) as stream,
    ):
        lines = stream.iter_lines()
        filler = fill(small_disk)
        statuses = [post(hub, keys, number).status_code for number in range(1, 30)]
        accepted = 1 + statuses.count(201)
        assert set(statuses) <= {201, 507}
        assert statuses[-1] == 507
        full = post(hub, keys, 30)
        assert full.json()["type"].endswith("#disk-full")
        assert len(client.get("/v1/messages").json()["messages"]) == accepted, "reading goes on"
        assert _next_frame(lines, "heartbeat"), "streams go on"
        filler.unlink()
        assert post(hub, keys, 30).status_code == 201
        assert _events(lines, accepted + 1) == list(range(1, accepted + 2))
    assert faults(url) == []


def _next_frame(lines: Iterator[str], name: str) -> bool:
    return any(line == f"event: {name}" for line in lines)


def _events(lines: Iterator[str], last: int) -> list[int]:
    """The feed numbers that come until the last that is expected; those before the heartbeats were read over."""
    found = list(range(1, last))
    for line in lines:
        if line.startswith("data: ") and json.loads(line[6:]).get("feed") == last:
            return [*found, last]
    return found
