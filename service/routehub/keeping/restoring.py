"""A backup put in the place of the hub's database, whole or not at all. What was there is set aside, never deleted."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.settings import Settings
from routehub.journal.verify import Progress
from routehub.keeping import manifest as manifests
from routehub.keeping import sqlite
from routehub.keeping.alone import alone
from routehub.keeping.anew import Anew, begin_anew
from routehub.keeping.content import must_verify, unhurried
from routehub.keeping.loading import check_form, copy_private, load, name_form
from routehub.keeping.manifest import FILES, NAMED, Manifest
from routehub.migrate import bring, upgrade


@dataclass(frozen=True)
class Restored:
    """What was restored, how the hub goes on, and where that lies which stood in its place (files, or a schema)."""

    manifest: Manifest
    anew: Anew
    aside: tuple[str, ...]


def restore(
    settings: Settings, folder: Path, progress: Progress, *, replace: bool = False, send_uncertain: bool = False
) -> Restored:  # fmt: skip
    """Check the backup, load it, bring it to the newest form, verify every chain, begin a new epoch.

    replace: set aside what is in the database now. Errors: HubError for a damaged backup, one of another kind of
    database, a hub that runs, or a database that is not empty; nothing was changed then.
    """
    manifest = manifests.read(folder)
    check_form(manifest)
    if settings.is_sqlite != (manifest.database == "sqlite"):
        there, here = ("SQLite", "a PostgreSQL") if manifest.database == "sqlite" else ("PostgreSQL", "a SQLite file")
        raise HubError(
            f"This backup is of {there}, and ROUTEHUB_DATABASE_URL names {here}. Restore it into {there}, then move "
            "the hub with: routehub copy"
        )
    manifests.check_files(folder, manifest)
    begin = _Beginning(settings.mode == "exercise", manifest, send_uncertain)
    stamp = f"{wall():%Y%m%dT%H%M%SZ}"
    put = _restore_sqlite if settings.is_sqlite else _restore_postgres
    anew, aside = put(settings, folder, begin, progress, stamp, replace=replace)
    return Restored(manifest, anew, (*aside, *_put_files(settings, folder, manifest, stamp)))


@dataclass(frozen=True)
class _Beginning:
    """How the restored database begins anew."""

    exercise: bool
    manifest: Manifest
    send_uncertain: bool

    def __call__(self, conn: Connection) -> Anew:
        made_at: datetime = self.manifest.made_at
        return begin_anew(
            conn, exercise=self.exercise, how="restore", back_to=made_at, send_uncertain=self.send_uncertain
        )


def _restore_sqlite(
    settings: Settings, folder: Path, begin: _Beginning, progress: Progress, stamp: str, *, replace: bool
) -> tuple[Anew, tuple[str, ...]]:  # fmt: skip
    """Everything is done in a file beside the place; the last step is a change of names."""
    place = Database(settings.database_url, read_threads=1)
    try:
        alone(place)
        path = sqlite.file_of(place.url)
        if path.exists() and not replace:
            raise HubError(f"There is a database at {path}. To set it aside and restore in its place, add --replace.")
        made = path.with_name(f"{path.name}.restoring")
        _remove(made)
        try:
            load(folder, begin.manifest, f"sqlite:///{made}", progress)
            anew = _ready(f"sqlite:///{made}", begin, progress)
        except BaseException:
            _remove(made)
            raise
        _remove(made, but=("",))
        aside = []
        for ending in ("", "-wal", "-shm"):
            old = path.with_name(path.name + ending)
            if old.exists():
                aside.append(old.rename(path.with_name(f"{path.name}.before-{stamp}{ending}")))
        made.rename(path)
        manifests.sync_folder(path.parent)
        return anew, tuple(str(old) for old in aside[:1])
    finally:
        place.close()


def _ready(url: str, begin: _Beginning, progress: Progress) -> Anew:
    db = Database(url, read_threads=1)
    try:
        upgrade(db)
        db.read_sync(lambda conn: must_verify(conn, progress))
        with db.write() as conn:
            anew = begin(conn)
        with db.writer.connect() as conn:
            conn.exec_driver_sql("COMMIT")  # a checkpoint stands outside of transactions
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            conn.exec_driver_sql("BEGIN")
        return anew
    finally:
        db.close()


def _remove(path: Path, but: tuple[str, ...] = ()) -> None:
    for ending in {"", "-wal", "-shm", "-journal"} - set(but):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _restore_postgres(
    settings: Settings, folder: Path, begin: _Beginning, progress: Progress, stamp: str, *, replace: bool
) -> tuple[Anew, tuple[str, ...]]:  # fmt: skip
    """The old tables move into a schema of their own, the dump comes in as one transaction, and all the rest is
    another; until that one is committed, the form of the database has no name and no hub starts on it."""
    from routehub.keeping import postgres

    db = Database(settings.database_url, read_threads=1)
    schema = f"{postgres.ASIDE}{stamp.lower()}"
    try:
        alone(db)
        with postgres.connect(db.url) as conn:
            there = postgres.tables(conn)
            if there and not replace:
                raise HubError(
                    f"This database is not empty: it has {len(there)} tables. To set them aside and restore in their "
                    "place, add --replace."
                )
            postgres.set_aside(conn, schema)
            try:
                load(folder, begin.manifest, db.url, progress)
                with db.write() as writing:
                    unhurried(writing)
                    name_form(writing, begin.manifest)
                    bring(writing)
                    must_verify(writing, progress)
                    anew = begin(writing)
            except BaseException:
                postgres.put_back(conn, schema)
                raise
            if not there:
                conn.execute(f"DROP SCHEMA {schema}")
        return anew, ((f"schema {schema}",) if there else ())
    finally:
        db.close()


def _put_files(settings: Settings, folder: Path, manifest: Manifest, stamp: str) -> tuple[str, ...]:
    """Put the hub's own files back; one that is there and differs is set aside."""
    aside = []
    for one in manifest.files:
        target = _place(settings, Path(one.path))
        if target is None:
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():
            if manifests.sha256(target) == one.sha256:
                continue
            aside.append(str(target.rename(target.with_name(f"{target.name}.before-{stamp}"))))
        copy_private(folder / one.path, target)
        target.chmod(one.mode & 0o700 or 0o600)
    return tuple(aside)


def _place(settings: Settings, inside: Path) -> Path | None:
    """Where a file of a backup belongs: in the data folder, or where its setting says. None: the database."""
    if inside.parts[0] == FILES:
        return settings.data_dir / inside.relative_to(FILES)
    if inside.parts[0] == NAMED:
        return settings.files_elsewhere.get(inside.name, settings.data_dir / inside.name)
    return None
