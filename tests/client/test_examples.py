"""The examples run as they stand, with a real hub, and with one that is busy at first."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.client.conftest import Rh
from tests.client.real import furnish
from tests.client.stub import ME, StubHub, problem
from tests.fixtures.databases import sqlite_url
from tests.fixtures.hub import HubProcess

EXAMPLES = Path(__file__).parents[2] / "clients" / "examples"
WAYS = {
    "curl": ("sh", "national.sh"), "client": (sys.executable, "national.py"),
    "plain": (sys.executable, "national_plain.py"), "node": ("node", "national.mjs"),
}  # fmt: skip


def command(way: str) -> list[str]:
    program, file = WAYS[way]
    for needed in (program, "curl") if way == "curl" else (program,):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    return [program, str(EXAMPLES / file)]


@pytest.fixture
def slovenia(tmp_path: Path, migrated_sqlite: Path, start_hub: Callable[..., HubProcess]) -> Rh:
    """What a national system has: the address of a hub and a key in a file."""
    file = tmp_path / "hub.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    keys = furnish(sqlite_url(file), ["SI"])
    return Rh(tmp_path / "home", start_hub(sqlite_url(file)).url, keys["SI"])


def test_each_way_checks_posts_learns_what_is_wrong_and_reads_on_from_its_cursor(slovenia: Rh) -> None:
    wrong = slovenia.home / "wrong.json"
    wrong.write_text('{"figurs": [], "nothing_to_report": "no"}')
    for number, way in enumerate(WAYS):
        program = command(way)

        def run(*words: str, program: list[str] = program) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [*program, *words], env=slovenia.environment, cwd=slovenia.home, capture_output=True, text=True,
                timeout=60, check=False,
            )  # fmt: skip

        mine = json.loads((EXAMPLES / "figures.json").read_text())
        mine["figures"][2]["value"] += number  # provisional: the next way may send another without a reason
        ours = slovenia.home / f"{way}.json"
        ours.write_text(json.dumps(mine))
        tried = run("push", str(ours), "--dry-run")
        assert tried.returncode == 0, (way, tried.stderr)
        assert "/messages/" not in tried.stdout, way
        posted = run("push", str(ours))
        assert posted.returncode == 0, (way, posted.stderr)
        assert "/messages/" in posted.stdout, (way, posted.stdout)
        refused = run("push", str(wrong))
        assert refused.returncode == 1, way
        assert "/figurs" in refused.stderr, (way, refused.stderr)
        assert "/nothing_to_report" in refused.stderr, (way, refused.stderr)
        cursor = slovenia.home / f"{way}.cursor"
        first = run("read", str(cursor))
        assert first.stdout.count('"routehub.report.v1"') == number + 1, (way, first.stdout, first.stderr)
        assert cursor.read_text().strip() == f"1.{number + 1}", way
        assert "routehub.report.v1" not in run("read", str(cursor)).stdout, way


@pytest.mark.parametrize("way", WAYS)
def test_each_way_sends_the_same_again_when_the_hub_was_busy(way: str, rh: Rh, stub: StubHub) -> None:
    program = command(way)
    busy = [(503, problem(503, "The hub is busy."), {"Retry-After": "1"})]
    stub.refuse = lambda _got: busy.pop() if busy else None
    stub.answers["/v1/me"] = ME | {"reporting_day": "2026-01-21"}
    done = subprocess.run(
        [*program, "push", str(EXAMPLES / "figures.json")], env=rh.environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    keys = [got.headers["idempotency-key"] for got in stub.writes]
    assert len(keys) == 2
    assert len(set(keys)) == 1
