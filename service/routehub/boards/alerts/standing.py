"""Two who update an alert at the same time: the second is told before it says over the first one's words."""

from sqlalchemy import select

from routehub.boards.alerts.tables import alert_records
from routehub.core.errors import Stale
from routehub.journal.message import Guard, Transaction


def expect_latest(alert: str, seen: str) -> Guard:
    """A guard: an update says all of the alert again, so it must rest on its latest message."""

    def guard(tx: Transaction) -> None:
        r = alert_records.c
        if tx.conn.execute(select(r.latest).where(r.id == alert)).scalar() != seen:
            raise Stale("The alert was updated after this form was opened.")

    return guard
