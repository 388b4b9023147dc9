"""A database that went back in time begins anew: another epoch, nobody signed in, and nothing that may have been sent
since is sent twice (PROMISES 5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from routehub.core import state
from routehub.core.clock import LiveClock, MovableClock
from routehub.delivery import outgoing
from routehub.delivery.escalation import held
from routehub.directory import sign_in
from routehub.directory.principal import HUB_PARTY
from routehub.journal.batch import Batch
from routehub.journal.known import Known
from routehub.keeping import moved


@dataclass(frozen=True)
class Anew:
    """epoch: the new one; uncertain: mails that may have been sent and wait for a decision; sessions: ended ones."""

    epoch: int
    uncertain: int
    sessions: int


def begin_anew(
    conn: Connection, *, exercise: bool, how: str, back_to: datetime | None, send_uncertain: bool
) -> Anew:  # fmt: skip
    """Inside the caller's transaction, with no hub on the database.

    back_to: the moment that the database shows, where it is known. send_uncertain: mails that were due then are sent,
    at the risk that people get them twice; otherwise they are given up with the reason, and whoever they were for may
    have them sent. Webhooks are sent in any case: a receiver knows a delivery again by its id.
    """
    clock = MovableClock(state.clock_offset(conn)[1]) if exercise else LiveClock()
    tx = Batch.open(conn, clock, Known())
    epoch = _epoch(state.epoch(conn), tx.wall)
    state.write(conn, "epoch", str(epoch))
    moved.clear(conn)
    ended = sign_in.end_everything(conn, tx.wall)
    uncertain = 0
    if not send_uncertain:
        held.release(tx)
        moment = f"on {back_to:%Y-%m-%d at %H:%M} UTC" if back_to else "at the moment it went back to"
        words = f"uncertain: due {moment}, then the hub was restored; it may have been sent before"
        uncertain = outgoing.give_up_uncertain(tx, words)
    state.write(conn, outgoing.UNCERTAIN_UNTIL, "0" if send_uncertain else str(tx.sequence))
    detail = {"how": how, "epoch": epoch, "head": tx.sequence, "uncertain": uncertain, "sessions": ended}
    tx.audit("begun-anew", sign_in.EVERY_ROUTE, HUB_PARTY, "operator", detail)
    tx.directory_changed()
    tx.flush()
    return Anew(epoch, uncertain, ended)


def _epoch(before: int, wall: datetime) -> int:
    """The moment as a number, ``20261122081503``. Counting on from the epoch of the backup would give the same number
    twice to whoever restores the same backup twice, and cursors of the first time would look good in the second."""
    return max(before + 1, int(f"{wall:%Y%m%d%H%M%S}"))
