"""Two who change a measure at the same time: the second is told before it takes the first one's words back."""

from sqlalchemy import select

from routehub.boards.measures.tables import measure_notices
from routehub.core.errors import Stale
from routehub.journal.message import Guard, Transaction


def expect_notice(measure: str, seen: str) -> Guard:
    """A guard: a change says all of it again, so it must rest on the newest notice (decision 0050)."""

    def guard(tx: Transaction) -> None:
        n = measure_notices.c
        newest = select(n.message_id).where(n.measure == measure).order_by(n.sequence.desc()).limit(1)
        if tx.conn.execute(newest).scalar() != seen:
            raise Stale("The measure was changed after this form was opened.")

    return guard
