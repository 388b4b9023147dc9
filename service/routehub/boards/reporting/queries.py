"""Reading the reporting board, always through the reader's audiences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from routehub.boards.reporting.freshness import DayReport
from routehub.boards.reporting.tables import reports_made
from routehub.directory.visibility import clause


def days_of(
    conn: Connection, audiences: Iterable[int], route: str, first: date, last: date, party: str | None = None
) -> dict[str, dict[date, DayReport]]:
    """Reports by party and by the reporting day that they count for, both ends included."""
    r = reports_made.c
    days = (
        select(
            r.party, r.counts_for, func.min(r.accepted_at).label("first_at"), func.min(r.sequence).label("first"),
            func.max(r.sequence).label("last"),
        )
        .where(r.route == route, clause(r.audience_id, audiences), r.counts_for >= first, r.counts_for <= last)
        .group_by(r.party, r.counts_for)
    )  # fmt: skip
    if party is not None:
        days = days.where(r.party == party)
    rows = conn.execute(days).all()
    # By their numbers, and not as a join: PostgreSQL would go through all reports that were ever made.
    ends = select(r.sequence, r.accepted_at, r.nothing_to_report, r.message_id).where(
        r.sequence.in_(sorted({number for row in rows for number in (row.first, row.last)}))
    )
    known = {row.sequence: row for row in conn.execute(ends)}
    found: dict[str, dict[date, DayReport]] = {}
    for row in rows:
        begun, made = known[row.first], known[row.last]
        report = DayReport(row.first_at, made.accepted_at, made.nothing_to_report, made.message_id, begun.message_id)
        found.setdefault(row.party, {})[row.counts_for] = report
    return found


def version_of(
    conn: Connection, audiences: Iterable[int], route: str, party: str, bucket: str, day: date
) -> str | None:
    """The message that last reported this period, as far as the reader may know: the ``ETag``."""
    r = reports_made.c
    found = conn.execute(
        select(r.message_id)
        .where(
            r.route == route,
            r.party == party,
            r.bucket == bucket,
            r.day == day,
            clause(r.audience_id, audiences),
        )
        .order_by(r.sequence.desc())
        .limit(1)
    ).scalar()
    return str(found) if found else None


@dataclass(frozen=True)
class MadeBy:
    """Who made a report, and whether a person or a national system sent it; ``sender``: the party that entered it."""

    author: str
    sender: str
    system: bool


def made_by(conn: Connection, audiences: Iterable[int], messages: Iterable[str]) -> dict[str, MadeBy]:
    """Who made the reports with these message ids, as far as the reader may see them."""
    r = reports_made.c
    rows = conn.execute(
        select(r.message_id, r.author, r.sender, r.actor).where(
            r.message_id.in_(sorted(set(messages))), clause(r.audience_id, audiences)
        )
    )
    return {row.message_id: MadeBy(row.author, row.sender, row.actor.startswith("key:")) for row in rows}


def first_day(conn: Connection, audiences: Iterable[int], route: str) -> date | None:
    """The first reporting day of which a reader has a report: where a look back over the route begins."""
    r = reports_made.c
    query = select(r.counts_for).where(r.route == route, clause(r.audience_id, audiences))
    found: date | None = conn.execute(query.order_by(r.counts_for).limit(1)).scalar()
    return found
