"""Search: parties, places, people, alerts, conclusions and messages by their words (UX 5). Only what the visitor's
party may read; nothing is counted."""

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup, escape

from routehub.core.errors import Refused
from routehub.core.language import _
from routehub.journal.feed import FeedItem
from routehub.views.search import Found, look
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.forms import Faults, whole
from routehub.web.record_words import named, telling
from routehub.web.render import Shown, page
from routehub.web.visitor import Reading, Visitor
from routehub.web.who_posted import summary_of

router = APIRouter(route_class=PageRoute)

LONGEST = 200
RECORDS = {
    "alert": "alerts", "measure": "measures", "movement": "movements", "request": "requests", "offer": "offers",
    "commitment": "commitments", "statement": "statements",
}  # fmt: skip
"""Kinds whose records have a page of their own, by short id."""


@router.get("/search")
async def show(
    request: Request, ctx: Web, who: Reading, q: Annotated[str, Query(max_length=4_000)] = "",
    before: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """The field to type in, and what was found."""
    faults, found = Faults(), None
    if len(q) > LONGEST:
        faults.add("q", _("Look for up to %(most)s letters at once", most=LONGEST))
    elif q.strip():
        try:
            found = await ctx.db.read(
                look, ctx.directory.value, who.route, who.principal, q, ctx.clock.now(), whole(before, 18)
            )
        except Refused as error:
            for problem in error.problems:
                faults.add("q", problem.message)
    title = _("Search: %(words)s", words=q) if found else _("Error: Search") if faults else _("Search")
    values = {"q": q[:LONGEST], "faults": faults, "found": found, "later": bool(before)}
    lines = await _lines(ctx, who, found)
    return page(request, ctx, who, "search.html", title, values | lines, status=422 if faults else 200)


async def _lines(ctx: WebContext, who: Visitor, found: Found | None) -> dict[str, Any]:
    """Each message in one line, the place where it says what was looked for, and where it is read."""
    items = [] if found is None else [*(hit.item for hit in found.messages), *([found.exact] if found.exact else [])]
    kinds = {kind.name: kind.title for kind in ctx.registry.values()}
    lines = {
        item.id: summary_of(ctx, json.loads(item.body)["data"], item.kind, who.route) if item.body else _("Erased")
        for item in items
    }
    names = await ctx.db.read(named, who, lines.values())
    tell = telling(who.route, Shown(who.zone, ctx.clock.now()), names)
    return {
        "kinds": kinds,
        "marked": lambda said: marked(tell(said)),
        "lines": {ref: tell(line) for ref, line in lines.items()},
        "at": {item.id: who.base + where(item) for item in items},
    }  # fmt: skip


def where(item: FeedItem) -> str:
    """The page of a record, else of the message."""
    if item.short_id and item.kind in RECORDS:
        return f"/{RECORDS[item.kind]}/{item.short_id}"
    return f"/messages/{item.id}"


def marked(snippet: str) -> Markup:
    """The place where a message says it, with its hits as ``mark`` elements: what a party wrote is escaped first."""
    return Markup(re.sub("«([^«»]*)»", r"<mark>\1</mark>", str(escape(snippet))))  # noqa: S704 - escaped before
