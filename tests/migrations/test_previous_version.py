"""A program of the version before goes on while the database already has the new form (docs/upgrading.md)."""

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import TSVECTOR

from routehub import migrate
from routehub.core import state
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.migrate import config, forms, newest, upgrade
from tests.fixtures.databases import sqlite_url
from tests.migrations.room import Form, form, taken

STEPS: list[tuple[str, str]] = [
    (script.module.serves_from, script.revision)
    for script in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))
    if getattr(script.module, "serves_from", None)
]
"""The oldest form whose programs may run on each form. Those without serve programs of their own version alone."""
VALUES: dict[type, Any] = {
    str: "x", int: 1, float: 1.0, bool: True, bytes: b"x", dt.date: dt.date(2026, 1, 20),
    dt.datetime: dt.datetime(2026, 1, 20, 6, 24),
}  # fmt: skip


def at(db: Database, revision: str) -> tuple[Form, MetaData]:
    with db.writer.begin() as conn:
        command.upgrade(config(conn), revision)
    with db.writer.begin() as conn:
        metadata = MetaData()
        found = form(conn)
        metadata.reflect(conn, only=list(found))
        return found, metadata


def test_a_new_form_takes_nothing_from_programs_of_the_one_before(database_url: str):
    db = Database(database_url)
    try:
        for before, after in STEPS:
            old, known = at(db, before)
            new, _ = at(db, after)
            assert taken(old, new) == []
            with db.writer.connect() as conn, conn.begin() as trial:
                for table in reversed(known.sorted_tables):
                    conn.execute(delete(table))
                for table in known.sorted_tables:
                    _write_and_read(conn, table)
                trial.rollback()
    finally:
        db.close()


def _write_and_read(conn: Connection, table: Table) -> None:
    """What the older program does, which names every column that it knows."""
    row = {column.name: _value(column.type) for column in table.columns}
    conn.execute(insert(table), [row])
    beside = {name: row[name] for name in row if name not in table.primary_key.columns}
    if beside:
        conn.execute(update(table).values(beside))
    assert conn.execute(select(table)).first() is not None


def _value(kind: Any) -> Any:
    return "x" if isinstance(kind, TSVECTOR) else VALUES[kind.python_type]


@pytest.fixture
def small(tmp_path: Path) -> Form:
    db = Database(sqlite_url(tmp_path / "small.sqlite"))
    with db.writer.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE place (code TEXT PRIMARY KEY, label TEXT)")
        found = form(conn)
    db.close()
    return found


def test_every_way_to_take_something_is_found(small: Form):
    def changed(**place: Any) -> Form:
        new = copy.deepcopy(small)
        new["place"] |= place
        return new

    columns = small["place"]["columns"]
    more = {"new": ("TEXT", False, False)}
    assert taken(small, {}) == ["place is gone"]
    assert taken(small, changed(columns={"code": columns["code"]})) == ["place.label is gone"]
    assert taken(small, changed(columns=columns | {"label": ("INTEGER", True, False)})) == [
        "place.label was TEXT and is INTEGER"
    ]
    assert taken(small, changed(columns=columns | {"label": ("TEXT", False, True)})) == [
        "place.label may no longer be empty"
    ]
    assert taken(small, changed(columns=columns | more)) == ["place.new is new, may not be empty and has no default"]
    assert len(taken(small, changed(unique={("label",)}))) == 1
    assert len(taken(small, changed(references={(("label",), "route")}))) == 1
    assert taken(small, changed(key=("label",))) == ["place has another key"]
    assert taken(small, changed(columns=columns | {"new": ("TEXT", True, False)})) == []
    assert taken(small, small | {"another": {}}) == []


def test_a_program_starts_on_a_later_form_only_where_that_has_room_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The program of before knows every form but the newest."""
    url = sqlite_url(tmp_path / "hub.sqlite")
    db = Database(url)
    own, later = sorted(forms())[-2:]
    upgrade(db)
    monkeypatch.setattr(migrate, "forms", lambda: {own})
    monkeypatch.setattr(migrate, "newest", lambda: own)
    for serves_from, may in ((own, True), (later, False)):
        with db.write() as conn:
            state.write(conn, migrate.SERVES_FROM, serves_from)
        assert migrate.is_current(db) is may
        if may:
            assert upgrade(db) == later
        else:
            with pytest.raises(HubError, match="Install that version"):
                upgrade(db)
    db.close()


def test_the_form_says_from_which_version_on_programs_may_run(database_url: str):
    db = Database(database_url)
    upgrade(db)
    head = ScriptDirectory.from_config(config()).get_revision("head")
    said = getattr(head.module, "serves_from", None) or newest()
    assert db.read_sync(lambda conn: state.read(conn, migrate.SERVES_FROM, "")) == said
    db.close()
