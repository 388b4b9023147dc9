"""``routehub backups``: those that are there, and proving them."""

from pathlib import Path
from typing import Annotated

import typer

from routehub.cli.offline import AsJson, show
from routehub.cli.progress import Bars
from routehub.core.errors import HubError
from routehub.core.settings import Settings
from routehub.keeping import manifest as manifests
from routehub.keeping.proving import prove
from routehub.keeping.rotation import Keep, remove_old

app = typer.Typer(no_args_is_help=True, help="Backups: list them, prove them by restoring, remove old ones.")
Folder = Annotated[Path | None, typer.Option("--in", help="Folder of backups; else ROUTEHUB_BACKUP_DIR.")]


@app.command("list")
def list_them(folder: Folder = None, as_json: AsJson = False) -> None:
    """The backups that are there, the oldest first."""
    rows = [
        {
            "backup": path.name, "made": found.made_at, "proven": found.proven_at, "database": found.database,
            "messages": found.content.sequence, "epoch": found.content.epoch, "MB": f"{found.bytes / 2**20:.1f}",
        }
        for path, found in manifests.all_in(folder or Settings().backup_folder)
    ]  # fmt: skip
    show(rows, as_json, "There is no backup yet.")


@app.command("check")
def check(
    which: Annotated[str, typer.Argument(help="Name or path of a backup; the newest, if not named.")] = "",
    folder: Folder = None,
) -> None:
    """Restore a backup into a database of its own and verify it there; nothing else is touched."""
    settings = Settings()
    path = find(which, folder or settings.backup_folder)
    with Bars() as bars:
        manifest = prove(path, settings.database_url, bars.show)
    manifests.write(path, manifest)
    typer.echo(f"{path}: restored and verified: {manifest.content.words}.")


@app.command("prune")
def prune(
    keep: Annotated[str, typer.Option(help="Which backups stay; else ROUTEHUB_BACKUP_KEEP.")] = "",
    folder: Folder = None,
) -> None:
    """Remove old backups now, also when the disk has no room for another. The newest that is proven stays, and of those
    made in the day before it two more. Nothing is written, and the database is not needed."""
    settings = Settings()
    wanted, place = Keep.parse(keep or settings.backup_keep), folder or settings.backup_folder
    there = list(manifests.all_in(place))
    if not there:
        raise HubError(f"There is no backup in {place}.")
    hubs = {found.content.deployment for _, found in there}
    if len(hubs) > 1 and not keep:
        raise HubError(
            f"{place} has backups of {len(hubs)} hubs, and another may keep more than this one. Say what stays of "
            f'each: --keep "{settings.backup_keep}"'
        )
    gone = [name for one in sorted(hubs) for name in remove_old(place, wanted, one)]
    for name in gone:
        typer.echo(f"Removed {name}.")
    typer.echo(f"Removed {len(gone)}, kept {len(there) - len(gone)}, in {place}.")


def find(which: str, folder: Path) -> Path:
    """The folder of a backup by its name or path; the newest without either."""
    if which:
        named = Path(which)
        return named if (named / manifests.NAME).is_file() else folder / which
    there = [path for path, _ in manifests.all_in(folder)]
    if not there:
        raise HubError(f"There is no backup in {folder}.")
    return there[-1]
