"""Tables of checkpoints: what was signed, and the public keys that did."""

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class SignedCheckpoint(SQLModel, table=True):
    """A chain as it was at a moment. chain_name: ``journal``, ``audit`` or ``feed``; route and party are empty but for
    a feed. note: the signed note, whole. taken_at: wall time."""

    __tablename__ = "checkpoint"

    chain_name: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    chain: str
    taken_at: datetime = Field(sa_type=UTCDateTime)
    note: str = Field(sa_type=Text)


class SigningKey(SQLModel, table=True):
    """The public half of a hub's key, in the form of signed notes. Its private half is never in the database."""

    __tablename__ = "signing_key"

    public: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UTCDateTime)
    last_used: datetime = Field(sa_type=UTCDateTime)


signed_checkpoints = table_of(SignedCheckpoint)
signing_keys = table_of(SigningKey)
