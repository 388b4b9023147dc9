"""Papers in work. They are no messages yet: the chair and the note-takers alone see them, and each change has a
version, so that nobody overwrites what somebody else has just written."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class AgendaDraft(SQLModel, table=True):
    """What the chair has changed of a conference's agenda: ``edits`` is JSON (``routehub.chairing.edits``), laid over
    the newest edition when it is read."""

    __tablename__ = "agenda_draft"

    route: str = Field(primary_key=True, foreign_key="route.code")
    series: str = Field(primary_key=True)
    conference: int = Field(primary_key=True)
    version: int
    edits: str = Field(sa_type=Text)
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)


class MeetingNotes(SQLModel, table=True):
    """A conference that is minuted. ``state``: running or ended; ``edition``: which its minutes will be; ``agenda``:
    the message on which it runs. Attendee is JSON with a version of its own."""

    __tablename__ = "meeting_notes"

    route: str = Field(primary_key=True, foreign_key="route.code")
    series: str = Field(primary_key=True)
    conference: int = Field(primary_key=True)
    state: str
    edition: int
    agenda: str | None = None
    began: datetime = Field(sa_type=UTCDateTime)
    ended: datetime | None = Field(default=None, sa_type=UTCDateTime)
    begun_by: str
    attendance: str = Field(sa_type=Text)
    version: int
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)
    minutes: str | None = None


class ItemNotes(SQLModel, table=True):
    """What is noted under one item, as JSON (``routehub.chairing.notes``). ``held_by`` writes in it until
    ``held_until`` (wall time: a lock is about people at their desks, whatever the hub's clock says)."""

    __tablename__ = "item_notes"

    route: str = Field(primary_key=True, foreign_key="route.code")
    series: str = Field(primary_key=True)
    conference: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    head: str = Field(sa_type=Text)
    notes: str = Field(sa_type=Text)
    version: int
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)
    held_by: str | None = None
    held_name: str | None = None
    held_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


agenda_drafts = table_of(AgendaDraft)
meeting_notes = table_of(MeetingNotes)
item_notes = table_of(ItemNotes)
