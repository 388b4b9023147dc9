"""A hub moved from SQLite to PostgreSQL and back holds the same, to the last link."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.journal import follow
from routehub.journal.verify import verify
from routehub.keeping.moving import move
from tests.fixtures.databases import sqlite_url
from tests.fixtures.furnished import Keys, inside
from tests.fixtures.office import Terminal

LEFT_OUT = {"message_text"}
"""Kept by each database in a way of its own; ``hub_state`` and all others are the same."""


def quiet(_part: str, _done: int, _of: int) -> None:
    return


def everything(conn: Connection) -> dict[str, list[Any]]:
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            rows = conn.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


async def fill(url: str, keys: Keys, folder: Path, first: int) -> None:
    async with inside(url, folder, keys) as hub:
        for number in range(first, first + 5):
            note = {"to": ["EC", "HR"][: 1 + number % 2], "subject": f"Note {number}", "text": "Žabnica, 10 % – “why”"}
            assert (await hub.post("SI", "notes", note, f"n{number}")).status_code == 201
        figures = [{"indicator": "arrivals", "value": 7 + first, "counterpart": "HR"}]
        more = {"reason": "counted again"} if first else {}
        assert (await hub.put_report("SI", "2026-01-20", figures, **more)).status_code in (200, 201)


async def found(url: str, keys: Keys, folder: Path, words: str) -> int:
    async with inside(url, folder, keys) as hub:
        answer = await hub.get("EC", f"/v1/messages?q={words}")
        assert answer.status_code == 200, answer.text
        return len(answer.json()["messages"])


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_to_postgresql_and_back(furnished_database: tuple[str, Keys], postgres_url: str, tmp_path: Path):
    url, keys = furnished_database
    await fill(url, keys, tmp_path, 0)
    moved = move(url, postgres_url, quiet)
    assert moved.content.sequence >= 5
    home = sqlite_url(tmp_path / "home.sqlite")
    move(postgres_url, home, quiet)
    here, there, back = (_all_of(one) for one in (url, postgres_url, home))
    assert here == there == back
    assert await found(postgres_url, keys, tmp_path, "žabnica") == await found(home, keys, tmp_path, "žabnica") == 5

    await fill(postgres_url, keys, tmp_path, 5)  # it counts on behind what came in
    db = Database(postgres_url)
    assert db.read_sync(lambda conn: list(verify(conn))) == []
    db.close()
    with pytest.raises(HubError, match="already holds a hub"):
        move(url, postgres_url, quiet)


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_cut_connection_leaves_the_target_empty_and_the_same_command_works_again(
    furnished_database: tuple[str, Keys], postgres_url: str, tmp_path: Path
):
    url, keys = furnished_database
    await fill(url, keys, tmp_path, 0)

    def cut(part: str, _done: int, _of: int) -> None:
        if part == "entry":
            other = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            )
            with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as conn:
                conn.execute(other, [conn.info.dbname])

    with pytest.raises(HubError, match="Nothing has arrived"):
        move(url, postgres_url, cut)
    db = Database(postgres_url)
    assert db.read_sync(lambda conn: follow.head(conn)) == 0
    db.close()
    move(url, postgres_url, quiet)
    assert _all_of(url) == _all_of(postgres_url)


def _all_of(url: str) -> dict[str, list[Any]]:
    db = Database(url)
    try:
        return db.read_sync(everything)
    finally:
        db.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_does_not_fit_leaves_the_target_empty(furnished_database: tuple[str, Keys], tmp_path: Path):
    url, _ = furnished_database
    target = sqlite_url(tmp_path / "target.sqlite")
    db = Database(url)
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE journal_head SET sequence = 1")
    db.close()
    with pytest.raises(HubError, match="do not fit"):
        move(url, target, quiet)
    db = Database(url)
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE journal_head SET sequence = 0")
    db.close()
    assert move(url, target, quiet).rows > 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_hub_starts_on_a_database_whose_hub_was_moved_until_that_is_wanted(
    furnished_database: tuple[str, Keys], terminal: Terminal, tmp_path: Path
):
    url, _ = furnished_database
    target = sqlite_url(tmp_path / "target.sqlite")
    assert "marked as moved" in terminal(url, "copy", url, target)
    for command in (["serve"], ["migrate"], ["keys", "list"], ["copy", url, sqlite_url(tmp_path / "other.sqlite")]):
        assert target in terminal(url, *command, fails=True)
    assert "revision" in terminal(target, "migrate")
    assert "Epoch" in terminal(url, "new-epoch")
    assert "revision" in terminal(url, "migrate")


def test_a_password_among_the_arguments_is_refused(terminal: Terminal):
    for target in ("postgresql://hub:secret@db/hub", "postgresql://hub@db/hub?password=secret"):
        said = terminal("sqlite://", "copy", "sqlite:///a.db", target, fails=True)
        assert "PGPASSWORD" in said
        assert "secret" not in said
