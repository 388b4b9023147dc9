"""The examples run as they stand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.conftest import Rh
from tests.client.stub import StubHub

EXAMPLES = Path(__file__).parents[2] / "clients" / "examples"


def run(rh: Rh, *words: str) -> str:
    done = subprocess.run(words, env=rh.environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_first_push_with_curl(rh: Rh, stub: StubHub) -> None:
    out = run(rh, "sh", str(EXAMPLES / "first_push.sh"), "SI", "2026-01-21", "--dry-run")
    assert '"dry_run": true' in out
    assert '"id": "0199-0001"' in run(rh, "sh", str(EXAMPLES / "first_push.sh"), "SI", "2026-01-21")
    (got,) = stub.writes
    assert (got.method, got.path, len(got.body["figures"])) == ("PUT", "/v1/parties/SI/reports/2026-01-21", 3)
    assert got.headers["authorization"] == f"Bearer {rh.key_file.read_text().strip()}"


def test_a_first_push_with_python(rh: Rh, stub: StubHub) -> None:
    stub.answers["/v1/figures"] = {"figures": [{"indicator": "arrivals", "value": 1362, "status": "confirmed"}]}
    out = run(rh, sys.executable, str(EXAMPLES / "first_push.py"), "2026-01-21")
    assert out.splitlines()[0] == "0199-0001"
    assert "arrivals  1362  confirmed" in out
