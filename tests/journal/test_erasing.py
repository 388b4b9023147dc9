"""Erasing content: nothing of it is left, every chain holds, and whoever asks is told when and why."""

import json
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from typer.testing import CliRunner

from routehub.app import shipped_boards
from routehub.cli import application
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.directory import people
from routehub.directory.people import Nomination
from routehub.directory.principal import operator_principal
from routehub.directory.snapshot import PersonView, load
from routehub.journal.compare import differing, scratch
from routehub.journal.erasing import retention
from routehub.journal.jobs import Change
from routehub.journal.tables import audit_rows, entries, erasures, message_texts
from routehub_schemas.registry import Registry
from tests.fixtures.furnished import furnish, inside
from tests.journal.stored import faults
from tests.journal.test_together import ALERT

NOTE = {"to": ["GR"], "subject": "Heading", "text": "Zyxwv was seen at the border."}
WHY = "It named a person."


def run(url: str, *words: str, **settings: str) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROUTEHUB_DATABASE_URL", url)
        for name, value in settings.items():
            patch.setenv(f"ROUTEHUB_{name.upper()}", value)
        done = CliRunner().invoke(application(), list(words))
    return done.exit_code, done.output + str(done.exception or "")


def on_disk(url: str) -> str:
    """What can be read in the file of SQLite, no longer used pages among it; nothing for PostgreSQL."""
    file = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite"):
        return ""
    assert file.stat().st_size > 100_000
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*")).decode("latin-1").lower()


async def test_nothing_of_an_erased_message_is_left_and_it_says_why(migrated_database_url: str, tmp_path: Path):
    url = migrated_database_url
    async with inside(url, tmp_path, furnish(url)) as hub:
        await hub.set_clock("2015-10-21T05:30:00Z")
        alert = (await hub.post("GR", "alerts", ALERT | {"description": "Zyxwv waits."}, key="e1")).json()
        await hub.post("MK", "responses", {"to": alert["id"], "act": "acknowledge", "text": "Seen."}, key="e2")
        note = (await hub.post("MK", "notes", NOTE | {"references": [alert["id"]]}, key="e3")).json()
        await hub.hub.checkpoints.take()
        dry = run(url, "erase", alert["shortid"], "--reason", WHY, "--dry-run")
        assert (dry[0], f"Look at note {note['id']} of MK" in dry[1]) == (0, True)
        assert run(url, "erase", alert["shortid"], note["id"], "--reason", WHY)[0] == 0

        answer = await hub.get("MK", f"/v1/messages/{alert['id']}")
        assert (answer.status_code, answer.json()["type"]) == (410, "/docs/problems#erased")
        assert WHY in answer.json()["detail"]
        feed = (await hub.get("MK", "/v1/messages?limit=100")).json()["messages"]
        gone = [one for one in feed if one["type"] == "routehub.erased.v1"]
        assert [one["data"]["reason"] for one in gone] == [WHY, WHY]
        assert [one["feed"] for one in feed] == list(range(1, len(feed) + 1))
        assert (await hub.get("MK", "/v1/messages?q=zyxwv")).json()["messages"] == []
        assert (await hub.get("MK", f"/v1/alerts/{alert['shortid']}")).status_code == 404
        repeated = await hub.post("MK", "notes", NOTE | {"references": [alert["id"]]}, key="e3")
        assert (repeated.status_code, WHY in repeated.json()["detail"]) == (410, True)
        again = await hub.post("GR", "alerts", ALERT, key="e4")
        assert again.status_code == 201, again.text
        audit = (await hub.get("GR", "/v1/audit?limit=500")).json()["audit"]
        assert [row["detail"]["reason"] for row in audit if row["act"] == "erase"] == [WHY]
        assert faults(url) == []
        with scratch(hub.hub.db) as conn:
            directory = load(conn)
            assert list(differing(conn, shipped_boards(lambda: directory), Registry.shipped())) == []
    assert run(url, "erase", alert["id"], "--reason", WHY)[1].startswith("1 had been erased before.")
    assert "zyxwv" not in on_disk(url)


