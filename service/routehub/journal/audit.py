"""Reading the audit of one party. Rows are numbered within what the party sees: the number over all parties would
count hidden acts (DECISIONS 1)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from routehub.journal.tables import audit_rows

EVERY_ROUTE = "*"


WITHOUT_CONTENT = frozenset({
    "sign-in", "sign-in-failed", "sign-in-reset", "nomination-accepted", "nominate", "change-person", "withdraw",
    "password-set", "password-removed", "passkey-added", "passkey-removed", "codes-added", "codes-removed",
    "recovery-codes-made", "account-bound", "session-ended", "link-made", "key-made", "key-rotated", "key-revoked",
    "grant", "grant-withdrawn", "route-installed", "route-plans", "series-begun", "set-clock", "party-named",
    "reporting-times", "place", "early-warning-parameters", "signing-key", "erase", "person-exported", "person-erased",
})  # fmt: skip
"""Acts whose details an operator may see: of the directory and of signing in. All others come near to messages."""
ALL = "all"


@dataclass(frozen=True)
class OperatorView:
    """One act as an operator sees it. detail: None where it comes near to content."""

    number: int
    at: datetime
    act: str
    route: str
    party: str
    actor: str
    detail: dict[str, Any] | None


def everything(conn: Connection, before: int | None, limit: int, act: str = "") -> list[OperatorView]:
    """The audit over all parties and routes for the operator, from the newest back; ``before`` goes on from a row.

    act: only that one; empty: those whose details an operator may see; ``all``.
    """
    a = audit_rows.c
    query = select(a.number, a.at, a.act, a.route, a.party, a.actor, a.detail).order_by(a.number.desc()).limit(limit)
    if before is not None:
        query = query.where(a.number < before)
    if act != ALL:
        query = query.where(a.act == act if act else a.act.in_(sorted(WITHOUT_CONTENT)))
    return [
        OperatorView(*row[:6], json.loads(row.detail) if row.act in WITHOUT_CONTENT else None)
        for row in conn.execute(query)
    ]


@dataclass(frozen=True)
class AuditView:
    """One act: who did what, when (wall time)."""

    number: int
    at: datetime
    act: str
    actor: str
    detail: dict[str, Any]


def began(conn: Connection) -> datetime | None:
    """The time of the first act that is kept: how old a hub is."""
    return conn.execute(select(func.min(audit_rows.c.at))).scalar()


def page(conn: Connection, route: str, party: str, before: int | None, limit: int) -> list[AuditView]:
    """A party's audit on a route, sign-ins among it, from the newest back; ``before`` is the number to go on from."""
    a = audit_rows.c
    own = (a.party == party, a.route.in_([route, EVERY_ROUTE]))
    last = conn.execute(select(func.count()).select_from(audit_rows).where(*own)).scalar_one()
    if before is not None:
        last = max(0, min(last, before - 1))
    rows = conn.execute(
        select(a.at, a.act, a.actor, a.detail)
        .where(*own)
        .order_by(a.number)
        .limit(min(limit, last))
        .offset(max(0, last - limit))
    ).all()
    first = max(0, last - limit) + 1
    return [
        AuditView(first + index, row.at, row.act, row.actor, json.loads(row.detail))
        for index, row in reversed(list(enumerate(rows)))
    ]
