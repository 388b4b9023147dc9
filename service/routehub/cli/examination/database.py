"""The database: whether it answers, how fast, in which form, and whether what it accepts is on disk."""

import sqlite3
import time
from datetime import timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from routehub.cli.examination.finding import Finding, found
from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.journal import follow
from routehub.migrate import current, newest

CLOCK_OFF = timedelta(seconds=5)
LOOKED = 10.0
"""Seconds for looking through a file; about 1 GB from memory."""
SLOW = 0.2
"""Seconds for the smallest question of all, the best of three."""


RESTORE = (
    "Stop the hub, keep the damaged file with its -wal and -shm, and restore the newest backup: routehub backups list, "
    "then docs/backup.md, Restoring. Then look at the disk: dmesg, smartctl."
)


def whole(db: Database) -> Finding:
    """Whether the pages of a SQLite file fit together; a damage shows here before somebody reads what it hit. A large
    file is looked through for some seconds only."""
    end = time.monotonic() + LOOKED
    with db.reader.connect() as conn:
        raw = conn.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        try:
            faults = [str(row[0]) for row in conn.exec_driver_sql("PRAGMA quick_check(3)")]
        except OperationalError as fault:
            if "interrupted" not in str(fault.orig):
                raise
            return found("database file", f"looked through for {LOOKED:.0f} s, not to its end, and no damage was met")
        finally:
            raw.set_progress_handler(None, 0)
    if faults == ["ok"]:
        return found("database file", "no damage")
    return found("database file", f"damaged: {' '.join(faults[0].split())[:200]}", fault=True, fix=RESTORE)


def checksums(db: Database) -> Finding:
    """Whether PostgreSQL notices a page that its disk gave back otherwise than it was written."""
    setting = db.read_sync(lambda conn: str(conn.execute(text("SHOW data_checksums")).scalar_one()))
    if setting == "on":
        return found("data checksums", "on: PostgreSQL refuses a page that its disk has damaged")
    words = "off: a page that the disk has damaged is read as if it were whole, until routehub verify or a backup"
    fix = "At a quiet hour: stop the hubs and PostgreSQL, pg_checksums --enable -D (its data folder), start them again."
    return found("data checksums", words, look=True, fix=fix)


def form(db: Database) -> Finding:
    with db.writer.connect() as conn:
        here = current(conn)
    if here == newest():
        return found("database form", f"revision {here}")
    words = f"revision {here or 'none'}, this version needs {newest()}"
    return found("database form", words, fault=True, fix="Run: routehub migrate")


def speed(db: Database) -> Finding:
    best = min(_asked(db) for _ in range(3))
    fix = "Look at the load of the database's machine, its disk and the network to it: every post waits for it."
    return found("database speed", f"answers in {best * 1000:.1f} ms", look=best > SLOW, fix=fix)


def _asked(db: Database) -> float:
    begun = time.perf_counter()
    db.read_sync(lambda conn: conn.execute(text("SELECT 1")).scalar_one())
    return time.perf_counter() - begun


def durability(db: Database) -> Finding:
    faults = db.durability()
    if not faults:
        version = sqlite3.sqlite_version if db.dialect == "sqlite" else db.read_sync(_server_version)
        return found("durability", f"accepted means on disk ({db.dialect} {version})")
    fix = "Set fsync, full_page_writes and synchronous_commit to on in postgresql.conf, then reload it."
    return found("durability", "; ".join(faults), fault=True, fix=fix)


def _server_version(conn: Connection) -> str:
    return str(conn.execute(text("SHOW server_version")).scalar_one())


def clock(db: Database) -> Finding:
    """Beside the database server's clock; with SQLite there is only one."""
    now = wall()
    if db.dialect == "sqlite":
        return found("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")
    there = db.read_sync(lambda conn: conn.execute(text("SELECT clock_timestamp()")).scalar_one())
    off = abs(there - now)
    words = f"{now:%Y-%m-%d %H:%M:%S} UTC, {off.total_seconds():.1f} s from the database's"
    fix = "Let both machines follow a time server (timedatectl set-ntp true)."
    return found("clock", words, fault=off > CLOCK_OFF, fix=fix)


def journal(db: Database) -> Finding:
    return found("journal", db.read_sync(_head_and_age))


def _head_and_age(conn: Connection) -> str:
    head, newest_at = follow.head(conn), follow.newest_at(conn)
    last = f", the last of {newest_at:%Y-%m-%d %H:%M:%S} UTC" if newest_at else ""
    _times, offset = state.clock_offset(conn)
    moved = f"; the hub's clock is {span(offset)}" if offset else ""
    return f"epoch {state.epoch(conn)}, {head} messages{last}{moved}"


def span(offset: timedelta) -> str:
    """``3 h 45 min back``, beside the machine's clock."""
    minutes, seconds = divmod(round(abs(offset).total_seconds()), 60)
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")]
    told = " ".join(f"{number} {unit}" for number, unit in parts if number) or f"{seconds} s"
    return f"{told} {'back' if offset < timedelta(0) else 'ahead'}"
