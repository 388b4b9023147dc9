"""``routehub new-epoch``: after a database was brought back in another way than by ``routehub restore``."""

import typer

from routehub.cli.progress import Bars
from routehub.cli.restore import SendUncertain, told
from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.keeping.inplace import new_epoch as begin


def new_epoch(send_uncertain: SendUncertain = False) -> None:
    """After a point-in-time recovery, or a copy of the disk put back: verify, and begin a new epoch. No hub may run."""
    settings = Settings()
    db = Database(settings.database_url, read_threads=1)
    try:
        with Bars() as bars:
            anew, newest = begin(db, settings, bars.show, send_uncertain=send_uncertain)
    finally:
        db.close()
    since = f"after {newest:%Y-%m-%d %H:%M:%S} UTC" if newest else "since"
    typer.echo("Every chain fits.")
    told(anew, since)
