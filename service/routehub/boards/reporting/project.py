"""How reports become the record of who has reported."""

from collections.abc import Callable

from sqlalchemy import Table, select

from routehub.boards.reporting.tables import reports_made
from routehub.core.errors import Refused, Stale, Unchanged
from routehub.directory.reporting_day import period_of
from routehub.directory.snapshot import Directory
from routehub.journal.message import Caution, Guard, Message, Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kinds.report.payload import Report


class ReportingBoard:
    """One row per report message; freshness is computed from them and the clock when read."""

    name = "reporting"
    kinds = frozenset({"report"})
    tables: tuple[Table, ...] = (reports_made,)

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def check(self, tx: Transaction, message: Message) -> list[Caution]:
        """Nothing to report and figures exclude each other over the whole day (UX 6)."""
        report = message.payload
        assert isinstance(report, Report)
        r = reports_made.c
        if not report.nothing_to_report:
            return []
        earlier = tx.conn.execute(
            select(r.nothing_to_report, r.audience_id, r.message_id)
            .where(
                r.route == message.route, r.party == message.reported_party, r.bucket == report.period,
                r.day == report.day, *([r.start == report.start] if report.start else []),
            )
            .order_by(r.sequence.desc())
            .limit(1)
        ).first()  # fmt: skip
        if earlier is not None and not report.reason:
            if not earlier.nothing_to_report:
                raise Refused(
                    "Figures for this day are on record.",
                    [Problem("/reason", "reason-needed", "To say nothing to report after all, give a reason.")],
                )
            if earlier.audience_id == message.audience_id:  # for other readers it is news
                raise Unchanged(earlier.message_id)
        return []

    def project(self, tx: Transaction, message: Message) -> None:
        report = message.payload
        assert isinstance(report, Report)
        route = self._directory().routes[message.route]
        party = message.reported_party
        member = route.membership(party, report.day) or route.membership(party, message.accepted_at.date())
        if member is None:
            return
        period = period_of(member, report.period, report.day, report.start)
        row = {
            "sequence": message.sequence, "route": message.route, "party": party, "bucket": period.kind,
            "day": period.day, "start": period.start, "counts_for": period.counts_for,
            "nothing_to_report": report.nothing_to_report, "figures": len(report.figures),
            "reason": report.reason, "author": message.author, "actor": message.actor, "sender": message.party,
            "audience_id": message.audience_id, "message_id": message.id, "accepted_at": message.accepted_at,
        }  # fmt: skip
        tx.collect(reports_made, (row,))


def expect_version(route: str, party: str, bucket: str, day: object, version: str) -> Guard:
    """A guard for ``If-Match``: refuses with 412 when another report came in between (RFC 9110, 13.1.1)."""

    def guard(tx: Transaction) -> None:
        r = reports_made.c
        current = tx.conn.execute(
            select(r.message_id)
            .where(r.route == route, r.party == party, r.bucket == bucket, r.day == day)
            .order_by(r.sequence.desc())
            .limit(1)
        ).scalar()
        if (current or "") != version and not (version == "*" and current):
            # The newer report is not named: it may be one that the sender does not read.
            raise Stale("Somebody posted for this day after you read it. Read it again, then send yours.")

    return guard
