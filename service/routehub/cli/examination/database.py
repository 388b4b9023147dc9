"""The database: whether it answers, how fast, in which form, and whether what it accepts is on disk."""

import sqlite3
import time
from datetime import timedelta

from sqlalchemy import Connection, text

from routehub.cli.examination.finding import Finding, found
from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.journal import follow
from routehub.migrate import current, newest

CLOCK_OFF = timedelta(seconds=5)
SLOW = 0.2
"""Seconds for the smallest question of all, the best of three."""


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
    moved = f"; the clock is moved by {offset}" if offset else ""
    return f"epoch {state.epoch(conn)}, {head} messages{last}{moved}"
