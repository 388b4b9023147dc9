"""Retention: the content of a kind's messages is kept for so many days, then erased. Once a day, by whichever hub
looks first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from sqlalchemy import Connection, and_, func, or_, select

from routehub.core.clock import Clock
from routehub.core.db import Database
from routehub.core.errors import HubError
from routehub.journal.batch import Batch
from routehub.journal.erasing.erase import Eraser, Found, Order
from routehub.journal.jobs import Change
from routehub.journal.tables import entries, erasures
from routehub.journal.writer import Writer

LOOK_SECONDS = 900.0
BETWEEN = timedelta(hours=20)
"""Between two times, so that a day has one and posts wait once."""
Rules = Mapping[str, int]
"""Days by kind."""


@dataclass(frozen=True)
class Due:
    """What is to go of one kind. oldest: when the first of them was accepted, in hub time."""

    kind: str
    days: int
    messages: int
    oldest: datetime


def rules(text: str, kinds: frozenset[str]) -> dict[str, int]:
    """``note=730,request=1095`` as days by kind.

    Errors: HubError that names a kind which is not there, and the nearest one that is.
    """
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        kind, _, days = part.partition("=")
        if kind not in kinds:
            near = get_close_matches(kind, sorted(kinds), 1)
            raise HubError(f"ROUTEHUB_RETENTION names no kind: {kind}." + (f" Did you mean {near[0]}?" if near else ""))
        found[kind] = int(days)
    return found


def due(conn: Connection, held: Rules, now: datetime) -> list[Due]:
    """What would be erased now, by kind."""
    e = entries.c
    found = []
    for kind, days in sorted(held.items()):
        query = select(func.count(), func.min(e.accepted_at)).where(_over({kind: days}, now))
        count, oldest = conn.execute(query).one()
        if count:
            found.append(Due(kind, days, count, oldest))
    return found


def apply(tx: Batch, eraser: Eraser, held: Rules) -> int:
    """Erase what is over, in the writer's transaction; says how many messages."""
    e = entries.c
    query = select(e.sequence, e.id, e.route, e.party, e.kind).where(_over(held, tx.now)).order_by(e.sequence)
    over = [Found(*row) for row in tx.conn.execute(query)]
    reasons = {kind: f"its time of {days} days was over" for kind, days in held.items()}
    return eraser.erase_each(tx, {
        Order("hub", reasons[kind], "retention"): [one for one in over if one.kind == kind]
        for kind in sorted({one.kind for one in over})
    })  # fmt: skip


class Retention:
    """Called now and then; does something once a day."""

    def __init__(self, db: Database, writer: Writer, clock: Clock, eraser: Eraser, held: Rules) -> None:
        self._db, self._writer, self._clock, self._eraser, self._held = db, writer, clock, eraser, held

    async def look(self) -> bool:
        if not self._held:
            return False
        is_due: bool = await self._db.read_own(self._is_due)
        if is_due:
            await self._writer.submit(Change(lambda tx: apply(tx, self._eraser, self._held)))
        return False

    def _is_due(self, conn: Connection) -> bool:
        e = entries.c
        last = conn.execute(select(func.max(erasures.c.at)).where(erasures.c.ground == "retention")).scalar()
        if last is not None and datetime.now(last.tzinfo) - last < BETWEEN:
            return False
        return conn.execute(select(e.sequence).where(_over(self._held, self._clock.now())).limit(1)).first() is not None


def _over(held: Rules, now: datetime):  # type: ignore[no-untyped-def]
    e = entries.c
    over = [and_(e.kind == kind, e.accepted_at < now - timedelta(days=days)) for kind, days in held.items()]
    return and_(e.body.is_not(None), or_(*over))
