"""Bulletins."""

import datetime as dt

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking
from routehub.api.documents.answers.status import StatusLine
from routehub_schemas.kinds.bulletin.payload import ReportingState


class BulletinRow(Answer):
    date: dt.date
    compiled_at: dt.datetime
    reported: int
    expected: int
    changes: int
    message: str


class Bulletins(Answer):
    route: RouteMarking
    bulletins: list[BulletinRow]


class BulletinReporting(Answer):
    party: str
    state: ReportingState
    day: dt.date
    due_at: dt.datetime
    reported_at: dt.datetime | None
    silent_days: int | None
    reason: str | None


class Bulletin(Answer):
    route: RouteMarking
    date: dt.date
    zone: str
    compiled_at: dt.datetime
    due_at: dt.datetime | None
    since: dt.datetime
    message: str
    tlp: str
    lines: list[StatusLine]
    """The first five, the most important first."""
    more: int
    """How many changes there are besides."""
    others: list[StatusLine]
    """Those, as far as the bulletin holds them."""
    reporting: list[BulletinReporting]
    week: str | None
    """The week that ended since the last bulletin: `/v1/plans/{plan}/report?week=` tells of it."""
