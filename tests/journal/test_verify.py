"""`verify` finds every changed or removed row of journal, feeds and audit (PROMISES D3)."""

import asyncio
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, select, update
from typer.testing import CliRunner

from routehub.cli import application
from routehub.core.db import Database
from routehub.directory.tables import audience_parties, audiences
from routehub.journal.tables import audit_rows, entries, feed_heads, feed_rows, journal_head, short_ids
from routehub.journal.verify import verify
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import Inside, furnish, inside
from tests.fixtures.sizes import seeded
from tests.journal.stored import arrivals, faults
from tests.journal.test_together import ALERT

TABLES = (entries, feed_rows, audit_rows, feed_heads, journal_head, audience_parties, audiences, short_ids)
PLACES = {entries: "sequence", audit_rows: "number", feed_rows: "feed"}


async def fill(hub: Inside) -> None:
    """Messages of several kinds, readers and parties."""
    await hub.set_clock("2015-10-21T05:30:00Z")
    for day in range(1, 8):
        posts = [hub.put_report(p, f"2015-10-{day:02}", [arrivals(day)]) for p in ("MK", "RS", "HR")]
        posts += [
            hub.post(p, "notes", {"to": to, "subject": "s", "text": str(day)}, key=f"{p}{day}")
            for p, to in (("AT", ["SI"]), ("GR", ["MK", "RS"]), ("EC", ["DE"]))
        ]
        assert {answer.status_code for answer in await asyncio.gather(*posts)} == {201}
    raised = await hub.post("GR", "alerts", ALERT, key="a1")
    answer = await hub.post("MK", "responses", {"to": raised.json()["id"], "act": "acknowledge"}, key="a2")
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def filled(hub: Inside) -> Inside:
    await fill(hub)
    return hub


def test_nothing_is_found_where_nothing_was_done(filled: Inside, hub_url: str):
    assert faults(hub_url) == []


def another(value: Any) -> Any:
    """A value of the same type that is not the same."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case datetime():
            return value + timedelta(microseconds=1)
        case None:
            return "x"
        case str() if len(value) == 64:
            return ("0" if value[0] != "0" else "1") + value[1:]
        case _:
            return str(value)[:-1] + ("y" if str(value)[-1:] != "y" else "z")


class Tampering:
    """One change or removal of one row, drawn by chance, inside a transaction that is undone afterwards."""

    def __init__(self, conn: Connection, chance: random.Random) -> None:
        self._conn, self._chance = conn, chance

    def one(self) -> str:
        table = self._chance.choice(TABLES)
        row = self._chance.choice(self._conn.execute(select(table)).mappings().all())
        where = [column == row[column.name] for column in table.primary_key.columns]
        if table is not journal_head and self._chance.random() < 0.3:
            self._conn.execute(delete(table).where(*where))
            return f"removed {table.name} {dict(row)}"
        return self._change(table, dict(row), where)

    def _change(self, table: Table, row: dict[str, Any], where: list[Any]) -> str:
        names = [column.name for column in table.columns if not (table is journal_head and column.name == "id")]
        if table is audiences:
            names.remove("id")
        name = self._chance.choice(names)
        value = another(row[name])
        if table in PLACES and name == PLACES[table]:
            value = 1_000_000 + row[name]  # a number that is free
        if (table, name) in ((entries, "audience_id"), (audience_parties, "audience_id")):
            ids = self._conn.execute(select(audiences.c.id)).scalars().all()
            value = self._chance.choice([i for i in ids if i != row[name]])
            if table is audience_parties:
                value, name = "XX", "party"
        self._conn.execute(update(table).where(*where).values({name: value}))
        return f"changed {name} of {table.name} {dict(row)}"


async def test_each_of_200_tamperings_is_found(migrated_database_url: str, tmp_path: Path, account: Account):
    async with inside(migrated_database_url, tmp_path, furnish(migrated_database_url)) as hub:
        await fill(hub)
    chance = seeded(20151021)
    db = Database(migrated_database_url)
    try:
        for number in range(1, 201):
            with db.writer.connect() as conn:
                if db.dialect == "sqlite":
                    conn.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
                with conn.begin() as transaction:
                    if db.dialect == "postgresql":
                        conn.exec_driver_sql("SET session_replication_role = replica")
                    done = Tampering(conn, chance).one()
                    if not list(verify(conn)):
                        account.found.append(f"missed: {done}")
                    transaction.rollback()
            account.done("tamperings", number, 200)
    finally:
        db.close()
    assert account.found == []


def test_the_end_of_the_journal_cannot_be_cut_off(filled: Inside, hub_url: str):
    def cut(conn: Connection) -> None:
        last = conn.execute(select(journal_head.c.sequence)).scalar_one()
        conn.execute(delete(feed_rows).where(feed_rows.c.sequence == last))
        conn.execute(delete(entries).where(entries.c.sequence == last))

    with filled.hub.db.write() as conn:
        cut(conn)
    found = {fault.where for fault in faults(hub_url)}
    assert "journal head" in found


def test_the_command_says_what_was_changed_and_fails(filled: Inside, hub_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROUTEHUB_DATABASE_URL", hub_url)
    good = CliRunner().invoke(application(), ["verify"])
    assert (good.exit_code, "Nothing was changed or removed" in good.stdout) == (0, True)
    with filled.hub.db.write() as conn:
        conn.execute(update(entries).where(entries.c.sequence == 3).values(party="HU"))
    bad = CliRunner().invoke(application(), ["verify", "--json"])
    assert bad.exit_code == 1
    assert '{"where": "entry 3", "fault": "does not fit the chain"}' in bad.stdout.splitlines()


def test_content_that_was_removed_without_an_erasure_is_found(filled: Inside, hub_url: str):
    with filled.hub.db.write() as conn:
        conn.execute(update(entries).where(entries.c.sequence == 3).values(body=None))
    assert [(fault.where, fault.what) for fault in faults(hub_url)] == [
        ("entry 3", "has lost its content, and no erasure is on record")
    ]