def test_an_erasure_needs_a_reason_and_a_message_that_is_there(migrated_database_url: str):
    furnish(migrated_database_url)
    assert "Say why" in run(migrated_database_url, "erase", "A-2222", "--reason", "x")[1]
    assert "There is no message A-2222" in run(migrated_database_url, "erase", "A-2222", "--reason", WHY)[1]


async def test_what_is_over_goes_once_a_day_and_nothing_else(migrated_database_url: str, tmp_path: Path):
    url = migrated_database_url
    async with inside(url, tmp_path, furnish(url), retention="note=30, request=400") as hub:
        await hub.set_clock("2015-10-01T05:30:00Z")
        await hub.post("MK", "notes", NOTE, key="r1")
        await hub.set_clock("2015-10-21T05:30:00Z")
        await hub.post("MK", "notes", NOTE, key="r2")
        await hub.set_clock("2015-11-05T05:30:00Z")
        code, told = run(url, "retention", "--json", retention="note=30", mode="exercise")
        assert (code, [(row["kind"], row["messages"]) for row in json.loads(told)]) == (0, [("note", 1)])
        await hub.hub._keeping._look()
        await hub.set_clock("2015-11-28T05:30:00Z")
        await hub.hub._keeping._look()  # the day has had its time
        with hub.hub.db.write() as conn:
            bodies = conn.execute(
                select(entries.c.body).where(entries.c.kind == "note").order_by(entries.c.sequence)
            ).scalars()
            assert [body is None for body in bodies] == [True, False]
            assert len(conn.execute(select(message_texts)).all()) == 1
            (detail,) = conn.execute(select(audit_rows.c.detail).where(audit_rows.c.act == "erase")).scalars()
    assert json.loads(detail) == {
        "ground": "retention", "kind": "note", "messages": 1, "reason": "its time of 30 days was over"
    }  # fmt: skip
    assert faults(url) == []
    taken = _take_away_without_audit(url)
    assert [(one.where, "the audit knows nothing" in one.what) for one in faults(url)] == [(f"entry {taken}", True)]


def _take_away_without_audit(url: str) -> int:
    """What somebody does who writes to the database: a text goes, and it is put on record that its time was over."""
    db = Database(url)
    with db.write() as conn:
        row = conn.execute(select(entries).where(entries.c.body.is_not(None)).limit(1)).one()
        conn.execute(update(entries).where(entries.c.id == row.id).values(body=None, salt=""))
        said = {"message_id": row.id, "at": row.accepted_at, "by": "hub", "ground": "retention", "reason": "Over"}
        conn.execute(insert(erasures).values(**said))
    db.close()
    return int(row.sequence)


def test_rules_of_retention_name_kinds_that_are_there():
    kinds = frozenset(Registry.shipped())
    assert retention.rules("note=730, report=36500", kinds) == {"note": 730, "report": 36500}
    with pytest.raises(HubError, match=r"names no kind: notes\. Did you mean note"):
        retention.rules("notes=730", kinds)


async def test_a_person_gets_all_that_is_held_about_them_and_can_be_erased(migrated_database_url: str, tmp_path: Path):
    url = migrated_database_url
    async with inside(url, tmp_path, furnish(url)) as hub:
        given = Nomination(
            name="Ana Novak", email="ana@example.org", party="SI", phone="+38612345678", roles=["deputy"]
        )
        await hub.hub.writer.submit(_nominating(given))
    code, told = run(url, "people", "export", "ana@example.org")
    held = json.loads(told)
    assert (code, held["person"][0]["phone"]) == (0, "+38612345678")
    assert {"person", "person_role"} <= set(held)
    assert "secret" not in told
    assert "password_hash" not in told
    code, told = run(url, "people", "erase", "ana@example.org", "--reason", "Left the ministry.")
    assert (code, "Nobody of SI can be reached now on wbr" in told) == (0, True), told
    assert "Nobody with the address" in run(url, "people", "export", "ana@example.org")[1]
    assert "novak" not in on_disk(url)
    assert faults(url) == []


def _nominating(given: Nomination) -> Change[PersonView]:
    return Change(lambda tx: people.nominate(tx, operator_principal("wbr"), given))
