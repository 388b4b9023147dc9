"""Tables of the digests: the series of conferences, and what was due on the schedule."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class ConferenceSeries(SQLModel, table=True):
    """A series of conferences of a route, and when its digest goes out. Weekdays by name: a number means another
    day in every library (PROMISES 7). Times are local to ``zone``. ``rule``: weekly, or called (each one by the chair);
    ``participants``: codes of a sub-group, empty for all parties; ``reports_to``: the series that hears its outcomes;
    ``looked_until``: the hub time up to which the digests that were due are on record as occurrences."""

    __tablename__ = "conference_series"

    route: str = Field(primary_key=True, foreign_key="route.code")
    name: str = Field(primary_key=True)
    title: str
    weekday: str
    at: str
    zone: str
    minutes: int
    digest_weekday: str
    digest_at: str
    link: str | None = None
    chair: str
    plan: str | None = None
    first_number: int = 1
    rule: str = Field(default="weekly", sa_column_kwargs={"server_default": "weekly"})
    participants: str = Field(default="", sa_column_kwargs={"server_default": ""})
    reports_to: str | None = None
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    looked_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class DigestOccurrence(SQLModel, table=True):
    """Something that was due. One hub claims it by a conditional UPDATE; a claim ends by itself at ``lease_until``
    (wall time: the hub's own clock may be moved). ``state``: waiting, claimed, then posted, done or skipped.
    ``series``: of the agenda digest the name of its series of conferences; of every other task its own name, a colon
    and what it is about, so that the two never meet."""

    __tablename__ = "digest_occurrence"

    route: str = Field(primary_key=True)
    series: str = Field(primary_key=True)
    local_date: date = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UTCDateTime)
    task: str = Field(default="agenda", sa_column_kwargs={"server_default": "agenda"})
    state: str = Field(default="waiting", index=True)
    claimed_by: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    attempts: int = 0
    late: bool = False
    reason: str | None = None
    conference: int | None = None
    message_id: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class BulletinTime(SQLModel, table=True):
    """When the daily bulletin of a route goes out, local to ``zone``. ``looked_until``: as of a series."""

    __tablename__ = "bulletin_time"

    route: str = Field(primary_key=True, foreign_key="route.code")
    at: str
    zone: str
    looked_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


bulletin_times = table_of(BulletinTime)
conference_series = table_of(ConferenceSeries)
digest_occurrences = table_of(DigestOccurrence)
