"""Table of erasures: which content is gone, since when and why."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from routehub.core.db import UTCDateTime, table_of


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
