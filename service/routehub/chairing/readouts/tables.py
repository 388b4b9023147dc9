"""Tables of readouts in work. They are no messages yet; each change counts ``version`` up."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class ReadoutDraft(SQLModel, table=True):
    """A readout in work: ``content`` is JSON (``routehub.chairing.readouts.content``). ``minutes``: the message from
    which it was drafted."""

    __tablename__ = "readout_draft"

    route: str = Field(primary_key=True, foreign_key="route.code")
    series: str = Field(primary_key=True)
    conference: int = Field(primary_key=True)
    version: int
    content: str = Field(sa_type=Text)
    minutes: str
    edition: int
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)


class ReadoutTemplate(SQLModel, table=True):
    """What every readout of a series says around its lines: JSON (``routehub.chairing.readouts.template``)."""

    __tablename__ = "readout_template"

    route: str = Field(primary_key=True, foreign_key="route.code")
    series: str = Field(primary_key=True)
    version: int
    content: str = Field(sa_type=Text)
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)


readout_drafts = table_of(ReadoutDraft)
readout_templates = table_of(ReadoutTemplate)
