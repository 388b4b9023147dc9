"""Migrations on both databases: what they make is what the tables say, step by step or at once."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from routehub import tables
from routehub.core.db import Database
from routehub.journal.verify import verify
from routehub.migrate import compared, config, current, is_current, newest, upgrade
from tests.fixtures.databases import sqlite_url
from tests.fixtures.postgres import fresh_name


def shape(conn: Connection) -> dict[str, Any]:
    """Tables with their columns, indexes and constraints, as the database itself tells."""
    look = inspect(conn)
    return {
        name: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)],
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "indexes": sorted((str(i["name"]), tuple(i["column_names"]), i["unique"]) for i in look.get_indexes(name)),
            "unique": sorted(tuple(u["column_names"]) for u in look.get_unique_constraints(name)),
            "references": sorted(
                (tuple(f["constrained_columns"]), f["referred_table"]) for f in look.get_foreign_keys(name)
            ),
        }
        for name in look.get_table_names()
    }


def test_a_migrated_database_is_what_the_tables_say(database_url: str):
    assert tables.ALL
    db = Database(database_url)
    try:
        assert not is_current(db)
        assert upgrade(db) == newest()
        assert is_current(db)
        with db.writer.connect() as conn:
            differences = compare_metadata(
                MigrationContext.configure(conn, opts={"include_name": compared}), SQLModel.metadata
            )
        assert [d for d in differences if "weather_of_a_test" not in str(d)] == []
    finally:
        db.close()


def test_step_by_step_and_at_once_come_to_the_same(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    if database_kind == "sqlite":
        urls = [sqlite_url(tmp_path / f"{name}.sqlite") for name in ("stepped", "fresh")]
    else:
        server = request.getfixturevalue("postgres_server")
        urls = [server.create(fresh_name()) for _ in range(2)]
    stepped, fresh = Database(urls[0]), Database(urls[1])
    try:
        for script in reversed(list(ScriptDirectory.from_config(config()).walk_revisions())):
            with stepped.writer.begin() as conn:
                command.upgrade(config(conn), script.revision)
                assert current(conn) == script.revision
        upgrade(stepped)
        upgrade(fresh)
        assert stepped.read_sync(shape) == fresh.read_sync(shape)
    finally:
        stepped.close()
        fresh.close()


def test_migrating_again_changes_nothing(database_url: str):
    db = Database(database_url)
    try:
        upgrade(db)
        before = db.read_sync(shape)
        upgrade(db)
        assert db.read_sync(shape) == before
        assert db.read_sync(lambda conn: list(verify(conn))) == []
    finally:
        db.close()
