"""Tables of delivery: who wants what by which channel, what is to be sent, and every attempt."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from routehub.core.db import UTCDateTime, table_of


class Subscription(SQLModel, table=True):
    """A wish of a person or a national system of ``party``. Lists are JSON; empty ones do not narrow.

    owner: ``person:ID`` or ``system:NAME``; a system's outlives the change of its key. The secret signs webhooks and
    has to be kept as it is: a signature cannot be made from a hash.
    """

    __tablename__ = "subscription"

    id: str = Field(primary_key=True)
    route: str = Field(index=True)
    party: str
    owner: str
    channel: str
    target: str
    kinds: str = "[]"
    parties: str = "[]"
    places: str = "[]"
    severity: str | None = None
    points: str = "[]"
    threads: str = "[]"
    secret: str | None = None
    active: bool = True
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: str
    failing_since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    disabled_reason: str | None = None


class Delivery(SQLModel, table=True):
    """One thing for one addressee: a message, a test or a notice about a subscription. Times are the machine's.

    addressee: ``subscription:ID``, or ``person:ID`` for what people get without having asked; with ``about`` it is
    unique, so nothing is sent twice because it was dispatched twice. state: due, sent, dead (given up) or dropped
    (the addressee may not have it any more).
    """

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("addressee", "about"), Index("ix_delivery_due", "state", "due_at"))

    id: str = Field(primary_key=True)
    addressee: str
    about: str = Field(index=True)
    purpose: str
    route: str
    party: str
    channel: str
    kind: str
    urgent: bool
    note: str | None = Field(default=None, sa_type=Text)
    state: str = "due"
    attempts: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    lease_by: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    outcome: str = ""


class Attempt(SQLModel, table=True):
    """One try of a delivery. ``status`` is what the receiver answered, if it answered."""

    __tablename__ = "attempt"

    delivery: str = Field(primary_key=True, foreign_key="delivery.id")
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    ok: bool
    status: int | None = None
    detail: str
    seconds: float


subscriptions = table_of(Subscription)
deliveries = table_of(Delivery)
attempts = table_of(Attempt)
