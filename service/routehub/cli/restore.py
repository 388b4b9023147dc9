"""``routehub restore``: put a backup in the place of the hub's database."""

from typing import Annotated

import typer

from routehub.cli.backups import Folder, find
from routehub.cli.progress import Bars
from routehub.core.settings import Settings
from routehub.keeping.anew import Anew
from routehub.keeping.restoring import restore as put_back

SendUncertain = Annotated[
    bool, typer.Option("--send-uncertain", help="Send mails that were due then, though they may have been sent since.")
]


def restore(
    which: Annotated[str, typer.Argument(help="Name or path of a backup; the newest, if not named.")] = "",
    folder: Folder = None,
    replace: Annotated[bool, typer.Option("--replace", help="Set aside what is in the database now.")] = False,
    send_uncertain: SendUncertain = False,
) -> None:
    """Check a backup, load it, verify every chain, begin a new epoch. No hub may run. What was there is set aside."""
    settings = Settings()
    path = find(which, folder or settings.backup_folder)
    with Bars() as bars:
        done = put_back(settings, path, bars.show, replace=replace, send_uncertain=send_uncertain)
    typer.echo(f"Restored from {path.name}: {done.manifest.content.words}.")
    for old in done.aside:
        typer.echo(f"What was there before is kept: {old}")
    told(done.anew, f"after {done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")


def told(anew: Anew, since: str) -> None:
    """What the operator has to know and do next."""
    typer.echo(
        f"Epoch {anew.epoch} has begun: systems with an older cursor are told to read again. {anew.sessions} sessions "
        "were ended."
    )
    what = (
        "they are given up, marked “uncertain”, and may be sent again from the log of each subscription."
        if anew.uncertain
        else "there is nothing to send again."
    )
    typer.echo(f"{anew.uncertain} notifications are uncertain (due then, and perhaps sent since): {what}")
    typer.echo(
        f"What was accepted, revoked, withdrawn or erased {since} is not in it: ask parties to post again, revoke such "
        "keys, withdraw such nominations and erase such messages again. Then start the hub: routehub serve"
    )
