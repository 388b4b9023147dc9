"""Tables of delivery: who wants what by which channel, what is to be sent, and every attempt."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class Subscription(SQLModel, table=True):
    """A wish of a person or a national system of ``party``. Lists are JSON; empty ones do not narrow.

    owner: ``person:ID`` or ``system:NAME``; a system's outlives the change of its key. secret: the keys that sign its
    webhooks now, separated by spaces; they have to be kept as they are: a signature cannot be made from a hash.
    ending_secrets: those of before that still sign beside them, as JSON pairs of key and end. The target of a channel
    of other services holds secrets too, and is never shown whole.
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
    ending_secrets: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})
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
    (the addressee may not have it any more). replay: the one that made it due again, if any.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("addressee", "about"),
        Index("ix_delivery_due", "state", "due_at"),
        Index("ix_delivery_claim", "state", "urgent", "due_at", "id"),
        Index("ix_delivery_party", "route", "party", "state"),
    )

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
    replay: str | None = Field(default=None, index=True)


class Replay(SQLModel, table=True):
    """A stretch of the party's feed that is sent to a subscription once more. Feed numbers: after ``start``, up to
    ``until``; ``reached``: how far it has been looked through; ``wanted``: how many messages passed the filter."""

    __tablename__ = "delivery_replay"

    id: str = Field(primary_key=True)
    subscription: str = Field(index=True)
    route: str
    party: str
    start: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    reached: int = Field(sa_type=BigInteger)
    wanted: int = 0
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: str
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)


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


class HeldMail(SQLModel, table=True):
    """A mail that waits: for the end of quiet hours, or to be joined with others on the same leg or place.

    purpose: message or reminder; thread: the leg or place; joined: it waits for others of its thread; batch: the
    letter in which it went, with its sequence as its place there.
    """

    __tablename__ = "held_mail"
    __table_args__ = (Index("ix_held_mail_waiting", "released_at", "release_at"),)

    addressee: str = Field(primary_key=True)
    about: str = Field(primary_key=True, index=True)
    purpose: str
    route: str
    party: str
    kind: str
    sequence: int = Field(sa_type=BigInteger)
    thread: str
    joined: bool
    held_at: datetime = Field(sa_type=UTCDateTime)
    release_at: datetime = Field(sa_type=UTCDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    batch: str | None = Field(default=None, index=True)


subscriptions = table_of(Subscription)
deliveries = table_of(Delivery)
attempts = table_of(Attempt)
replays = table_of(Replay)
held_mail = table_of(HeldMail)
