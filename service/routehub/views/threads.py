"""Exchanges as one reader sees them: what is not for that reader leaves no gap, no count and no name."""

from dataclasses import dataclass

from sqlalchemy import Connection

from routehub.boards.threads import queries
from routehub.directory.visibility import readable
from routehub.journal import feed
from routehub.journal.feed import FeedItem


@dataclass(frozen=True)
class Exchange:
    """The message that began it, and those that followed. ``onward``: the feed number to read on from; None at the
    end."""

    first: FeedItem
    rest: list[FeedItem]
    onward: int | None


def exchange(
    conn: Connection, route: str, party: str, ref: str, *, after: int | None = None, limit: int = 500
) -> Exchange | None:
    """The exchange to which a message belongs, by its id or short id; None when unknown or not visible.

    after: a feed number of the reader; then what followed it.
    """
    item = feed.one(conn, route, party, ref)
    if item is None:
        return None
    first = feed.one(conn, route, party, queries.root_of(conn, route, item.id)) or item
    ids = readable(conn, route, party)
    start = _place(conn, route, party, after) or 0
    places = queries.sequences(conn, ids, route, first.id, start, limit + 1)
    rest = feed.at(conn, route, party, places[:limit])
    return Exchange(first, rest, rest[-1].feed if len(places) > limit else None)


def exchanges(
    conn: Connection, route: str, party: str, *, before: int | None = None, limit: int = 50
) -> tuple[list[tuple[FeedItem, FeedItem]], int | None]:
    """(first message, newest note) of exchanges with notes, the newest note first; and the feed number to read on
    from."""
    ids = readable(conn, route, party)
    found = queries.threads(conn, ids, route, _place(conn, route, party, before), limit + 1)
    lasts = feed.at(conn, route, party, [one.last for one in found[:limit]])
    firsts = [feed.one(conn, route, party, one.root) for one in found[:limit]]
    pairs = [(first, last) for first, last in zip(firsts, lasts, strict=True) if first is not None]
    return pairs, lasts[-1].feed if len(found) > limit else None


def _place(conn: Connection, route: str, party: str, number: int | None) -> int | None:
    return None if number is None else feed.sequence_of(conn, route, party, number)
