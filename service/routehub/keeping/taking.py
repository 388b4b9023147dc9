"""Taking a backup while hubs go on: one moment of the database, the files that belong to it, a manifest."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from routehub import __version__
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.settings import Settings
from routehub.journal.verify import Progress
from routehub.keeping import manifest as manifests
from routehub.keeping import sqlite
from routehub.keeping.content import Content, content
from routehub.keeping.manifest import FILES, NAMED, Kept, Manifest
from routehub.keeping.proving import prove

PARTIAL = ".partial-"
ROOM_LEFT = 256 * 1024 * 1024
"""A backup that fills the disk on which the hub writes would stop the hub."""
_NO_KEY = re.compile(r"\.lock$|\.(db|sqlite3?)(-wal|-shm)?$|\.before-")


def take(settings: Settings, into: Path, progress: Progress, *, proven: bool = True) -> tuple[Path, Manifest]:
    """Make a backup as a folder of its own; it gets its name when it is whole and, with ``proven``, has been restored.

    Errors: HubError where there is no room, no hub in the database, or the proof fails; nothing is left behind then.
    """
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(into)
    db = Database(settings.database_url, read_threads=1)
    try:
        _check_room(db, into, proven=proven)
        at = wall()
        folder = into / f"{PARTIAL}{at:%Y%m%dT%H%M%SZ}"
        folder.mkdir(mode=0o700)
        try:
            return _take(db, settings, folder, at, progress, proven=proven)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    finally:
        db.close()


def _take(
    db: Database, settings: Settings, folder: Path, at: datetime, progress: Progress, *, proven: bool
) -> tuple[Path, Manifest]:  # fmt: skip
    dialect: Literal["sqlite", "postgresql"] = "sqlite" if db.dialect == "sqlite" else "postgresql"
    database = folder / (manifests.SQLITE_FILE if dialect == "sqlite" else manifests.POSTGRES_FILE)
    found = _copy_sqlite(db, database, progress) if dialect == "sqlite" else _dump(db, database, progress)
    database.chmod(0o600)
    files = [manifests.kept(folder, database), *_copy_files(settings, folder)]
    manifest = Manifest(made_at=at, version=__version__, database=dialect, content=found, files=files)
    manifests.write(folder, manifest)
    if proven:
        manifest = prove(folder, db.url, progress)
        manifests.write(folder, manifest)
    final = _free_name(folder.with_name(f"routehub-{at:%Y%m%dT%H%M%SZ}"))
    folder.rename(final)
    manifests.sync_folder(final.parent)
    return final, manifest


def _copy_sqlite(db: Database, target: Path, progress: Progress) -> Content:
    source = sqlite.file_of(db.url)
    if not source.is_file():
        raise HubError(f"There is no database at {source}.")
    sqlite.copy_file(source, target, progress)
    copied = create_engine(f"sqlite:///{target}", poolclass=NullPool)
    with copied.connect() as conn:
        return content(conn)


def _dump(db: Database, target: Path, progress: Progress) -> Content:
    """The dump and the figures beside it are of one moment: they share a snapshot of the server's."""
    from routehub.keeping import postgres

    with _moment(db.url) as (conn, snapshot):
        found = content(conn)
        postgres.dump(db.url, snapshot, target, len(found.rows), progress)
    sqlite.sync_file(target)
    return found


@contextlib.contextmanager
def _moment(url: str) -> Iterator[tuple[Connection, str]]:
    engine = create_engine(
        url, poolclass=NullPool, isolation_level="REPEATABLE READ", hide_parameters=True,
        connect_args={"application_name": "routehub keeping", "connect_timeout": 5, "options": "-c timezone=UTC"},
    )  # fmt: skip
    with engine.connect() as conn:
        yield conn, str(conn.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def _copy_files(settings: Settings, folder: Path) -> list[Kept]:
    """The hub's own files beside the database: keys, and whatever else lies in its folder or is named by a setting. Not
    its database, not mail that was kept as files, not other backups."""
    data = settings.data_dir
    wanted = [(path, Path(FILES) / path.relative_to(data)) for path in own_files(settings)]
    wanted += [(path, Path(NAMED) / name) for name, path in settings.files_elsewhere.items() if path.is_file()]
    found = []
    for path, place in wanted:
        target = folder / place
        for parent in reversed([one for one in place.parents if one.name]):
            (folder / parent).mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o600)
        sqlite.sync_file(target)
        found.append(manifests.kept(folder, target, path.stat().st_mode & 0o700))
    return found


def own_files(settings: Settings) -> Iterator[Path]:
    """The files of the data folder that a backup takes along: not databases, that of before a move among them, nor what
    was set aside."""
    data = settings.data_dir
    left_out = {data / "mail", settings.backup_folder}
    database = sqlite.file_of(settings.database_url).name if settings.is_sqlite else None
    for path in sorted(data.rglob("*")) if data.is_dir() else ():
        inside = path.relative_to(data)
        hidden = any(part.startswith(".") for part in inside.parts)
        within = any(folder in path.parents for folder in left_out)
        beside = database is not None and path.name.startswith(database)
        if path.is_file() and not (path.is_symlink() or hidden or within or beside or _NO_KEY.search(path.name)):
            yield path


def _check_room(db: Database, into: Path, *, proven: bool) -> None:
    if db.dialect != "sqlite":
        return  # how large a dump becomes is known when it is there
    source = sqlite.file_of(db.url)
    log = source.with_name(f"{source.name}-wal")
    size = sum(path.stat().st_size for path in (source, log) if path.is_file())
    needed = size * (2 if proven else 1) + ROOM_LEFT
    free = shutil.disk_usage(into).free
    if free < needed:
        raise HubError(
            f"A backup in {into} needs {needed / 2**30:.1f} GiB, with the copy in which it is proven; "
            f"{free / 2**30:.1f} GiB are free. Make room, or name another disk with ROUTEHUB_BACKUP_DIR."
        )


def _sweep(into: Path) -> None:
    """What a backup that was killed has left."""
    for path in [*into.glob(f"{PARTIAL}*"), *into.glob(".proof-*")]:
        if wall().timestamp() - path.stat().st_mtime > 24 * 3600:
            shutil.rmtree(path, ignore_errors=True)


def _free_name(wanted: Path) -> Path:
    found, number = wanted, 1
    while found.exists():
        number += 1
        found = wanted.with_name(f"{wanted.name}-{number}")
    return found
