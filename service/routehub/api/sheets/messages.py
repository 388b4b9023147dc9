"""Messages as a table of their envelopes, and as a feed for readers of Atom."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from routehub.api.sheets.answers import MARKS
from routehub.core.canonical import iso
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.formats import atom
from routehub.formats.sheets.table import Column, Row, Table
from routehub.journal.feed import FeedItem
from routehub.journal.markings import strictest
from routehub_schemas.registry import Registry

COLUMNS = (
    Column("feed", "#meta+feed+num"), Column("cursor", "#meta+cursor"), Column("id", "#meta+id"),
    Column("shortid", "#meta+short_id"), Column("kind", "#meta+kind"), Column("party", "#org+code"),
    Column("on_behalf_of", "#org+on_behalf+code"), Column("author", "#contact+name"), Column("time", "#date+posted"),
    Column("subject", "#event+name"), Column("thread", "#meta+thread"), Column("points", "#meta+points"),
    Column("audience", "#meta+audience"), Column("language", "#meta+language"), Column("tlp", "#meta+tlp"),
    Column("exercise", "#meta+exercise"),
)  # fmt: skip


def rows(items: Iterable[FeedItem], epoch: int) -> list[Row]:
    return [_row(item, epoch) for item in items]


def table(items: Iterable[FeedItem], epoch: int) -> Table:
    return Table("messages", COLUMNS, rows(items, epoch))


def _row(item: FeedItem, epoch: int) -> Row:
    event = _event(item)
    data = event.get("data", {})
    return (
        item.feed, f"{epoch}.{item.feed}", item.id, item.short_id, item.kind, item.party, data.get("on_behalf_of"),
        event.get("author"), item.accepted_at, event.get("subject"), data.get("thread"),
        " ".join(data.get("points", [])) or None, " ".join(data.get("audience", [])) or None, data.get("language"),
        event.get("tlp"), event.get("exercise"),
    )  # fmt: skip


def _event(item: FeedItem) -> dict[str, Any]:
    """Empty when the body has been erased: the place in the feed remains."""
    return {} if item.body is None else dict(json.loads(item.body))


def feed(
    items: Sequence[FeedItem], who: Principal, route: RouteView, directory: Directory, registry: Registry,
    now: datetime, public_url: str, address: str,
) -> atom.Feed:  # fmt: skip
    """The reader's own feed, as it is given to nobody else. It was ``updated`` when its newest message was accepted."""
    base = public_url.rstrip("/")
    mark = f"{MARKS[route.marking]}: " if route.marking in MARKS else ""
    today = now.astimezone(route.zone).date()
    names = {code: directory.name(code, today) for code in directory.parties}
    entries = [_entry(item, route, names, registry, base, mark) for item in items]
    name = names.get(who.party, who.party)
    return atom.Feed(
        id=f"{base}/v1/routes/{route.code}/messages.atom#{who.party}", title=f"{mark}{route.title}: messages",
        subtitle=f"Messages that {name} may read. Not to be passed on beyond each message's own marking.",
        address=address, home=f"{base}/routes/{route.code}",
        updated=max((entry.updated for entry in entries), default=now), entries=entries,
        rights=f"TLP:{strictest(entry.tlp for entry in entries)}",
    )  # fmt: skip


def _entry(
    item: FeedItem, route: RouteView, names: dict[str, str], registry: Registry, base: str, mark: str
) -> atom.Entry:
    event = _event(item)
    tlp = str(event.get("tlp", "AMBER"))
    kind = registry.get(item.kind)
    title = kind.title if kind else item.kind.replace("_", " ")
    sender = names.get(item.party, "Routehub")
    if item.body is None:
        words = "The content of this message has been erased."
    elif tlp == "RED":
        words = "Marked TLP:RED. Its content is shown in the hub only, after sign-in."
    else:
        words = _summary(item, registry, names, event) or title
    head = f"{mark}{title} from {sender}" + ("" if tlp == "RED" or item.body is None else f": {words}")
    return atom.Entry(
        id=f"urn:uuid:{item.id}", title=head, link=f"{base}/routes/{route.code}/messages/{item.id}",
        published=item.accepted_at, updated=item.accepted_at, author=sender,
        summary=f"{words} (accepted {iso(item.accepted_at)})", category=item.kind, tlp=tlp,
    )  # fmt: skip


def _summary(item: FeedItem, registry: Registry, names: dict[str, str], event: dict[str, Any]) -> str | None:
    """The kind's own line; None for a kind or version that this hub cannot read."""
    kind = registry.get(item.kind)
    if kind is None or kind.type != event.get("type"):
        return None
    try:
        return kind.summary(kind.payload.model_validate_json(json.dumps(event["data"])), names)
    except ValidationError:
        return None
