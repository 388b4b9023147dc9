"""The programs of PostgreSQL that a backup calls, where the tests' server has its own."""

import os
from pathlib import Path

import pytest

collect_ignore = [] if os.environ.get("ROUTEHUB_SOAKING") else ["test_point_in_time.py"]
"""A server that archives its log and is recovered from it takes long, and depends little on our code: `make soak`."""


@pytest.fixture
def programs_in_path(postgres_programs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{postgres_programs}{os.pathsep}{os.environ['PATH']}")
    return postgres_programs
