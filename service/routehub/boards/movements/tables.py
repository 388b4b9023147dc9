"""Tables of the movements board. Nothing in them is overwritten."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class MovementRecord(SQLModel, table=True):
    """A proposal as it was sent. policy: that of the leg then; answer_by: the time at the border where none was set."""

    __tablename__ = "movement_record"

    id: str = Field(primary_key=True)
    short_id: str
    route: str = Field(index=True)
    party: str
    asked: str
    leg: str
    policy: str
    people: int
    at: datetime = Field(sa_type=UTCDateTime)
    answer_by: datetime = Field(sa_type=UTCDateTime)
    transport: str
    vehicles: int | None = None
    place: str | None = None
    start_place: str | None = None
    title: str | None = None
    remarks: str | None = Field(default=None, sa_type=Text)
    points: str = ""
    sequence: int = Field(sa_type=BigInteger)
    proposed_at: datetime = Field(sa_type=UTCDateTime)
    exercise: bool = False
    tlp: str
    author: str
    audience_id: int


class MovementAct(SQLModel, table=True):
    """An answer of the party asked, or what the sender did next. people: how many it was in the end."""

    __tablename__ = "movement_act"

    message_id: str = Field(primary_key=True)
    movement: str = Field(index=True, foreign_key="movement_record.id")
    sequence: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UTCDateTime)
    party: str
    act: str
    text: str | None = Field(default=None, sa_type=Text)
    people: int | None = None
    author: str


movement_records = table_of(MovementRecord)
movement_acts = table_of(MovementAct)
