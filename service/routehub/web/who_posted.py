"""Who sent a message and when, as its reader may see it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from routehub.journal import feed
from routehub.web.visitor import Visitor


@dataclass(frozen=True)
class Posted:
    """A message of the visitor's feed: id, sender, author, time and its payload as data."""

    id: str
    party: str
    author: str
    at: datetime
    data: dict[str, Any]


def posted(conn: Connection, who: Visitor, ref: str) -> Posted | None:
    """None when there is no such message that the visitor's party may read, or when its body was erased."""
    item = feed.one(conn, who.route.code, who.party, ref)
    if item is None or item.body is None:
        return None
    event = json.loads(item.body)
    return Posted(item.id, item.party, event["author"], item.accepted_at, event["data"])
