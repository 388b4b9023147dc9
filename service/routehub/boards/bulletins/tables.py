"""The table of the bulletins board."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class BulletinRecord(SQLModel, table=True):
    """One bulletin. ``local_date``: the morning that it is for; ``changes``: how many it tells of."""

    __tablename__ = "bulletin_record"
    __table_args__ = (Index(None, "route", "local_date"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    local_date: date
    compiled_at: datetime = Field(sa_type=UTCDateTime)
    reported: int
    expected: int
    changes: int
    audience_id: int


bulletin_records = table_of(BulletinRecord)
