"""Table of the reporting board: one row per report message."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class ReportMade(SQLModel, table=True):
    """A report of a party for a period. The last ``message_id`` of a period is its version (``ETag``)."""

    __tablename__ = "report_made"
    __table_args__ = (
        Index(None, "route", "party", "day"),
        # Everything that freshness asks for, so that a report an hour costs no look at its row.
        Index(
            "ix_report_made_counts_for", "route", "counts_for", "party", "sequence", "audience_id", "accepted_at",
            "nothing_to_report",
        ),
    )  # fmt: skip

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    route: str
    party: str
    bucket: str
    day: date
    start: datetime = Field(sa_type=UTCDateTime)
    counts_for: date
    nothing_to_report: bool = False
    figures: int = 0
    reason: str | None = None
    author: str
    actor: str
    sender: str
    audience_id: int
    message_id: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)


reports_made = table_of(ReportMade)
