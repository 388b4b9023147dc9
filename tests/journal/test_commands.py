"""`routehub doctor` and `routehub kinds`."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routehub.cli import application
from routehub.cli.examination import work
from routehub.cli.examination.database import span
from routehub.cli.examination.machine import bell
from routehub.cli.examination.work import keys
from routehub.core import state
from routehub.core.clock import wall
from routehub.core.settings import Settings
from routehub.delivery import outgoing
from routehub.directory.snapshot import load
from routehub_schemas.registry import Registry
from tests.delivery.office import Office
from tests.fixtures.databases import migrate
from tests.fixtures.furnished import WBR, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import SmtpSink
from tests.fixtures.nats import NatsServer
from tests.fixtures.postgres import PostgresServer


def doctor(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> tuple[int, dict[str, str]]:
    """The exit status, and what is not well with its fix."""
    for name, value in {"database_url": url, "data_dir": str(folder), **settings}.items():
        monkeypatch.setenv(f"ROUTEHUB_{name.upper()}", value)
    done = CliRunner().invoke(application(), ["doctor", "--json"])
    return done.exit_code, {f["what"]: f["fix"] for f in json.loads(done.stdout) if not f["well"]}


NEW = ["backups", "people", "hub"]
"""What is to be looked at where a hub has a route, and nobody was nominated, nothing started or backed up."""
EMPTY = ["backups", "routes", "people", "hub"]
"""The same before its first route."""


def test_a_hub_without_faults_that_is_not_yet_started_wants_a_start_and_a_backup(
    migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
):
    furnish(migrated_database_url)
    status, faults = doctor(migrated_database_url, tmp_path, monkeypatch, port=str(free_port))
    assert (status, list(faults)) == (2, NEW)
    assert "routehub backup" in faults["backups"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_hub_that_the_option_or_the_environment_names_is_looked_at(
    hub_process: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
):
    def seen(*words: str, **settings: str) -> dict[str, str]:
        for name, value in {"database_url": hub_process.database_url, "data_dir": str(tmp_path), **settings}.items():
            monkeypatch.setenv(f"ROUTEHUB_{name.upper()}", value)
        done = CliRunner().invoke(application(), ["doctor", "--json", *words])
        return {one["what"]: f"{one['state']} {one['words']}" for one in json.loads(done.stdout)}

    named = seen(url=hub_process.url)
    assert named["hub"].startswith(f"well ready at 127.0.0.1:{hub_process.port},")
    assert named["proxy"].endswith(hub_process.url)
    assert seen(port=str(free_port))["hub"].startswith(f"look does not answer at 127.0.0.1:{free_port} ")
    assert seen("--port", str(hub_process.port))["hub"].startswith("well ready")


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("marking", "hours", "state"), [("live", 12, "hint"), ("live", 36, "look"), ("sample", 36, "hint")]
)
def test_no_backup_is_a_hint_on_the_first_day_and_where_all_is_invented(
    migrated_database_url: str, marking: str, hours: int, state: str
):
    furnish(migrated_database_url, replace(WBR, marking=marking))
    office = Office(migrated_database_url)
    office.change(lambda tx: tx.audit("set-clock", "*", "", "operator", {}))
    later = wall() + timedelta(hours=hours)
    found = office.db.read_sync(lambda conn: {one.what: one for one in work.of(conn, later)})
    assert found["backups"].state == state
    office.db.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_running_hub_with_a_backup_is_well_and_what_waits_is_told_with_its_mending(
    hub_process: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url, port = hub_process.database_url, str(hub_process.port)
    office, now = Office(url), wall()

    def backed_up(days: int) -> None:
        made = now - timedelta(days=days)
        office.change(lambda tx: state.backup_made(tx.conn, state.LastBackup(made, made, 0, "elsewhere", 1)))

    backed_up(0)
    assert doctor(url, tmp_path, monkeypatch, port=port)[1].keys() == {"routes", "people"}
    backed_up(2)
    late = outgoing.row(
        "late", "a", "b", "message", "wbr", "SI", "email", "alert", now - timedelta(hours=1), urgent=True
    )
    given_up = outgoing.row("given-up", "a", "c", "message", "wbr", "SI", "email", "note", now) | {"state": "dead"}
    office.change(lambda tx: outgoing.add(tx, [late | {"due_at": now + timedelta(days=1)}, given_up]))
    status, faults = doctor(url, tmp_path, monkeypatch, port=port, public_url="https://hub.example")
    assert (status, sorted(faults)) == (1, ["backups", "dead letters", "mail", "people", "proxy", "routes", "sending"])
    office.db.close()


def test_keys_that_end_soon_are_named_and_others_are_not(migrated_database_url: str):
    furnish(migrated_database_url)
    office = Office(migrated_database_url)
    directory = office.db.read_sync(load)
    assert keys(directory, wall()).well
    soon = keys(directory, wall() + timedelta(days=20))
    assert (soon.well, "SI system on" in soon.words or "more" in soon.words) == (False, True)
    over = keys(directory, wall() + timedelta(days=40))
    assert (over.well, "have ended, and their systems have no other" in over.words) == (False, True)
    assert keys(directory, wall() + timedelta(days=90)).well, "a system that has been silent so long is not waited for"
    office.db.close()


def test_a_bell_that_is_away_is_told_and_one_that_rings_is_well(nats_server: NatsServer):
    settings = Settings(nats_url=nats_server.url)
    here = bell(settings)
    assert here is not None
    assert here.well, here.words
    nats_server.stop()
    away = bell(settings)
    assert away is not None
    assert "once a second" in away.fix


@pytest.mark.postgres
def test_a_database_that_would_forget_is_told_with_its_mending(
    start_postgres: Callable[..., PostgresServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    server = start_postgres(fsync="off")
    url = server.create("forgetful")
    migrate(url, tmp_path)
    status, faults = doctor(url, tmp_path, monkeypatch)
    assert (status, [one for one in faults if one not in EMPTY]) == (1, ["durability"])
    assert "fsync" in faults["durability"]


def test_an_empty_database_is_to_be_migrated(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    status, faults = doctor(database_url, tmp_path, monkeypatch)
    assert status == 1
    assert ("database" if database_url.startswith("sqlite") else "database form") in faults


def test_looking_at_a_file_that_is_not_there_does_not_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "new" / "hub.db"
    status, faults = doctor(f"sqlite:///{file}", tmp_path, monkeypatch)
    verified = CliRunner().invoke(application(), ["verify"])
    assert (status, "database" in faults, verified.exit_code) == (1, True, 1)
    assert "routehub migrate" in str(verified.exception)
    assert not file.parent.exists()


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("where", [0, 0.5])
def test_a_damaged_file_is_called_damaged_and_to_be_restored(
    migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: float
):
    furnish(migrated_database_url)
    file = Path(migrated_database_url.removeprefix("sqlite:///"))
    with file.open("r+b") as opened:
        opened.seek(int(file.stat().st_size * where))
        opened.write(b"\x07" * 3 * 4096)
    status, faults = doctor(migrated_database_url, tmp_path, monkeypatch)
    damage = next(fix for what, fix in faults.items() if what.startswith("database"))
    assert (status, "restore the newest backup" in damage) == (1, True)
    if where == 0:
        verified = CliRunner().invoke(application(), ["verify"])
        assert "damaged" in str(verified.exception)


def test_a_moved_clock_is_told_in_hours_and_minutes():
    assert span(-timedelta(hours=3, minutes=45)) == "3 h 45 min back"
    assert span(timedelta(days=2, seconds=20)) == "2 d ahead"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_hub_without_a_route_says_how_to_begin(
    migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _, faults = doctor(migrated_database_url, tmp_path, monkeypatch)
    assert "routehub routes install" in faults["routes"]
    assert "--role operator" in faults["people"]
    refused = CliRunner().invoke(application(), ["people", "add", "o@x.example", "Olga", "--role", "operator"])
    assert "routehub routes install" in str(refused.exception)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_mail_server_that_answers_is_well_and_one_that_does_not_is_not(
    migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smtp_sink: SmtpSink, free_port: int
):
    status, faults = doctor(migrated_database_url, tmp_path, monkeypatch, smtp_url=smtp_sink.url)
    assert (status, list(faults)) == (2, EMPTY)
    status, faults = doctor(migrated_database_url, tmp_path, monkeypatch, smtp_url=f"smtp://127.0.0.1:{free_port}")
    assert (status, list(faults)) == (1, ["mail", *EMPTY])


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
