"""Tables of early warning: the state of each route, and every condition that was ever found."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class WarningRoute(SQLModel, table=True):
    """One route's rules as far as they have come. ``state``: everything to go on from, as JSON; ``board``: forecasts
    and their errors as they are shown, as JSON; ``closed``: the last day that was closed."""

    __tablename__ = "warning_route"

    route: str = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    board: str = Field(sa_type=Text)
    closed: date | None = None
    sequence: int = Field(sa_type=BigInteger)
    saved_at: datetime = Field(sa_type=UTCDateTime)


class WarningCondition(SQLModel, table=True):
    """One condition, a WATCH or an alert. ``told``: the day on which it became an alert; ``correct``, ``lead``: its
    score (days to the event; negative: after it); ``line``: condition and last finding as JSON."""

    __tablename__ = "warning_condition"
    __table_args__ = (Index(None, "route", "opened"),)

    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    rule: str
    subject: str
    level: str
    opened: date
    last: date
    ended: date | None = None
    told: date | None = None
    alert_id: str | None = None
    correct: bool | None = None
    lead: int | None = None
    line: str = Field(sa_type=Text)


warning_routes = table_of(WarningRoute)
warning_conditions = table_of(WarningCondition)
