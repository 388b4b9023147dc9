"""The database of a backup put into an empty one, in the form that it had."""

import os
import shutil
from pathlib import Path

from sqlalchemy import Connection, column, insert, inspect, table

from routehub.core.errors import HubError
from routehub.journal.verify import Progress
from routehub.keeping import manifest as manifests
from routehub.keeping import sqlite
from routehub.keeping.manifest import Manifest
from routehub.migrate import forms

_FORM = table("alembic_version", column("version_num"))


def check_form(manifest: Manifest) -> None:
    """Errors: HubError for a backup of a later version than this program."""
    if manifest.content.revision not in forms():
        raise HubError(
            f"This backup was made by version {manifest.version}, whose database has the form "
            f"{manifest.content.revision}; this version does not know it. Install that version or a later one."
        )


def load(folder: Path, manifest: Manifest, url: str, progress: Progress) -> None:
    """Fill the empty database at ``url``. On PostgreSQL its form has no name yet: see ``name_form``."""
    source = folder / manifest.database_file
    if manifest.database == "sqlite":
        target = sqlite.file_of(url)
        copy_private(source, target)
        if fault := sqlite.check_file(target):
            raise HubError(f"SQLite finds the file damaged: {fault}")
        return
    from routehub.keeping import postgres

    postgres.load(url, source, len(manifest.content.rows), progress)


def copy_private(source: Path, target: Path) -> None:
    """Copy a file that nobody but the hub's account may read, from its first byte on, and have it on disk."""
    fresh = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as given, os.fdopen(fresh, "wb") as out:
        shutil.copyfileobj(given, out, manifests.BLOCK)
        out.flush()
        os.fsync(out.fileno())


def name_form(conn: Connection, manifest: Manifest) -> None:
    """Say which form a loaded database has: from then on hubs start on it."""
    if manifest.database == "postgresql":
        assert inspect(conn).has_table("alembic_version")
        conn.execute(insert(_FORM).values(version_num=manifest.content.revision))
