"""Boards made anew from the journal are the boards that were there: replay equals live."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from routehub.app import shipped_boards
from routehub.cli import application
from routehub.core.db import Database
from routehub.directory.snapshot import load
from routehub.journal import follow
from routehub.journal.rebuild import fingerprints, rebuild
from routehub.journal.tables import entries
from routehub_schemas.registry import Registry
from tests.fixtures.furnished import Inside, furnish, inside
from tests.journal.stored import arrivals
from tests.journal.test_together import ALERT
from tests.journal.test_verify import fill

FILLED = ("figure_series", "figure_revision", "figure_current", "report_made", "alert_record", "acknowledgement")


@pytest.fixture
async def filled_url(migrated_database_url: str, tmp_path: Path) -> str:
    """A database with revisions, withdrawn figures, alerts with updates, ends and acknowledgements; no hub runs."""
    async with inside(migrated_database_url, tmp_path, furnish(migrated_database_url)) as hub:
        await fill(hub)
        await _more(hub)
    return migrated_database_url


async def _more(hub: Inside) -> None:
    revised = [arrivals(50), {"indicator": "present", "value": 9, "status": "provisional"}]
    answers = [
        await hub.put_report("MK", "2015-10-01", revised, reason="Counted again."),
        await hub.put_report("MK", "2015-10-01", [arrivals(51)], reason="Once more.", audience=["EC", "FRONTEX"]),
        await hub.put_report("RS", "2015-10-01", [{**arrivals(0), "value": None, "status": "withdrawn"}], reason="No."),
        await hub.put_report("SI", "2015-10-20", [], nothing_to_report=True),
        await hub.put_report("AT", "2015-10-19", [arrivals(3) | {"counterpart": "SI"}], period="calendar_day"),
    ]
    alert = await hub.post("HR", "alerts", ALERT | {"audience": ["RS", "SI", "EC"], "severity": "Moderate"}, key="h1")
    ref = {"references": [alert.json()["shortid"]]}
    answers += [
        alert,
        await hub.post("RS", "responses", {"to": alert.json()["id"], "act": "acknowledge", "text": "Seen."}, key="h2"),
        await hub.post("HR", "alerts", ALERT | ref | {"msg_type": "Update", "severity": "Extreme"}, key="h3"),
        await hub.post("SI", "responses", {"to": alert.json()["shortid"], "act": "acknowledge"}, key="h4"),
        await hub.post("HR", "alerts", ALERT | ref | {"msg_type": "Cancel"}, key="h5"),
    ]
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]


def test_every_table_of_every_board_comes_out_as_it_was(filled_url: str):
    db = Database(filled_url)
    try:
        with db.write() as conn:
            directory = load(conn)
            boards = shipped_boards(lambda: directory)
            before = fingerprints(conn, boards)
            assert min(before[name][0] for name in FILLED) > 0
            rebuild(conn, boards, Registry.shipped())
            assert fingerprints(conn, boards) == before
    finally:
        db.close()


def test_the_comparison_sees_one_changed_cell(filled_url: str):
    db = Database(filled_url)
    try:
        with db.write() as conn:
            directory = load(conn)
            boards = shipped_boards(lambda: directory)
            before = fingerprints(conn, boards)
            table = boards[0].tables[1]
            conn.execute(update(table).where(table.c.value == 50).values(value=49))
            changed = fingerprints(conn, boards)
            assert {name for name in before if before[name] != changed[name]} == {table.name}
            rebuild(conn, boards, Registry.shipped())
            assert fingerprints(conn, boards) == before
    finally:
        db.close()


def test_a_page_of_erased_messages_does_not_end_the_journal(filled_url: str):
    db = Database(filled_url)
    try:
        with db.write() as conn:
            conn.execute(update(entries).where(entries.c.sequence <= 10).values(body=None))
        rest = db.read_sync(lambda conn: [m.sequence for m in follow.everything(conn, Registry.shipped(), page=3)])
        last = db.read_sync(lambda conn: conn.execute(select(func.max(entries.c.sequence))).scalar_one())
    finally:
        db.close()
    assert rest == list(range(11, last + 1))


async def test_the_command_compares_and_refuses_beside_a_running_hub(
    filled_url: str, tmp_path: Path, database_kind: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ROUTEHUB_DATABASE_URL", filled_url)
    compared = CliRunner().invoke(application(), ["rebuild", "--compare"])
    assert (compared.exit_code, "tables of the boards came out as they were" in compared.stdout) == (0, True)
    if database_kind == "sqlite":
        async with inside(filled_url, tmp_path, {}):
            refused = CliRunner().invoke(application(), ["rebuild"])
        assert "Another hub runs" in str(refused.exception)
