"""PostgreSQL's own programs, called without a word of a password in their arguments, and databases made to prove a
backup in. Imported only where the hub's database is a PostgreSQL."""

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from routehub.core.engines import normal_url
from routehub.core.errors import HubError
from routehub.journal.verify import Progress

ASIDE = "before_"
"""Beginning of the names of schemas that hold what was there before a restore."""
_TABLE = re.compile(r'(?:dumping contents of|processing data for) table "([^"]+)"')
_KEPT_LINES = 8


def environment(url: str) -> dict[str, str]:
    """The variables by which libpq's programs find and enter a database: arguments can be read by everybody on the
    machine, a program's environment by its own account only."""
    given = {name: str(value) for name, value in _parameters(url).items()}
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in psycopg.pq.Conninfo.get_defaults()
        if option.envvar
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ROUTEHUB_")}
    return plain | {names[name]: value for name, value in given.items() if name in names} | {"LC_ALL": "C.UTF-8"}


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection of its own for commands on whole databases, without the hub's time-outs."""
    try:
        return psycopg.connect(
            autocommit=True, **{"connect_timeout": 5} | _parameters(url) | {"application_name": "routehub keeping"}
        )  # fmt: skip
    except psycopg.OperationalError as fault:
        raise HubError(f"The database cannot be reached: {str(fault).splitlines()[0]}") from None


def _parameters(url: str) -> dict[str, Any]:
    """What libpq is told by an address, each by its own name: an address is written otherwise for SQLAlchemy."""
    parts = make_url(url)
    return dict(parts.get_dialect()().create_connect_args(parts)[1])


def program(name: str) -> str:
    """Where a program of PostgreSQL lies. Errors: HubError with what to install."""
    found = shutil.which(name)
    if found is None:
        debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
        found = str(debian[-1]) if debian else None
    if found is None:
        raise HubError(
            f"{name} is not installed. Install the client programs of the server's version (postgresql-client)."
        )
    return found


def dump(url: str, snapshot: str, target: Path, tables: int, progress: Progress) -> None:
    """One moment of a database as a file in PostgreSQL's own format, which pg_restore reads."""
    arguments = [
        "--format=custom", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions",
        f"--exclude-schema={ASIDE}*", f"--snapshot={snapshot}", f"--file={target}", "--verbose",
    ]  # fmt: skip
    _run("pg_dump", arguments, url, tables, progress)


def load(url: str, source: Path, tables: int, progress: Progress) -> None:
    """Fill an empty database with a dump, in one transaction. The row that names its form is left out: until the last
    step of a restore has put it in, no hub starts on the half of it. Nothing is written beside the dump, which may lie
    on a disk that can only be read."""
    listed = subprocess.run([program("pg_restore"), "--list", source], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise HubError(f"pg_restore cannot read {source.name}: {listed.stderr.strip()}")
    wanted = [line for line in listed.stdout.splitlines() if " TABLE DATA public alembic_version " not in line]
    with tempfile.NamedTemporaryFile("w", prefix="routehub-contents-") as chosen:
        chosen.write("\n".join(wanted))
        chosen.flush()
        arguments = [
            "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--use-list={chosen.name}",
            f"--dbname={make_url(url).database}", "--verbose", str(source),
        ]  # fmt: skip
        _run("pg_restore", arguments, url, tables, progress)


def _run(name: str, arguments: Sequence[str], url: str, tables: int, progress: Progress) -> None:
    last: list[str] = []
    done = 0
    with subprocess.Popen(
        [program(name), "--no-password", *arguments], env=environment(url), text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stderr is not None
        for line in running.stderr:
            last = [*last[-_KEPT_LINES + 1 :], line.strip()]
            if _TABLE.search(line):
                done += 1
                progress("tables", done, max(done, tables))
    if running.returncode:
        words = [line for line in last if "error" in line.lower()] or last
        raise HubError(f"{name} failed: {' '.join(words)}")


@contextlib.contextmanager
def scratch(url: str) -> Iterator[str]:
    """The address of an empty database on the same server, gone afterwards."""
    made = f"routehub_proof_{secrets.token_hex(6)}"
    name = sql.Identifier(made)
    with connect(url) as conn:
        try:
            conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        except psycopg.errors.InsufficientPrivilege:
            raise HubError(
                "A backup is proven in a database of its own, which this account may not make. Let it: ALTER ROLE … "
                "CREATEDB; or take the backup with --unproven and prove it on another server: routehub backups check"
            ) from None
        try:
            yield address(make_url(url).set(database=made))
        finally:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def address(url: URL) -> str:
    return normal_url(url.render_as_string(hide_password=False))


def hubs(conn: psycopg.Connection[tuple[object, ...]]) -> int:
    """How many connections hubs and their commands have to this database now."""
    found = conn.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name IN ('routehub', 'routehub at length')"
    ).fetchone()
    return int(str(found[0])) if found else 0


def tables(conn: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [str(row[0]) for row in rows]


def set_aside(conn: psycopg.Connection[tuple[object, ...]], schema: str) -> int:
    """Move every table out of the way; answers how many. Nothing is copied, so this takes no time and no room."""
    return _move(conn, "public", schema)


def put_back(conn: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
    """Undo ``set_aside``: what stands in the place of those tables goes."""
    with conn.transaction():
        for name in tables(conn):
            conn.execute(sql.SQL("DROP TABLE public.{} CASCADE").format(sql.Identifier(name)))
        _move(conn, schema, "public")
        conn.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(schema)))


def _move(conn: psycopg.Connection[tuple[object, ...]], here: str, there: str) -> int:
    with conn.transaction():
        conn.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(there)))
        rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (here,)).fetchall()
        for (name,) in rows:
            conn.execute(
                sql.SQL("ALTER TABLE {}.{} SET SCHEMA {}").format(
                    sql.Identifier(here), sql.Identifier(str(name)), sql.Identifier(there)
                )
            )
    return len(rows)
