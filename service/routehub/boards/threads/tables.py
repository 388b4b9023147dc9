"""The table of the threads board. A message that answers nothing and that nobody may answer by name is not in it."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from routehub.core.columns import table_of


class ThreadMessage(SQLModel, table=True):
    """One message of an exchange. ``root``: the message with which the exchange began."""

    __tablename__ = "thread_message"
    __table_args__ = (Index(None, "route", "kind", "sequence"), Index(None, "root", "sequence"))

    message_id: str = Field(primary_key=True)
    root: str
    route: str
    kind: str
    sequence: int = Field(sa_type=BigInteger)
    audience_id: int


thread_messages = table_of(ThreadMessage)
