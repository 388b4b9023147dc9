"""``routehub backup``: a backup of the hub, while it runs, proven by restoring it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from routehub.cli.offline import AsJson
from routehub.cli.progress import Bars
from routehub.core import state
from routehub.core.clock import LiveClock
from routehub.core.db import Database, must_be_there
from routehub.core.observe import Metrics
from routehub.core.settings import Settings
from routehub.core.state import LastBackup
from routehub.directory.principal import HUB_PARTY
from routehub.directory.sign_in import EVERY_ROUTE
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.writer import Writer
from routehub.keeping.manifest import Manifest
from routehub.keeping.rotation import Keep, remove_old
from routehub.keeping.taking import take
from routehub.migrate import is_current


def backup(
    to: Annotated[Path | None, typer.Option(help="Folder of backups; else ROUTEHUB_BACKUP_DIR.")] = None,
    keep: Annotated[str, typer.Option(help="Which backups stay; else ROUTEHUB_BACKUP_KEEP.")] = "",
    unproven: Annotated[bool, typer.Option("--unproven", help="Do not restore and verify it now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a backup, restore it into a database of its own, verify it there, remove old ones. Hubs may go on."""
    settings = Settings()
    wanted = Keep.parse(keep or settings.backup_keep)
    must_be_there(settings.database_url)
    into = to or settings.backup_folder
    with Bars(quiet=as_json) as bars:
        folder, manifest = take(settings, into, bars.show, proven=not unproven)
    if manifest.proven_at is not None:
        _record(settings, folder, manifest)
    gone = remove_old(into, wanted, manifest.content.deployment)
    if as_json:
        told = {"backup": str(folder), "removed": gone, **manifest.model_dump(mode="json")}
        typer.echo(json.dumps(told, indent=2))
        return
    proof = "restored and verified" if manifest.proven_at else "not proven: routehub backups check"
    typer.echo(f"{folder}: {manifest.content.words}; {manifest.bytes / 2**20:.1f} MB; {proof}.")
    for name in gone:
        typer.echo(f"Removed {name}.")


def _record(settings: Settings, folder: Path, manifest: Manifest) -> None:
    """Let the hub know of it. A database that still has an earlier form is left as it is."""
    db = Database(settings.database_url, read_threads=1)
    try:
        if not is_current(db):
            return
        assert manifest.proven_at is not None
        made = LastBackup(
            manifest.made_at, manifest.proven_at, manifest.content.sequence, str(folder.resolve()), manifest.bytes
        )

        def write(tx: Batch) -> None:
            state.backup_made(tx.conn, made)
            tx.audit("backup", EVERY_ROUTE, HUB_PARTY, "operator", {"head": made.head, "name": folder.name})

        Writer(db, (), LiveClock(), SilentBell(), Metrics()).change(write)
    finally:
        db.close()
