"""``routehub retention``: what would be erased now because its time is over."""

from typing import Annotated

import typer

from routehub.app import shipped_boards
from routehub.cli.offline import AsJson, offline, show
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.erasing import retention as rules
from routehub.journal.erasing.erase import Eraser
from routehub.warning.stored import erased
from routehub_schemas.registry import Registry


def retention(
    now: Annotated[bool, typer.Option("--now", help="Erase it now, and not when the hub does it, once a day.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is over by ROUTEHUB_RETENTION, kind by kind. Nothing is erased without --now."""
    with offline() as hub:
        held = rules.rules(hub.settings.retention, frozenset(Registry.shipped()))
        due = hub.change(lambda tx: rules.due(tx.conn, held, tx.now))
        if now and due:

            def apply(tx: Batch) -> int:
                directory = load(tx.conn)
                eraser = Eraser(shipped_boards(lambda: directory), Registry.shipped(), erased)
                return rules.apply(tx, eraser, held)

            typer.echo(f"Erased: {hub.change(apply)} messages.", err=True)
    rows = [{"kind": one.kind, "days": one.days, "messages": one.messages, "oldest": one.oldest} for one in due]
    show(rows, as_json, "Nothing is over." if held else "ROUTEHUB_RETENTION is empty: everything is kept.")
