"""Tables of the minutes board. An edition stays as it was; the newest that a reader may read is the one that counts."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class MinutesEdition(SQLModel, table=True):
    """One edition of a conference's minutes; who said what is in the message. ``chair``: the party that posted it."""

    __tablename__ = "minutes_edition"
    __table_args__ = (Index(None, "route", "series", "conference"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    series: str
    conference: int
    edition: int
    began: datetime = Field(sa_type=UTCDateTime)
    ended: datetime = Field(sa_type=UTCDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    items: int
    chair: str
    author: str
    tlp: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    audience_id: int


class MinutesConclusion(SQLModel, table=True):
    """What an edition says was concluded. ``points``: under which it is published."""

    __tablename__ = "minutes_conclusion"
    __table_args__ = (Index(None, "message_id"),)

    message_id: str = Field(primary_key=True, foreign_key="minutes_edition.message_id")
    id: str = Field(primary_key=True)
    position: int
    item: int
    title: str
    text: str = Field(sa_type=Text)
    publish: str
    points: str = ""


class MinutesAction(SQLModel, table=True):
    """What an edition says is to be done, by whom (in the directory's codes) and by when."""

    __tablename__ = "minutes_action"
    __table_args__ = (Index(None, "message_id"),)

    message_id: str = Field(primary_key=True, foreign_key="minutes_edition.message_id")
    id: str = Field(primary_key=True)
    position: int
    item: int
    title: str
    owners: str
    what: str = Field(sa_type=Text)
    due: date
    points: str = ""


class ActionAct(SQLModel, table=True):
    """An owner's word on an action, whichever edition it answered. ``act``: complete or more_time."""

    __tablename__ = "action_act"
    __table_args__ = (Index(None, "route", "series", "conference", "action"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    series: str
    conference: int
    action: str
    party: str
    act: str
    text: str | None = Field(default=None, sa_type=Text)
    new_time: datetime | None = Field(default=None, sa_type=UTCDateTime)
    author: str
    at: datetime = Field(sa_type=UTCDateTime)
    audience_id: int


minutes_editions = table_of(MinutesEdition)
minutes_conclusions = table_of(MinutesConclusion)
minutes_actions = table_of(MinutesAction)
action_acts = table_of(ActionAct)
