"""Tables of intake: what keys sent to the doors, for those who set a system up. No body is ever kept here."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class PushRow(SQLModel, table=True):
    """One request of a key at a door in, and what was answered. ``id`` begins with wall time, by which rows are
    ordered and end; ``at`` is hub time, as on messages; ``problems``: pointers, codes and sentences as JSON."""

    __tablename__ = "push"
    __table_args__ = (Index("ix_push_key_outcome_id", "key", "outcome", "id"),)

    id: str = Field(primary_key=True)
    key: str
    at: datetime = Field(sa_type=UTCDateTime)
    method: str
    path: str
    status: int
    outcome: str
    dry_run: bool
    message: str | None = None
    code: str
    detail: str
    problems: str = Field(sa_type=Text)
    more: int


pushes = table_of(PushRow)
