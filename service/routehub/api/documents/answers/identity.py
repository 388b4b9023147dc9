"""Keys, sessions, the log of pushes and the audit."""

from datetime import date, datetime
from typing import Any, Literal

from routehub.api.documents.answers.base import Answer
from routehub.api.documents.answers.figures import RouteMarking


class Key(Answer):
    id: str
    party: str
    system: str
    scopes: list[str]
    state: Literal["active", "expired", "revoked"]
    created: datetime
    created_by: str
    made_by_operator: bool
    """Whether somebody else than its party made it; then the party was told."""
    certificate: str | None
    """SHA-256 of the certificate by which its system proves itself to the proxy; null: it has a secret."""
    expires: datetime
    revoked: datetime | None


class NewlyMadeKey(Key):
    key: str | None
    """The whole key: shown now and never again; null, where a certificate stands in its place."""


class Keys(Answer):
    keys: list[Key]
    scopes: list[str]
    """All scopes that a key may have."""


class PushTrouble(Answer):
    pointer: str
    code: str
    message: str
    suggestion: str | None = None


class Push(Answer):
    id: str
    key: str
    system: str
    at: datetime
    method: str
    path: str
    status: int
    outcome: str
    """accepted, unchanged, checked (a dry run), refused, held-off (send the same again) or unproved (wrong secret)."""
    dry_run: bool
    message: str | None
    """The id of what was accepted."""
    code: str
    detail: str
    problems: list[PushTrouble]
    more: int
    """Problems beyond those listed."""


class PushLog(Answer):
    log: list[Push]
    kept: dict[str, int]
    """Rows kept for each key by outcome, and ``days``."""


class NamedParty(Answer):
    code: str
    name: str


class OwnKey(Answer):
    id: str
    system: str
    expires: datetime


class Me(Answer):
    party: NamedParty
    name: str
    person: str | None
    roles: list[str]
    scopes: list[str] | None
    route: RouteMarking
    key: OwnKey | None
    now: datetime
    reporting_day: date | None
    """The current reporting day of your party on this route."""


class Session(Answer):
    id: str
    agent: str
    began: datetime
    expires: datetime
    how: str
    current: bool


class Sessions(Answer):
    sessions: list[Session]


class AuditRow(Answer):
    number: int
    at: datetime
    act: str
    actor: str
    name: str
    detail: dict[str, Any]


class Audit(Answer):
    audit: list[AuditRow]
    next: int | None


class QuietHoursKept(Answer):
    set_by: Literal["you", "hub"]
    off: bool
    starts: str | None
    ends: str | None
    zone: str | None
    days: list[str]
    quiet_until: datetime | None
    """The end of the quiet hours that run now."""
