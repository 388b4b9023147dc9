"""Tables of the measures board. Nothing in them is overwritten: how a measure stood at any hour can be read again."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class MeasureRecord(SQLModel, table=True):
    """A measure: its first notice and who reads it. What it says now is in its newest notice."""

    __tablename__ = "measure_record"

    id: str = Field(primary_key=True)
    short_id: str
    route: str = Field(index=True)
    party: str
    sequence: int = Field(sa_type=BigInteger)
    notified_at: datetime = Field(sa_type=UTCDateTime)
    exercise: bool = False
    audience_id: int


class MeasureNotice(SQLModel, table=True):
    """One notice of a measure: the first, or one that changes it. said: the payload as JSON."""

    __tablename__ = "measure_notice"

    message_id: str = Field(primary_key=True)
    measure: str = Field(index=True, foreign_key="measure_record.id")
    short_id: str = Field(index=True)
    sequence: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UTCDateTime)
    tlp: str
    author: str
    said: str = Field(sa_type=Text)


class MeasureAct(SQLModel, table=True):
    """A view, a confirmation by a co-author, the end or the withdrawal. The last one of a party holds."""

    __tablename__ = "measure_act"

    message_id: str = Field(primary_key=True)
    measure: str = Field(index=True, foreign_key="measure_record.id")
    sequence: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UTCDateTime)
    party: str
    act: str
    text: str | None = Field(default=None, sa_type=Text)
    author: str


class MeasureAsked(SQLModel, table=True):
    """A party whose view is asked for: the members of the route that read the notice, without those who give it."""

    __tablename__ = "measure_asked"

    measure: str = Field(primary_key=True, foreign_key="measure_record.id")
    party: str = Field(primary_key=True)


measure_records = table_of(MeasureRecord)
measure_notices = table_of(MeasureNotice)
measure_acts = table_of(MeasureAct)
measure_asked = table_of(MeasureAsked)
