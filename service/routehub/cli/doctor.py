"""``routehub doctor``: what would keep this hub from doing its work, and one thing to do about each fault."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlsplit

import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from routehub.cli.examination import database, machine, work
from routehub.cli.examination.finding import Finding, found
from routehub.core.db import Database, must_be_there
from routehub.core.db_faults import as_hub_error
from routehub.core.errors import Damaged, HubError
from routehub.core.settings import Settings

FAULT, LOOK = 1, 2
HERE = ("127.0.0.1", "::1", "localhost")
SHOWN = {"well": "well ", "hint": "hint ", "look": "LOOK ", "fault": "FAULT"}


def doctor(
    port: Annotated[
        int | None, typer.Option(help="Port of the hub on this machine; else that of ROUTEHUB_PORT or ROUTEHUB_URL.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON list.")] = False,
) -> None:
    """Look at the machine, the database and the hub's work, and say what to do. Exit status 0: all is well; 1: a fault;
    2: nothing is broken, and something wants looking at. A hint changes no exit status."""
    findings = list(examine(_settings(port)))
    if as_json:
        typer.echo(json.dumps([asdict(one) | {"well": one.well} for one in findings], indent=2, ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{SHOWN[one.state]}  {one.what}: {one.words}")
            if one.fix:
                typer.echo(f"       {one.fix}")
    states = {one.state for one in findings}
    if states - {"well", "hint"}:
        raise typer.Exit(FAULT if "fault" in states else LOOK)


def _settings(port: int | None) -> Settings:
    """With the port that was asked for, else that of the settings, else that of the hub on this machine whose address
    was given to the terminal client."""
    if port is None and "ROUTEHUB_PORT" not in os.environ:
        address = urlsplit(os.environ.get("ROUTEHUB_URL", ""))
        port = address.port if address.scheme == "http" and address.hostname in HERE else None
    return Settings() if port is None else Settings(port=port)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be looked at from the hub's machine, also while the hub runs."""
    yield machine.disk(settings)
    yield machine.mail(settings)
    yield machine.proxy(settings)
    if (bell := machine.bell(settings)) is not None:
        yield bell
    db: Database | None = None
    try:
        must_be_there(settings.database_url)
        db = Database(settings.database_url)
        yield from _inside(db, settings)
    except (HubError, SQLAlchemyError, OSError) as fault:
        known = as_hub_error(fault) if isinstance(fault, DBAPIError) else fault
        if isinstance(known, Damaged):
            yield found("database", "its file is damaged", fault=True, fix=database.RESTORE)
            yield work.backups_there(settings.backup_folder)
        else:
            told = fault.orig if isinstance(fault, DBAPIError) else fault  # what senders are told would say less
            words = fault.detail if isinstance(fault, HubError) else str(told).strip().partition("\n")[0]
            fix = "Check ROUTEHUB_DATABASE_URL, and that the database runs: docs/operations/the-database-is-away.md."
            yield found("database", words, fault=True, fix=fix)
    finally:
        if db is not None:
            db.close()
    yield machine.hub(settings)


def _inside(db: Database, settings: Settings) -> Iterator[Finding]:
    if db.dialect == "sqlite":
        yield (whole := database.whole(db))
        if not whole.well:  # what else is read from it may be wrong; what is there to restore from is asked next
            yield work.backups_there(settings.backup_folder)
            return
    else:
        yield database.checksums(db)
    form = database.form(db)
    yield form
    for look in (database.speed, database.durability, database.clock):
        yield look(db)
    if form.well:  # of another form nothing else can be read for certain
        yield database.journal(db)
        yield from work.everything(db)
