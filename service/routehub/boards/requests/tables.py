"""Tables of the requests board. Requests and offers are never edited; acts on them are kept, all of them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class RequestRecord(SQLModel, table=True):
    """One request as it was sent. ``due``: of a joint assessment 24 hours after it was accepted; ``coordinators``:
    those of its readers who coordinate the route, on that day."""

    __tablename__ = "request"

    id: str = Field(primary_key=True)
    short_id: str
    route: str = Field(index=True)
    party: str
    author: str
    sequence: int = Field(sa_type=BigInteger)
    asked_at: datetime = Field(sa_type=UTCDateTime)
    category: str
    title: str
    text: str | None = Field(default=None, sa_type=Text)
    asked: str = ""
    due: datetime = Field(sa_type=UTCDateTime)
    expires: datetime | None = Field(default=None, sa_type=UTCDateTime)
    scope: str | None = Field(default=None, sa_type=Text)
    first_day: date | None = None
    last_day: date | None = None
    purpose: str | None = Field(default=None, sa_type=Text)
    answers_to: str
    quantity: int | None = Field(default=None, sa_type=BigInteger)
    unit: str | None = None
    place: str | None = None
    mechanism_triggered: bool | None = None
    mechanism_reference: str | None = None
    points: str = ""
    coordinators: str = ""
    exercise: bool = False
    tlp: str
    audience_id: int


class RequestAct(SQLModel, table=True):
    """An answer, more time, a refusal; or that who asked withdrew or closed it."""

    __tablename__ = "request_act"

    message_id: str = Field(primary_key=True)
    request: str = Field(index=True, foreign_key="request.id")
    sequence: int = Field(sa_type=BigInteger)
    party: str
    act: str
    text: str | None = Field(default=None, sa_type=Text)
    partial: bool = False
    new_time: datetime | None = Field(default=None, sa_type=UTCDateTime)
    author: str
    at: datetime = Field(sa_type=UTCDateTime)
    tlp: str
    audience_id: int


class OfferRecord(SQLModel, table=True):
    """One offer as it was sent. ``need``: the request that it is counted against."""

    __tablename__ = "offer"

    id: str = Field(primary_key=True)
    short_id: str
    route: str = Field(index=True)
    party: str
    author: str
    sequence: int = Field(sa_type=BigInteger)
    offered_at: datetime = Field(sa_type=UTCDateTime)
    need: str | None = Field(default=None, index=True, foreign_key="request.id")
    title: str
    text: str | None = Field(default=None, sa_type=Text)
    quantity: int = Field(sa_type=BigInteger)
    unit: str
    place: str | None = None
    available_from: date | None = None
    available_until: date | None = None
    offered_to: str = ""
    points: str = ""
    exercise: bool = False
    tlp: str
    audience_id: int


class OfferAct(SQLModel, table=True):
    """A step of an offer. ``quantity``: how much in all by then, of commit, deliver and receive."""

    __tablename__ = "offer_act"

    message_id: str = Field(primary_key=True)
    offer: str = Field(index=True, foreign_key="offer.id")
    sequence: int = Field(sa_type=BigInteger)
    party: str
    act: str
    quantity: int | None = Field(default=None, sa_type=BigInteger)
    text: str | None = Field(default=None, sa_type=Text)
    author: str
    at: datetime = Field(sa_type=UTCDateTime)
    tlp: str
    audience_id: int


requests = table_of(RequestRecord)
request_acts = table_of(RequestAct)
offers = table_of(OfferRecord)
offer_acts = table_of(OfferAct)
