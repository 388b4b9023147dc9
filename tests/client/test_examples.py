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
from tests.fixtures.programs import plain_environment

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "clients" / "examples"
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


def test_the_lines_of_the_readme_work_as_they_stand(
    tmp_path: Path, migrated_sqlite: Path, start_hub: Callable[..., HubProcess]
) -> None:
    for needed in ("curl", "node", "python3"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    section = (
        (ROOT / "README.md").read_text().partition("## A national system in five minutes")[2].partition("\n## ")[0]
    )
    text = section.split("```")[1]
    database = tmp_path / "var" / "demo" / "routehub.db"
    database.parent.mkdir(parents=True)
    shutil.copyfile(migrated_sqlite, database)
    furnish(sqlite_url(database), [], marking="exercise", code="wbr-exercise")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "clients").symlink_to(ROOT / "clients")
    hub = start_hub(sqlite_url(database), mode="exercise")
    done = subprocess.run(
        ["sh", "-eu", "-c", text.replace("http://127.0.0.1:8000", hub.url)], cwd=tmp_path,
        env=plain_environment(HOME=str(tmp_path)), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"type": "routehub.report.v1"') == 1
    assert "dry run: all well" in done.stdout
    assert "on record already" in done.stdout
