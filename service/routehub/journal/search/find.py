"""Looking for messages in one party's feed, newest first.

Not by relevance: a rank that counts in how many messages a word stands tells of messages that the reader may not see,
and moves while somebody turns pages. A page ends at a place in the feed, from where the next one goes on.
"""

from sqlalchemy import Connection, Select, column, literal, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from routehub.directory.visibility import clause, readable
from routehub.journal import feed
from routehub.journal.feed import FeedItem, Filter
from routehub.journal.search.question import Question, for_postgres, for_sqlite
from routehub.journal.search.words import audience_word, codes, kind_word
from routehub.journal.tables import entries, message_texts

MOST_AUDIENCE_WORDS = 64
"""More lists of readers than these are left to the predicate alone: each one costs a look into the index."""
NEAR = 2_000
"""PostgreSQL looks through so many of the newest messages before it asks its index: words that are common fill a page
there, and its index knows no order."""

_search = table("message_search", column("rowid"), column("words"))


def search(
    conn: Connection, route: str, party: str, asked: Question, limit: int, wanted: Filter,
    *, after: int = 0, before: int | None = None,
) -> list[FeedItem]:  # fmt: skip
    """Up to ``limit`` messages of a party's feed between two feed numbers (both left out), the newest first."""
    ids = readable(conn, route, party)
    newest = feed.sequence_of(conn, route, party, before)
    oldest = feed.sequence_of(conn, route, party, after) if after else 0
    if not ids or newest is None or oldest is None:
        return []
    also = [[kind_word(kind) for kind in sorted(wanted.kinds)]] if wanted.kinds else []
    if senders := codes(sorted(wanted.parties)):
        also.append(senders)
    if len(ids) <= MOST_AUDIENCE_WORDS:
        also.append([audience_word(one) for one in sorted(ids)])
    top = newest + 1 if before is None else newest
    looking = _sqlite if conn.dialect.name == "sqlite" else _postgres
    found = looking(conn, asked, also, ids, wanted, (oldest, top), limit)
    return feed.at(conn, route, party, found)


def _sqlite(
    conn: Connection, asked: Question, also: list[list[str]], ids: frozenset[int], wanted: Filter,
    between: tuple[int, int], limit: int,
) -> list[int]:  # fmt: skip
    s = _search.c
    query = (
        select(s.rowid)
        .join_from(_search, message_texts, message_texts.c.sequence == s.rowid)
        .where(
            column("message_search").op("MATCH")(for_sqlite(asked, also)),
            s.rowid > between[0], s.rowid < between[1], clause(message_texts.c.audience_id, ids),
        )
        .order_by(s.rowid.desc())
        .limit(limit)
    )  # fmt: skip
    return list(conn.execute(_narrowed(query, wanted)).scalars().all())


def _postgres(
    conn: Connection, asked: Question, also: list[list[str]], ids: frozenset[int], wanted: Filter,
    between: tuple[int, int], limit: int,
) -> list[int]:  # fmt: skip
    # Planned for these words and this span each time. A statement that comes often is planned once for all of them
    # otherwise, and that plan never asks the index: a word of two messages then costs a look at all the others.
    conn.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    found: list[int] = []
    near = max(between[0], between[1] - NEAR)
    for first, last in ((near, between[1]), (between[0], near + 1)):
        if len(found) < limit and last - first > 1:
            query = (
                select(message_texts.c.sequence)
                .where(
                    message_texts.c.words.op("@@")(literal(for_postgres(asked, also)).cast(TSQUERY)),
                    message_texts.c.sequence > first, message_texts.c.sequence < last,
                    clause(message_texts.c.audience_id, ids),
                )
                .order_by(message_texts.c.sequence.desc())
                .limit(limit - len(found))
            )  # fmt: skip
            found += list(conn.execute(_narrowed(query, wanted)).scalars().all())
    return found


def _narrowed(query: Select[int], wanted: Filter) -> Select[int]:
    """The filters of the feed, on the entries of what was found."""
    if wanted.empty:
        return query
    return feed.filtered(query.join(entries, entries.c.sequence == message_texts.c.sequence), wanted)
