"""Tables of the figures board. Nothing is overwritten: ``figure_current`` is a short way to the newest value,
``figure_revision`` keeps them all (UX 1.6)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class FigureSeries(SQLModel, table=True):
    """One series: an indicator of a party with place, counterpart and breakdown."""

    __tablename__ = "figure_series"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str = Field(unique=True, sa_type=Text)
    route: str = Field(index=True)
    party: str
    indicator: str
    place: str | None = None
    counterpart: str | None = None
    mode: str | None = None
    service: str | None = None
    modality: str | None = None
    sex: str | None = None
    age_band: str | None = None
    nationality: str | None = None


class FigureRevision(SQLModel, table=True):
    """One value as it was posted, with both times: the period it covers and when it was accepted."""

    __tablename__ = "figure_revision"

    series_id: int = Field(primary_key=True, foreign_key="figure_series.id")
    bucket: str = Field(primary_key=True)
    start: datetime = Field(primary_key=True, sa_type=UTCDateTime)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    end: datetime = Field(sa_type=UTCDateTime)
    day: date
    value: int | None = Field(default=None, sa_type=BigInteger)
    status: str
    method: str
    coverage: str
    carried_over: bool = False
    non_refoulement_check: bool | None = None
    note: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    revised: bool = False
    audience_id: int
    message_id: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)


class FigureCurrent(SQLModel, table=True):
    """The newest value of a series and period for each audience; a reader takes the newest of those it may read."""

    __tablename__ = "figure_current"

    series_id: int = Field(primary_key=True, foreign_key="figure_series.id")
    bucket: str = Field(primary_key=True)
    start: datetime = Field(primary_key=True, sa_type=UTCDateTime)
    audience_id: int = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    end: datetime = Field(sa_type=UTCDateTime)
    day: date
    value: int | None = Field(default=None, sa_type=BigInteger)
    status: str
    method: str
    coverage: str
    carried_over: bool = False
    non_refoulement_check: bool | None = None
    note: str | None = Field(default=None, sa_type=Text)
    revised: bool = False
    message_id: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)


figure_series = table_of(FigureSeries)
figure_revisions = table_of(FigureRevision)
figure_current = table_of(FigureCurrent)
