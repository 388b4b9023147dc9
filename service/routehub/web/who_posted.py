"""Who sent a message and when, as its reader may see it, and what it says in one line."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from routehub.core.language import ENGLISH, using
from routehub.directory.snapshot import RouteView
from routehub.journal import feed
from routehub.web.context import WebContext
from routehub.web.visitor import Visitor


@dataclass(frozen=True)
class Posted:
    """A message of the visitor's feed: id, kind, sender, author, time and its payload as data."""

    id: str
    kind: str
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
    return Posted(item.id, item.kind, item.party, event["author"], item.accepted_at, event["data"])


def summary_of(ctx: WebContext, data: dict[str, Any], kind_name: str, route: RouteView | None = None) -> str:
    """The kind's own line, in English with the English names of parties: one line has one language. A kind that this
    hub no longer knows, or not in this form, is named only. On a route that is marked as not real throughout, its lines
    need not say so one by one."""
    if route is not None and route.exercise and data.get("status") == "Exercise":
        data = data | {"status": "Actual"}
    kind = ctx.registry.get(kind_name)
    if kind is None:
        return kind_name.replace("_", " ")
    try:
        payload = kind.payload.model_validate_json(json.dumps(data))
    except ValidationError:
        return kind.title
    today = ctx.clock.now().date()
    with using(ENGLISH):
        names = {code: ctx.directory.value.name(code, today) for code in ctx.directory.value.parties}
        return kind.summary(payload, names)
