"""One message of the party's feed, readable as it was sent."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from routehub.core.errors import NotAllowed, Unknown
from routehub.core.language import _, later
from routehub.journal import feed
from routehub.journal.feed import Filter
from routehub.views.reached import MessageReached, reached
from routehub.web.answers import PageRoute
from routehub.web.context import Web, WebContext
from routehub.web.record_words import named, telling
from routehub.web.render import Names, Shown, page
from routehub.web.visitor import Reading, Visitor
from routehub.web.who_posted import summary_of

router = APIRouter(route_class=PageRoute)

LATEST = 50
Fact = tuple[str, str]


@router.get("/messages")
async def show_latest(request: Request, ctx: Web, who: Reading) -> Response:
    """The newest messages of the party's feed."""
    items = await ctx.db.read(feed.latest, who.route.code, who.party, LATEST, Filter())
    lines = [
        summary_of(ctx, json.loads(item.body)["data"], item.kind, who.route) if item.body else _("Erased")
        for item in items
    ]
    told = await _told(ctx, who, lines)
    return page(request, ctx, who, "messages.html", _("Messages"), {"rows": list(zip(items, told, strict=True))})


async def _told(ctx: WebContext, who: Visitor, lines: list[str]) -> list[str]:
    """Lines of the record as a page tells them."""
    names = await ctx.db.read(named, who, lines)
    return list(map(telling(who.route, Shown(who.zone, ctx.clock.now()), names), lines))


@router.get("/messages/{ref}")
async def show(request: Request, ctx: Web, who: Reading, ref: Annotated[str, Path(max_length=60)]) -> Response:
    """One message by its id or short id."""
    item = await ctx.db.read(feed.one, who.route.code, who.party, ref)
    if item is None:
        raise Unknown(_("There is no message with this id that you can see."))
    if item.body is None:
        kind = ctx.registry.get(item.kind)
        values = {
            "item": item,
            "kind": kind.title if kind else item.kind,
            "name": Names(ctx.directory.value, item.accepted_at.date()),
        }
        return page(request, ctx, who, "erased.html", _("Erased"), values)
    event = json.loads(item.body)
    data = dict(event["data"])
    audience = data.pop("audience", [])
    kind = ctx.registry.get(item.kind)
    names = Names(ctx.directory.value, item.accepted_at.date())
    summary = (await _told(ctx, who, [summary_of(ctx, event["data"], item.kind, who.route)]))[0]
    values = {
        "item": item, "event": event, "kind": _(kind.title) if kind else item.kind,
        "summary": summary, "language": data.get("language"),
        "readers": audience_words(audience, names), "facts": facts(data),
        "references": data.get("references") or [], "name": names,
        "reached": await _reached(ctx, who, item.id),
    }  # fmt: skip
    return page(request, ctx, who, "message.html", f"{values['kind']}: {summary}", values)


async def _reached(ctx: WebContext, who: Visitor, message: str) -> MessageReached | None:
    """Who was reached, for the sender's party; None for everybody else."""
    try:
        return await ctx.db.read(reached, who.route.code, who.party, message, ctx.clock.now())
    except NotAllowed:
        return None


AUDIENCE_WORDS = {
    "*": later("all parties of the route"),
    "neighbours": later("neighbours and coordinators"),
    "coordinators": later("coordinators"),
    "observers": later("observers"),
    "public": later("everyone"),
}


def audience_words(words: list[str], name: Names) -> str:
    """``all parties of the route``; named parties by name."""
    return ", ".join(_(AUDIENCE_WORDS[word]) if word in AUDIENCE_WORDS else name(word) for word in words) or _(
        "nobody else"
    )


def facts(data: Any, label: str = "") -> list[Fact]:
    """A payload as labelled lines, in its own order; what is empty is left out."""
    if isinstance(data, dict):
        return [fact for key, value in data.items() for fact in facts(value, f"{label}, {key}" if label else key)]
    if isinstance(data, list):
        if all(not isinstance(value, (dict, list)) for value in data):
            return [(label, ", ".join(str(value) for value in data))] if data else []
        return [fact for index, value in enumerate(data, 1) for fact in facts(value, f"{label} {index}")]
    if data is None or data is False:
        return []
    return [(label.replace("_", " "), "yes" if data is True else str(data))]
