"""What a line of the record means to who reads it on a page: short ids for long ones, names of places for their codes,
times in the zone of the page. What is on record stays as it is; its words are English, whoever reads them."""

import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection

from routehub.core.language import ENGLISH, using
from routehub.directory.snapshot import RouteView
from routehub.journal import feed
from routehub.web.render import Shown
from routehub.web.visitor import Visitor

MESSAGE = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
"""The id of a message, which nobody reads out (RFC 9562)."""
PLACE = re.compile(r"[A-Z][A-Z_«»-]{1,30}/[a-z0-9«»-]{2,60}")
"""The code of a place: ``HR-SI/dobova``; with the marks of a hit, if it has one."""
MOMENT = re.compile(r"\b(\d{1,2} [A-Z][a-z]+ \d{4} \d\d:\d\d) UTC\b")
"""A time as summaries of kinds say it."""
MOST = 200
"""Messages that are looked up for one page."""

TITLES = ("headline", "title", "subject")
"""Where messages of different kinds say what they are about."""
Telling = Callable[[str], str]


def named(conn: Connection, who: Visitor, lines: Iterable[str]) -> dict[str, str]:
    """The messages that lines name by a long id, by the short one, or by their kind and party where they have none.
    What the reader may not see stays an id."""
    wanted = list(dict.fromkeys(ref for line in lines for ref in MESSAGE.findall(line)))[:MOST]
    found = {}
    for ref in wanted:
        item = feed.one(conn, who.route.code, who.party, ref)
        if item is not None:
            found[ref] = item.short_id or _title(item.body) or f"the {item.kind.replace('_', ' ')} of {item.party}"
    return found


def _title(body: str | None) -> str:
    """“Video conference of the contact points”"""
    data = json.loads(body)["data"] if body else {}
    return next((f"“{data[name]}”" for name in TITLES if data.get(name)), "")


def telling(route: RouteView, shown: Shown, names: dict[str, str]) -> Telling:
    """How lines are told on a page. ``names``: of ``named``."""

    def place(found: re.Match[str]) -> str:
        known = route.places.get(re.sub("[«»]", "", found[0]))
        if known is None:
            return found[0]
        return f"«{known.name}»" if "«" in found[0] or "»" in found[0] else known.name

    def moment(found: re.Match[str]) -> str:
        try:
            at = datetime.strptime(found[1], "%d %B %Y %H:%M").replace(tzinfo=UTC)
        except ValueError:  # somebody's own words, and no time
            return found[0]
        with using(ENGLISH):  # as the rest of the line
            return shown.words_at(at)

    def tell(line: str) -> str:
        line = MESSAGE.sub(lambda found: names.get(found[0], found[0]), line)
        return MOMENT.sub(moment, PLACE.sub(place, line))

    return tell


def tongues(conn: Connection, who: Visitor, refs: Collection[str]) -> dict[str, str]:
    """In which language messages were written, by id; of those whose senders said so."""
    items = ((ref, feed.one(conn, who.route.code, who.party, ref)) for ref in refs)
    data = {ref: json.loads(item.body)["data"] for ref, item in items if item is not None and item.body}
    return {ref: str(said["language"]) for ref, said in data.items() if "language" in said}
