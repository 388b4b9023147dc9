"""Tables of the journal: entries in sequence, feeds per party, chains, idempotency, audit, followers."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import SearchWords, UTCDateTime, table_of


class Entry(SQLModel, table=True):
    """One accepted message. ``body`` is its event as canonical JSON without what differs between readers;
    it may be erased later, while ``content_hash`` and the chain stay."""

    __tablename__ = "entry"

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    id: str = Field(unique=True)
    route: str
    short_id: str | None = None
    kind: str
    version: int
    party: str
    actor: str
    author: str
    on_behalf_of: str | None = None
    sender_id: str | None = None
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    subject: str
    tlp: str
    audience_id: int = Field(foreign_key="audience.id")
    thread: str | None = Field(default=None, index=True)
    body: str | None = Field(default=None, sa_type=Text)
    salt: str
    content_hash: str
    chain: str


class OriginalDocument(SQLModel, table=True):
    """The document of another format in which a message came, byte for byte. Its hash is also in the message, so the
    chain covers it. It goes when the message's body is erased."""

    __tablename__ = "original"

    message_id: str = Field(primary_key=True)
    media: str
    sha256: str
    content: bytes = Field(sa_type=LargeBinary)


class ShortId(SQLModel, table=True):
    """The short id of a record on a route, and the message that opened the record."""

    __tablename__ = "short_id"

    route: str = Field(primary_key=True)
    short_id: str = Field(primary_key=True)
    message_id: str


class FeedRow(SQLModel, table=True):
    """One message in one party's feed: gapless numbers and a chain of the party's own (PROMISES 1)."""

    __tablename__ = "feed_row"
    __table_args__ = (Index(None, "sequence", "party"),)

    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    feed: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    sequence: int = Field(sa_type=BigInteger)
    chain: str


class FeedHead(SQLModel, table=True):
    """The last number and chain link of one party's feed."""

    __tablename__ = "feed_head"

    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    feed: int = Field(sa_type=BigInteger)
    chain: str


class JournalHead(SQLModel, table=True):
    """One row: the last sequence and chain links. On PostgreSQL its lock orders the writers of all hubs."""

    __tablename__ = "journal_head"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sequence: int = Field(sa_type=BigInteger)
    chain: str
    audit: int = Field(sa_type=BigInteger)
    audit_chain: str


class IdempotencyKey(SQLModel, table=True):
    """A sender's own id for a message, with the fingerprint of what was sent under it (PROMISES 10)."""

    __tablename__ = "idempotency_key"

    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    message_id: str
    created_at: datetime = Field(sa_type=UTCDateTime, index=True)


class AuditRow(SQLModel, table=True):
    """Who did what, chained. Written in the transaction of the act itself."""

    __tablename__ = "audit_row"
    __table_args__ = (Index("ix_audit_row_route_party", "route", "party"),)

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UTCDateTime)
    act: str
    route: str
    party: str
    actor: str
    detail: str = Field(sa_type=Text)
    chain: str


class Follower(SQLModel, table=True):
    """How far a follower of the journal has come."""

    __tablename__ = "follower"

    name: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)


class MessageText(SQLModel, table=True):
    """What a message is found by: its folded words with its readers. Goes when the body is erased."""

    __tablename__ = "message_text"

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    audience_id: int
    words: str = Field(sa_type=SearchWords)


class MessagePoint(SQLModel, table=True):
    """One plan point that a message is about."""

    __tablename__ = "message_point"

    route: str = Field(primary_key=True)
    point: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


entries = table_of(Entry)
originals = table_of(OriginalDocument)
short_ids = table_of(ShortId)
feed_rows = table_of(FeedRow)
feed_heads = table_of(FeedHead)
journal_head = table_of(JournalHead)
idempotency_keys = table_of(IdempotencyKey)
audit_rows = table_of(AuditRow)
followers = table_of(Follower)
message_texts = table_of(MessageText)
message_points = table_of(MessagePoint)


class Erasure(SQLModel, table=True):
    """One message whose content was erased. at: wall time; ground: ``request`` or ``retention``; reason: shown to all
    who could read the message."""

    __tablename__ = "erasure"

    message_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    by: str
    ground: str = Field(index=True)
    reason: str = Field(sa_type=Text)


erasures = table_of(Erasure)
