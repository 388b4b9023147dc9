"""Tables of the readouts board. A text is kept whole, as it was sent: it is read as one and never searched by parts."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class ReadoutCheckRecord(SQLModel, table=True):
    """A text that was sent for check. ``digest`` of the text: by it is known whether what is published was checked."""

    __tablename__ = "readout_check_record"
    __table_args__ = (Index(None, "route", "series", "conference"),)

    id: str = Field(primary_key=True)
    short_id: str = Field(index=True)
    route: str
    series: str
    conference: int
    sequence: int = Field(sa_type=BigInteger)
    party: str
    author: str
    sent_at: datetime = Field(sa_type=UTCDateTime)
    until: datetime = Field(sa_type=UTCDateTime)
    text: str = Field(sa_type=Text)
    digest: str
    language: str
    exercise: bool = False
    tlp: str
    audience_id: int


class ReadoutCheckAnswer(SQLModel, table=True):
    """Where one named party stands; ``act`` is None while it has said nothing, else accept or ask_change."""

    __tablename__ = "readout_check_answer"
    __table_args__ = (Index(None, "party"),)

    check_id: str = Field(primary_key=True, foreign_key="readout_check_record.id")
    party: str = Field(primary_key=True)
    position: int
    act: str | None = None
    at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    author: str | None = None
    text: str | None = Field(default=None, sa_type=Text)
    message_id: str | None = None


class ReadoutRecord(SQLModel, table=True):
    """A published readout. Everybody reads it, so it has no audience."""

    __tablename__ = "readout_record"
    __table_args__ = (UniqueConstraint("route", "series", "conference"),)

    id: str = Field(primary_key=True)
    route: str
    series: str
    conference: int
    sequence: int = Field(sa_type=BigInteger)
    day: date
    published_at: datetime = Field(sa_type=UTCDateTime)
    party: str
    text: str = Field(sa_type=Text)
    check_ref: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    asked: str = ""
    reason: str | None = Field(default=None, sa_type=Text)
    language: str
    exercise: bool = False


class ReadoutErratum(SQLModel, table=True):
    """A numbered correction of a published readout."""

    __tablename__ = "readout_erratum"

    readout: str = Field(primary_key=True, foreign_key="readout_record.id")
    number: int = Field(primary_key=True)
    id: str
    wrong: str = Field(sa_type=Text)
    correct: str = Field(sa_type=Text)
    place: str
    published_at: datetime = Field(sa_type=UTCDateTime)


readout_checks = table_of(ReadoutCheckRecord)
readout_check_answers = table_of(ReadoutCheckAnswer)
readout_records = table_of(ReadoutRecord)
readout_errata = table_of(ReadoutErratum)
