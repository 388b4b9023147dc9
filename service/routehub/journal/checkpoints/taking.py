"""Taking checkpoints: now and then, of every chain that has grown since."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from routehub.core import state
from routehub.core.canonical import iso
from routehub.core.columns import upsert
from routehub.journal.batch import Batch, Head
from routehub.journal.checkpoints.signing import Signer, private_key
from routehub.journal.checkpoints.tables import signed_checkpoints, signing_keys
from routehub.journal.jobs import Change
from routehub.journal.writer import Writer

LOOK_SECONDS = 60.0
Chain = tuple[str, str, str]
"""Name, route and party of a chain."""
JOURNAL: Chain = ("journal", "", "")
AUDIT: Chain = ("audit", "", "")


class Checkpoints:
    """Called now and then. Hubs on one database take turns: whoever looks first when it is time."""

    def __init__(self, writer: Writer, key: Path, seconds: float) -> None:
        self._writer, self._key, self._every = writer, key, timedelta(seconds=seconds)
        self._signer: Signer | None = None

    async def look(self) -> bool:
        """Take what is due; never more to do at once."""
        await self._writer.submit(Change(lambda tx: self._take(tx) if self._due(tx) else 0))
        return False

    async def take(self) -> int:
        """Take them now; says how many chains have grown since the last time."""
        return await self._writer.submit(Change(self._take))

    def take_now(self) -> int:
        """The same for commands."""
        return self._writer.change(self._take)

    def _due(self, tx: Batch) -> bool:
        last = tx.conn.execute(select(func.max(signing_keys.c.last_used))).scalar()
        return last is None or last <= tx.wall - self._every or last > tx.wall

    def _take(self, tx: Batch) -> int:
        if self._signer is None or self._signer.deployment != state.deployment(tx.conn):
            self._signer = Signer(private_key(self._key), state.deployment(tx.conn))
        _publish(tx, self._signer)
        chains = {JOURNAL: Head(tx.sequence, tx.chain), AUDIT: Head(tx.audit_number, tx.audit_chain)}
        chains |= {("feed", *key): head for key, head in tx.feed_heads().items()}
        rows = [row for chain, head in chains.items() if (row := _row(tx, self._signer, chain, head)) is not None]
        if rows:
            tx.conn.execute(insert(signed_checkpoints), rows)
        return len(rows)


def _publish(tx: Batch, signer: Signer) -> None:
    """Put the key on record, and say in the audit when it is a new one: readers are told the same."""
    k, public = signing_keys.c, str(signer.public)
    since = tx.conn.execute(select(k.since).where(k.public == public)).scalar()
    if since is None:
        tx.audit("signing-key", "*", "", "hub", {"key": public})
    row = {"public": public, "since": since or tx.wall, "last_used": tx.wall}
    tx.conn.execute(upsert(tx.conn, signing_keys, "public"), row)


def _row(tx: Batch, signer: Signer, chain: Chain, head: Head) -> dict[str, object] | None:
    """None where the chain is as it was."""
    c, (name, route, party) = signed_checkpoints.c, chain
    newest = select(func.max(c.number)).where(
        c.chain_name == name, c.route == route, c.party == party, c.epoch == tx.epoch
    )
    if head.feed <= (tx.conn.execute(newest).scalar() or 0):
        return None
    called = "/".join(part for part in chain if part)
    return {
        "chain_name": name, "route": route, "party": party, "epoch": tx.epoch, "number": head.feed,
        "chain": head.chain, "taken_at": tx.wall,
        "note": signer.sign(called, head.feed, head.chain, tx.epoch, iso(tx.wall)),
    }  # fmt: skip
