"""``routehub checkpoints``: sign now, and print what was signed, to be kept elsewhere."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from routehub.cli.offline import AsJson, offline, show
from routehub.journal.checkpoints import reading
from routehub.journal.checkpoints.reading import Taken
from routehub.journal.checkpoints.taking import Checkpoints

CHAINS = ("journal", "audit")


def checkpoints(
    take: Annotated[
        bool, typer.Option("--take", help="Sign every chain that has grown, with this machine's key.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the checkpoints of journal and audit to this file.")
    ] = None,
    keys: Annotated[bool, typer.Option("--keys", help="Show the public keys instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many of each chain, the newest first.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Signed checkpoints of the journal and the audit. Keep copies where nobody who runs the hub can change them."""
    with offline() as hub:
        if take:
            settings = hub.settings
            grown = Checkpoints(hub.writer, settings.checkpoint_file, settings.checkpoint_seconds).take_now()
            typer.echo(f"Signed: {grown} chains have grown.", err=True)
        if keys:
            used = [
                {"key": str(one.key), "since": one.since, "last_used": one.last_used}
                for one in hub.db.read_sync(reading.keys)
            ]
            show(used, as_json, "Nothing was signed yet.")
            return
        if out is not None:
            taken = [one for chain in CHAINS for one in hub.db.read_sync(_all, chain)]
            out.write_text("\n".join(one.note for one in taken), "utf-8")
            typer.echo(f"{len(taken)} checkpoints are in {out}.")
            return
        rows = [
            {"chain": chain, "checkpoint": one.id, "taken": one.taken_at, "link": one.chain}
            for chain in CHAINS
            for one in hub.db.read_sync(reading.newest_first, chain, "", "", None, limit)
        ]
    show(rows, as_json, "Nothing was signed yet: routehub checkpoints --take")


def _all(conn: Connection, chain: str) -> list[Taken]:
    return list(reading.oldest_first(conn, chain, "", ""))
