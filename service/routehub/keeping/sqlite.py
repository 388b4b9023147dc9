"""Copies of a SQLite file while a hub writes to it, by SQLite's online backup."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from routehub.journal.verify import Progress

PAGES = 2_000
"""Pages between two words of progress: 8 MB."""


def file_of(url: str) -> Path:
    """The file behind a normal address of a SQLite database."""
    return Path(url.removeprefix("sqlite:///")).resolve()


def copy_file(source: Path, target: Path, progress: Progress) -> None:
    """One moment of the database as a file of its own, without a log beside it.

    An online backup begins anew whenever another connection has written (sqlite.org/backup.html); under steady posting
    it would never end. The source is therefore held at one moment by a read transaction on the very connection that
    the backup reads through: writers go on, their log grows for as long.
    """
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, isolation_level=None)) as reading:
        reading.execute("PRAGMA busy_timeout=10000")
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target, isolation_level=None)) as writing:
            reading.backup(writing, pages=PAGES, progress=lambda _, left, of: progress("pages", of - left, of), sleep=0)
            writing.execute("PRAGMA journal_mode=DELETE")
    sync_file(target)


def check_file(path: Path) -> str | None:
    """What SQLite itself finds wrong with a file; None: nothing."""
    with closing(sqlite3.connect(path)) as found:
        said = str(found.execute("PRAGMA quick_check(3)").fetchone()[0])
    return None if said == "ok" else said


def sync_file(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
