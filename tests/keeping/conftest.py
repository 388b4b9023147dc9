"""The programs of PostgreSQL that a backup calls, where the tests' server has its own."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def programs_in_path(postgres_programs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{postgres_programs}{os.pathsep}{os.environ['PATH']}")
    return postgres_programs
