"""A database that was brought back where it lies: by PostgreSQL's point-in-time recovery, or from a copy of a disk."""

from datetime import datetime

from routehub.core.db import Database
from routehub.core.settings import Settings
from routehub.journal import follow
from routehub.journal.verify import Progress
from routehub.keeping.alone import alone
from routehub.keeping.anew import Anew, begin_anew
from routehub.keeping.content import must_verify, unhurried
from routehub.migrate import upgrade


def new_epoch(
    db: Database, settings: Settings, progress: Progress, *, send_uncertain: bool
) -> tuple[Anew, datetime | None]:  # fmt: skip
    """Verify every chain and begin anew, in one transaction; answers also when the newest message was accepted.

    Errors: HubError when a hub runs, or anything does not fit.
    """
    alone(db)
    upgrade(db)
    with db.write() as conn:
        unhurried(conn)
        must_verify(conn, progress)
        newest = follow.newest_at(conn)
        exercise = settings.mode == "exercise"
        return begin_anew(
            conn, exercise=exercise, how="in place", back_to=newest, send_uncertain=send_uncertain
        ), newest
