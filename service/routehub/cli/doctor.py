"""``routehub doctor``: what would keep this hub from doing its work, and one thing to do about each fault."""

import json
import shutil
import smtplib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.core.settings import Settings
from routehub.journal import follow
from routehub.migrate import current, newest

LEAST_FREE = 512 * 1024 * 1024
CLOCK_OFF = timedelta(seconds=5)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``fix`` says what to do when it is not well."""

    what: str
    well: bool
    words: str
    fix: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False) -> None:
    """Look at the database, the disk, the clock and the mail server. Exit status 1 when anything is not well."""
    found = list(examine(Settings()))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            typer.echo(f"{'well ' if finding.well else 'FAULT'}  {finding.what}: {finding.words}")
            if not finding.well:
                typer.echo(f"       {finding.fix}")
    if not all(finding.well for finding in found):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be looked at from the hub's machine, also while the hub runs."""
    yield _disk(settings)
    yield _mail(settings)
    db: Database | None = None
    try:
        db = Database(settings.database_url)
        for look in (_form, _durability, _clock, _journal):
            yield look(db)
    except (HubError, SQLAlchemyError, OSError) as fault:
        words = fault.detail if isinstance(fault, HubError) else str(fault).partition("\n")[0]
        yield Finding("database", False, words, "Check ROUTEHUB_DATABASE_URL, and that the database runs.")
    finally:
        if db is not None:
            db.close()


def _form(db: Database) -> Finding:
    with db.writer.connect() as conn:
        here = current(conn)
    if here == newest():
        return Finding("database form", True, f"revision {here}")
    fix = "Run: routehub migrate"
    return Finding("database form", False, f"revision {here or 'none'}, this version needs {newest()}", fix)


def _durability(db: Database) -> Finding:
    faults = db.durability()
    if not faults:
        version = sqlite3.sqlite_version if db.dialect == "sqlite" else db.read_sync(_server_version)
        return Finding("durability", True, f"accepted means on disk ({db.dialect} {version})")
    fix = "Set fsync, full_page_writes and synchronous_commit to on in postgresql.conf, then reload it."
    return Finding("durability", False, "; ".join(faults), fix)


def _server_version(conn: Connection) -> str:
    return str(conn.execute(text("SHOW server_version")).scalar_one())


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir
    if settings.is_sqlite:
        folder = Path(settings.database_url.removeprefix("sqlite:///")).parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    words = f"{usage.free / 2**30:.1f} GiB of {usage.total / 2**30:.1f} GiB free at {folder}"
    fix = "Make room: posts get 507 when the disk is full; reading goes on, and no restart is needed afterwards."
    return Finding("disk", usage.free >= LEAST_FREE, words, fix)


def _clock(db: Database) -> Finding:
    """On PostgreSQL the server's clock is compared; with SQLite there is only one."""
    now = wall()
    if db.dialect == "sqlite":
        return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")
    there = db.read_sync(lambda conn: conn.execute(text("SELECT clock_timestamp()")).scalar_one())
    off = abs(there - now)
    words = f"{now:%Y-%m-%d %H:%M:%S} UTC, {off.total_seconds():.1f} s from the database's"
    return Finding(
        "clock", off <= CLOCK_OFF, words, "Let both machines follow a time server (timedatectl set-ntp true)."
    )


def _journal(db: Database) -> Finding:
    words = db.read_sync(_head_and_age)
    return Finding("journal", True, words)


def _head_and_age(conn: Connection) -> str:
    head, newest_at = follow.head(conn), follow.newest_at(conn)
    last = f", the last of {newest_at:%Y-%m-%d %H:%M:%S} UTC" if newest_at else ""
    _times, offset = state.clock_offset(conn)
    moved = f"; the clock is moved by {offset}" if offset else ""
    return f"epoch {state.epoch(conn)}, {head} messages{last}{moved}"


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding("mail", True, f"no server: mail is kept as files in {settings.data_dir / 'mail'}")
    address = urlsplit(settings.smtp_url)
    host = address.hostname or "localhost"
    secure = address.scheme == "smtps"
    connect: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL if secure else smtplib.SMTP
    port = address.port or (465 if secure else 587)
    try:
        with connect(host, port, timeout=5) as server:
            code = server.noop()[0]
        return Finding("mail", code == 250, f"{host}:{port} answers {code}", "See the mail server's log.")
    except OSError as fault:
        return Finding("mail", False, f"{host}:{port}: {fault}", "Check ROUTEHUB_SMTP_URL, and that the server runs.")
