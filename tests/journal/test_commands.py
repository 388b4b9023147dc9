"""`routehub doctor` and `routehub kinds`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routehub.cli import application
from routehub_schemas.registry import Registry
from tests.fixtures.furnished import furnish
from tests.fixtures.mail import SmtpSink


def doctor(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> tuple[int, dict[str, str]]:
    """The exit status, and what is not well with its fix."""
    for name, value in {"database_url": url, "data_dir": str(folder), **settings}.items():
        monkeypatch.setenv(f"ROUTEHUB_{name.upper()}", value)
    done = CliRunner().invoke(application(), ["doctor", "--json"])
    return done.exit_code, {f["what"]: f["fix"] for f in json.loads(done.stdout) if not f["well"]}


def test_a_hub_without_faults_is_well(
    migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_kind: str
):
    furnish(migrated_database_url)
    _status, faults = doctor(migrated_database_url, tmp_path, monkeypatch)
    if database_kind == "postgres":  # the tests' server forgets for speed, and that is seen
        assert "fsync" in faults.pop("durability")
    assert faults == {}


def test_an_empty_database_is_to_be_migrated(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    status, faults = doctor(database_url, tmp_path, monkeypatch)
    assert status == 1
    assert faults["database form"] == "Run: routehub migrate"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_mail_server_that_answers_is_well_and_one_that_does_not_is_not(
    migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smtp_sink: SmtpSink, free_port: int
):
    assert doctor(migrated_database_url, tmp_path, monkeypatch, smtp_url=smtp_sink.url) == (0, {})
    status, faults = doctor(migrated_database_url, tmp_path, monkeypatch, smtp_url=f"smtp://127.0.0.1:{free_port}")
    assert (status, list(faults)) == (1, ["mail"])


def test_a_database_that_is_not_there_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int):
    url = f"postgresql://nobody@127.0.0.1:{free_port}/hub"
    status, faults = doctor(url, tmp_path, monkeypatch)
    assert status == 1
    assert "ROUTEHUB_DATABASE_URL" in faults["database"]


def test_every_kind_is_listed_with_who_may_post_it():
    rows = json.loads(CliRunner().invoke(application(), ["kinds", "--json"]).stdout)
    assert {row["kind"] for row in rows} == set(Registry.shipped())
    assert {row["kind"]: row["door"] for row in rows}["agenda"] is None, "only the hub makes agendas"
    assert "Alert" in CliRunner().invoke(application(), ["kinds"]).stdout
