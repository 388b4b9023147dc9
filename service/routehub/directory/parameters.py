"""What differs from the defaults in the rules of early warning, by route: every change is kept, as it was set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from routehub.core.canonical import dumps
from routehub.directory.tables import route_parameters


@dataclass(frozen=True, slots=True)
class ParametersSet:
    """Parameters as they were set. said: what differs from the defaults, as JSON values; made_at: hub time."""

    route: str
    number: int
    said: Mapping[str, Any]
    made_by: str
    made_at: datetime


def changes(conn: Connection, route: str | None = None) -> list[ParametersSet]:
    """All changes, of one route or of all, the oldest first."""
    p = route_parameters.c
    query = select(p.route, p.number, p.said, p.made_by, p.made_at).order_by(p.route, p.number)
    if route is not None:
        query = query.where(p.route == route)
    return [ParametersSet(*row[:2], json.loads(row.said), *row[3:]) for row in conn.execute(query)]


def add(conn: Connection, made: ParametersSet) -> None:
    """One change more; the number goes on from the last."""
    row = {"route": made.route, "number": made.number, "said": dumps(dict(made.said)), "made_by": made.made_by,
           "made_at": made.made_at}  # fmt: skip
    conn.execute(insert(route_parameters).values(**row))
