"""``routehub erase``: take the content of a message away, on request; its place, hashes and signatures stay."""

from typing import Annotated

import typer

from routehub.app import shipped_boards
from routehub.cli.offline import OnRoute, offline
from routehub.core.errors import Refused
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.erasing.erase import Eraser, Order, find, naming
from routehub.warning.stored import erased
from routehub_schemas.registry import Registry

SHORTEST = 10


def erase(
    messages: Annotated[list[str], typer.Argument(help="Ids or short ids of messages.", metavar="MESSAGE...")],
    reason: Annotated[str, typer.Option(help="Why; everybody who could read the message reads it.")],
    route: OnRoute = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")] = False,
) -> None:
    """Erase what messages say, for good, and make the boards anew without it. It is audited at each sender's party.

    Posts wait meanwhile. What was sent out before, copies in backups, and other messages that quote it stay: those that
    name it are listed.
    """
    if len(reason.strip()) < SHORTEST:
        raise Refused("Say why, in a few words without what is to be erased: --reason 'Named a person'")
    with offline() as hub:
        who = hub.operator(route)
        found = hub.db.read_sync(find, who.route, messages)
        quoting = hub.db.read_sync(naming, found)
        if not dry_run:

            def apply(tx: Batch) -> int:
                directory = load(tx.conn)
                eraser = Eraser(shipped_boards(lambda: directory), Registry.shipped(), erased)
                return eraser.erase(tx, found, Order(who.actor, reason.strip()))

            hub.change(apply)
    done = "would be erased" if dry_run else "erased"
    for one in found:
        typer.echo(f"{one.kind} {one.id} of {one.party}: {done}.")
    if len(found) < len(messages):
        typer.echo(f"{len(messages) - len(found)} had been erased before.")
    for id_, kind, party in quoting:
        typer.echo(f"Look at {kind} {id_} of {party}: it names one of them and may quote it.")
