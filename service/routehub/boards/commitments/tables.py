"""Tables of the commitments board. A commitment is its first message; what it says by each of its messages is kept, and
so is every statement of progress: how it stood on any day can be read again."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class CommitmentRecord(SQLModel, table=True):
    """A commitment. All of its messages have the same readers."""

    __tablename__ = "commitment_record"

    id: str = Field(primary_key=True)
    short_id: str
    route: str = Field(index=True)
    party: str
    sequence: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UTCDateTime)
    exercise: bool = False
    audience_id: int


class CommitmentSaid(SQLModel, table=True):
    """What a commitment says by one message. ``deadline`` is the day as its sender or the hub read the words;
    ``deadline_exact``: a day was named, not a stretch of time. ``parent`` is the id of a commitment."""

    __tablename__ = "commitment_said"

    message_id: str = Field(primary_key=True)
    short_id: str
    commitment: str = Field(index=True, foreign_key="commitment_record.id")
    sequence: int = Field(sa_type=BigInteger)
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    title: str
    category: str
    text: str | None = Field(default=None, sa_type=Text)
    owners: str
    points: str
    target: int | None = Field(default=None, sa_type=BigInteger)
    unit: str | None = None
    rate: int | None = Field(default=None, sa_type=BigInteger)
    rate_per: str | None = None
    deadline_text: str | None = None
    deadline: date | None = None
    deadline_exact: bool = False
    milestones: str = Field(default="[]", sa_type=Text)
    parent: str | None = None
    report: str | None = None
    tlp: str
    party: str
    author: str
    audience_id: int


class CommitmentProgress(SQLModel, table=True):
    """One statement of progress: a stage, and the value at it, as of a day."""

    __tablename__ = "commitment_progress"

    message_id: str = Field(primary_key=True)
    commitment: str = Field(index=True, foreign_key="commitment_record.id")
    sequence: int = Field(sa_type=BigInteger)
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    stage: str
    value: int | None = Field(default=None, sa_type=BigInteger)
    as_of: date
    text: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    milestones: str = Field(default="[]", sa_type=Text)
    report: str | None = None
    tlp: str
    party: str
    author: str
    audience_id: int


commitment_records = table_of(CommitmentRecord)
commitment_said = table_of(CommitmentSaid)
commitment_progress = table_of(CommitmentProgress)
