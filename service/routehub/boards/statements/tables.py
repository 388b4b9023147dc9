"""Tables of the statements board. Each version of a text is a record of its own, with its own signatures."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class StatementRecord(SQLModel, table=True):
    """A statement and what became of it. ``in_force_at``: when the last one named signed; ``replaced_at``: when a
    later version, ``replaced_by``, took its place."""

    __tablename__ = "statement_record"

    id: str = Field(primary_key=True)
    short_id: str = Field(index=True)
    route: str = Field(index=True)
    party: str
    sequence: int = Field(sa_type=BigInteger)
    issued_at: datetime = Field(sa_type=UTCDateTime)
    type: str
    title: str
    text: str = Field(sa_type=Text)
    language: str
    meeting: str | None = None
    meeting_day: date | None = None
    meeting_series: str | None = None
    meeting_number: int | None = None
    participants: str = ""
    points: str = ""
    replaces: str | None = Field(default=None, index=True)
    replaced_by: str | None = None
    replaced_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    in_force_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_text: str | None = Field(default=None, sa_type=Text)
    exercise: bool = False
    tlp: str
    author: str
    audience_id: int


class StatementSignature(SQLModel, table=True):
    """Where one named party stands: ``act`` is None while it has not answered, else sign or decline."""

    __tablename__ = "statement_signature"
    __table_args__ = (Index(None, "party"),)

    statement: str = Field(primary_key=True, foreign_key="statement_record.id")
    party: str = Field(primary_key=True)
    position: int
    act: str | None = None
    at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    author: str | None = None
    text: str | None = Field(default=None, sa_type=Text)
    message_id: str | None = None


statement_records = table_of(StatementRecord)
statement_signatures = table_of(StatementSignature)
