"""Reading the audit of one party. Rows are numbered within what the party sees: the number over all parties would
count hidden acts (DECISIONS 1)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from routehub.journal.tables import audit_rows

EVERY_ROUTE = "*"


@dataclass(frozen=True)
class AuditView:
    """One act: who did what, when (wall time)."""

    number: int
    at: datetime
    act: str
    actor: str
    detail: dict[str, Any]


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
