"""How far the journal, its audit and the feeds have come, by the names that every form of the database has."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from routehub.journal.tables import feed_heads, journal_head


@dataclass(frozen=True)
class Heads:
    """feeds: route, party, number and chain of each feed, in order."""

    sequence: int
    chain: str
    audit: int
    audit_chain: str
    feeds: list[list[object]]


def heads(conn: Connection) -> Heads | None:
    """None where nothing was ever kept."""
    head = conn.execute(select(journal_head)).mappings().first()
    if head is None:
        return None
    feeds = [list(row) for row in conn.execute(select(feed_heads).order_by(feed_heads.c.route, feed_heads.c.party))]
    return Heads(head["sequence"], head["chain"], head["audit"], head["audit_chain"], feeds)
