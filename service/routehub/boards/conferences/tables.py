"""Tables of the conferences board. Every row has the audience of its message, so that what some of the readers know of
a conference (a link, a move, a decision) never shows to the others."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from routehub.core.columns import UTCDateTime, table_of


class ConferenceRevision(SQLModel, table=True):
    """What one message says of a conference. The newest that a reader may read is how it stands for that reader."""

    __tablename__ = "conference_revision"
    __table_args__ = (Index(None, "route", "series", "number"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    series: str
    number: int
    title: str
    start: datetime = Field(sa_type=UTCDateTime)
    minutes: int
    zone: str
    link: str | None = None
    chair: str
    participants: str = ""
    state: str
    reason: str | None = Field(default=None, sa_type=Text)
    extra: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    about: str | None = Field(default=None, sa_type=Text)
    tlp: str
    author: str
    party: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    audience_id: int


class ConferenceAnswer(SQLModel, table=True):
    """What a party answered to an invitation. ``act``: attend, decline or join; ``start``: when the conference was to
    begin as the party answered; ``delegates``: a JSON list of who takes part."""

    __tablename__ = "conference_answer"
    __table_args__ = (Index(None, "route", "series", "number"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    series: str
    number: int
    start: datetime = Field(sa_type=UTCDateTime)
    party: str
    act: str
    represented_by: str | None = None
    delegates: str = Field(sa_type=Text)
    text: str | None = Field(default=None, sa_type=Text)
    author: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    audience_id: int


class Proposal(SQLModel, table=True):
    """A party's proposal for an agenda. ``conference`` is None: the next one."""

    __tablename__ = "proposal"

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str = Field(index=True)
    party: str
    conference: int | None = None
    title: str
    text: str | None = Field(default=None, sa_type=Text)
    outcome: str
    minutes: int
    points: str = ""
    tlp: str
    author: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    audience_id: int


class ProposalDecision(SQLModel, table=True):
    """What the chair answered to a proposal. The last one holds; the history stays."""

    __tablename__ = "proposal_decision"

    message_id: str = Field(primary_key=True)
    proposal: str = Field(index=True, foreign_key="proposal.message_id")
    sequence: int = Field(sa_type=BigInteger)
    act: str
    text: str | None = Field(default=None, sa_type=Text)
    party: str
    author: str
    accepted_at: datetime = Field(sa_type=UTCDateTime)
    audience_id: int


class CompiledAgenda(SQLModel, table=True):
    """An agenda as it was compiled; its items are in the message."""

    __tablename__ = "compiled_agenda"
    __table_args__ = (Index(None, "route", "series", "conference"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    series: str
    conference: int
    edition: int
    state: str = Field(default="draft", sa_column_kwargs={"server_default": "draft"})
    compiled_at: datetime = Field(sa_type=UTCDateTime)
    window_end: datetime = Field(sa_type=UTCDateTime)
    items: int
    decisions: int
    audience_id: int


class AgendaAnnexRow(SQLModel, table=True):
    """The annex to an agenda for one party; its matters are in the message."""

    __tablename__ = "agenda_annex"
    __table_args__ = (Index(None, "route", "series", "conference"),)

    message_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    route: str
    series: str
    conference: int
    party: str
    compiled_at: datetime = Field(sa_type=UTCDateTime)
    matters: int
    audience_id: int


conference_revisions = table_of(ConferenceRevision)
conference_answers = table_of(ConferenceAnswer)
proposals = table_of(Proposal)
proposal_decisions = table_of(ProposalDecision)
compiled_agendas = table_of(CompiledAgenda)
agenda_annexes = table_of(AgendaAnnexRow)
