"""Tables of escalation: the steps that were taken, what waits for its time, links that acknowledge, quiet hours, and
what people were told about reporting. Times are hub time unless they say wall time."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class EscalationStep(SQLModel, table=True):
    """A step that was taken for one party. The key decides which hub takes it, and that it is taken once.

    asked_in: the message that asks for the acknowledgement; told: False where a later step took its place; people:
    the names of those who were told, as JSON; notice: what the deliveries of this step are about.
    """

    __tablename__ = "escalation_step"

    asked_in: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UTCDateTime)
    taken_at: datetime = Field(sa_type=UTCDateTime)
    told: bool
    people: str = "[]"
    notice: str = Field(index=True)


class MailWindow(SQLModel, table=True):
    """When an addressee last got a mail at once about a leg or place: what follows soon after is joined."""

    __tablename__ = "mail_window"

    addressee: str = Field(primary_key=True)
    thread: str = Field(primary_key=True)
    opened_at: datetime = Field(sa_type=UTCDateTime)


class AcknowledgementLink(SQLModel, table=True):
    """A single-use link of one mail to one person; only the hash of its token is kept. Wall time but ``expires_at``."""

    __tablename__ = "acknowledgement_link"

    token_hash: str = Field(primary_key=True)
    route: str
    party: str
    person: str = Field(foreign_key="person.id", index=True)
    message_id: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class QuietHours(SQLModel, table=True):
    """When a person is left in peace. ``starts`` None: never, not even in the hub's night. Wall time."""

    __tablename__ = "quiet_hours"

    person: str = Field(primary_key=True, foreign_key="person.id")
    starts: str | None = None
    ends: str | None = None
    zone: str = ""
    days: str = "[]"
    changed_at: datetime = Field(sa_type=UTCDateTime)


class ReportReminder(SQLModel, table=True):
    """A reminder about one party's reporting day. ``step``: before, after."""

    __tablename__ = "report_reminder"

    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    step: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)


class ReportStanding(SQLModel, table=True):
    """What the coordinators were last told of a party's reporting: reported, overdue or silent. A conditional UPDATE
    decides which hub tells of a change."""

    __tablename__ = "report_standing"

    route: str = Field(primary_key=True)
    party: str = Field(primary_key=True)
    state: str
    day: date
    since: datetime = Field(sa_type=UTCDateTime)


escalation_steps = table_of(EscalationStep)
mail_windows = table_of(MailWindow)
acknowledgement_links = table_of(AcknowledgementLink)
quiet_hours = table_of(QuietHours)
report_reminders = table_of(ReportReminder)
report_standings = table_of(ReportStanding)
