"""Looking for anything by its words, in what one party may read: parties, places, people, alerts, conclusions, and
every message.

Nothing is ranked or counted: a rank or a total that takes in what the reader may not see would tell of it
(docs/decisions/0014). Each list ends after a fixed number, with a sign that there may be more.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from routehub.boards.alerts.queries import AlertView, alert
from routehub.boards.minutes.queries import ConclusionView, conclusions, newest
from routehub.core.clock import wall
from routehub.directory.people import may_see
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, PersonView, PlaceView, RouteView
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.journal.feed import FeedItem, Filter
from routehub.journal.search.find import search
from routehub.journal.search.names import codes_of, within
from routehub.journal.search.question import SHORTEST_BEGINNING, Question, Term, question
from routehub.journal.search.snippet import snippet
from routehub.journal.search.words import words

MOST = 8
"""Of each list but the messages."""
MESSAGES = 20
ALERTS, MINUTES = frozenset({"alert"}), frozenset({"minutes"})


@dataclass(frozen=True)
class Hit:
    """A message, and the place in it that says what was looked for, with its hits in « »; None where it was found by
    the name of a party or place."""

    item: FeedItem
    snippet: str | None


@dataclass(frozen=True)
class Found:
    """What was found. ``exact``: the message whose id was typed; ``before``: where older messages go on, a feed
    number; None on the last page."""

    exact: FeedItem | None
    parties: list[str]
    places: list[PlaceView]
    people: list[PersonView]
    alerts: list[AlertView]
    conclusions: list[ConclusionView]
    messages: list[Hit]
    before: int | None

    @property
    def nothing(self) -> bool:
        return not (
            self.exact or self.parties or self.places or self.people or self.alerts or self.conclusions
            or self.messages
        )  # fmt: skip


def look(
    conn: Connection, directory: Directory, route: RouteView, who: Principal, text: str, now: datetime,
    before: int | None = None,
) -> Found:  # fmt: skip
    """Everything that the words of ``text`` are in. Errors: 422 when it names nothing to look for, or too much."""
    asked = question(text, codes_of(directory, route))
    messages = search(conn, route.code, who.party, asked, MESSAGES + 1, Filter(), before=before)
    shown = messages[:MESSAGES]
    hits = [Hit(item, snippet(json.loads(item.body)["data"], asked) if item.body else None) for item in shown]
    older = shown[-1].feed if len(messages) > MESSAGES else None
    if before is not None:  # a later page has the messages alone
        return Found(None, [], [], [], [], [], hits, older)
    today = now.astimezone(route.zone).date()
    return Found(
        _exact(conn, route, who, text),
        [
            member.party for member in route.members(today)
            if says(asked, (member.party, *(name for _, _, name in directory.parties[member.party].names)))
        ][:MOST],
        [place for place in route.places.values() if says(asked, (place.name, place.code))][:MOST],
        _people(directory, route, who, asked)[:MOST],
        _alerts(conn, route, who, asked, now), _conclusions(conn, route, who, asked), hits, older,
    )  # fmt: skip


def says(asked: Question, texts: Iterable[str]) -> bool:
    """Whether the texts of one thing have every word that is wanted and none that is not. A name is found by its
    beginning: who types ``gevg`` has not finished."""
    said = [tuple(words(text)) for text in texts]

    def there(term: Term) -> bool:
        begins = term.begins or len(term.words[-1]) >= SHORTEST_BEGINNING
        return any(within(term.words, begins, text) for text in said)

    return all(map(there, asked.wanted)) and not any(map(there, asked.unwanted))


def _exact(conn: Connection, route: RouteView, who: Principal, text: str) -> FeedItem | None:
    """The message whose id or short id was typed, as somebody reads it out over the telephone."""
    ref = text.strip()
    return feed.one(conn, route.code, who.party, ref) if ref.isascii() and 4 <= len(ref) <= 40 else None


def _people(directory: Directory, route: RouteView, who: Principal, asked: Question) -> list[PersonView]:
    at = wall()
    return [
        person for person in directory.people.values()
        if person.roles.get(route.code) and person.active(at) and may_see(directory, who, person)
        and says(asked, (person.name, person.function, person.email, *person.languages))
    ]  # fmt: skip


def _alerts(conn: Connection, route: RouteView, who: Principal, asked: Question, now: datetime) -> list[AlertView]:
    """The alerts of which some message has the words, each once, as they stand now."""
    ids = readable(conn, route.code, who.party)
    items = search(conn, route.code, who.party, asked, 2 * MOST, Filter(kinds=ALERTS))
    views = (alert(conn, ids, route.code, item.id, now) for item in items)
    return list({view.id: view for view in views if view is not None}.values())[:MOST]


def _conclusions(conn: Connection, route: RouteView, who: Principal, asked: Question) -> list[ConclusionView]:
    """Conclusions in the editions of minutes that count."""
    items = search(conn, route.code, who.party, asked, 2 * MOST, Filter(kinds=MINUTES))
    if not items:
        return []
    told = {item.id for item in items}
    refs = newest(conn, readable(conn, route.code, who.party), route.code).values()
    held = conclusions(conn, [ref for ref in refs if ref.message_id in told])
    return [one for one in held if says(asked, (one.id, one.title, one.text))][:MOST]
