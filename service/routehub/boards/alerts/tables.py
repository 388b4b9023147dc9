"""Tables of the alerts board. An alert is its opening message with the updates and the end that followed."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class AlertRecord(SQLModel, table=True):
    """An alert as its latest message says. Whether it has expired is computed from the clock when read."""

    __tablename__ = "alert_record"

    id: str = Field(primary_key=True)
    short_id: str
    route: str = Field(index=True)
    party: str
    sequence: int = Field(sa_type=BigInteger)
    issued_at: datetime = Field(sa_type=UTCDateTime)
    updated_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    latest: str
    sent: datetime | None = Field(default=None, sa_type=UTCDateTime)
    updates: int = 0
    category: str
    status: str
    severity: str
    urgency: str
    certainty: str
    headline: str
    description: str | None = Field(default=None, sa_type=Text)
    instruction: str | None = Field(default=None, sa_type=Text)
    place: str | None = None
    area: str | None = Field(default=None, sa_type=Text)
    legs: str = ""
    points: str = ""
    onset: datetime | None = Field(default=None, sa_type=UTCDateTime)
    expires: datetime = Field(sa_type=UTCDateTime, index=True)
    rule: str | None = None
    exercise: bool = False
    tlp: str
    author: str
    audience_id: int


class AlertMessage(SQLModel, table=True):
    """Every message of an alert, so that an update may refer to any of them."""

    __tablename__ = "alert_message"

    message_id: str = Field(primary_key=True)
    alert: str = Field(index=True, foreign_key="alert_record.id")


class AlertSource(SQLModel, table=True):
    """How CAP names a message of an alert: sender, identifier and time, per importing party. ``message_id`` is None
    while only a later message that refers to it is here: feeds are not read in order. said: digest of its content."""

    __tablename__ = "alert_source"

    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    sender: str = Field(primary_key=True)
    identifier: str = Field(primary_key=True)
    sent: datetime = Field(primary_key=True, sa_type=UTCDateTime)
    alert: str = Field(foreign_key="alert_record.id")
    message_id: str | None = None
    said: str | None = None


class Acknowledgement(SQLModel, table=True):
    """One addressed party's acknowledgement: ``at`` is None while it is waited for. It stops that party's
    reminders and is asked for again only if severity rises or the sender asks again (UX 9.3).

    asked_in, asked_at: the message that asks for it, and when; channel: page, link (in a mail) or api.
    """

    __tablename__ = "acknowledgement"

    alert: str = Field(primary_key=True, foreign_key="alert_record.id")
    party: str = Field(primary_key=True)
    at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    author: str | None = None
    actor: str | None = None
    text: str | None = Field(default=None, sa_type=Text)
    message_id: str | None = None
    channel: str | None = None
    asked_in: str | None = None
    asked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


alert_records = table_of(AlertRecord)
alert_messages = table_of(AlertMessage)
alert_sources = table_of(AlertSource)
acknowledgements = table_of(Acknowledgement)
