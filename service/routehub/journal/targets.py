"""Messages that others refer to, found by id or short id, with their frozen readers."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from routehub.directory.principal import HUB_PARTY
from routehub.directory.visibility import readers
from routehub.journal.tables import entries, short_ids

CHUNK = 400


@dataclass(frozen=True)
class Target:
    """A message that another one rests on, with its frozen readers."""

    id: str
    kind: str
    party: str
    on_behalf_of: str | None
    tlp: str
    thread: str | None
    readers: frozenset[str]

    @property
    def owner(self) -> str:
        """Whose message it is in substance."""
        return self.on_behalf_of or self.party


def find(conn: Connection, route: str, reader: str, refs: tuple[str, ...]) -> dict[str, Target]:
    """The targets that ``reader`` may see, by the words used for them. The hub itself sees all."""
    found: dict[str, Target] = {}
    e, s = entries.c, short_ids.c
    for ref in refs:
        by_short = select(s.message_id).where(s.route == route, s.short_id == ref).scalar_subquery()
        row = conn.execute(
            select(e.id, e.kind, e.party, e.on_behalf_of, e.tlp, e.thread, e.audience_id).where(
                e.route == route, or_(e.id == ref, e.id == by_short)
            )
        ).first()
        if row is None:
            continue
        who = readers(conn, row.audience_id)
        if reader == HUB_PARTY or reader in who:
            found[ref] = Target(row.id, row.kind, row.party, row.on_behalf_of, row.tlp, row.thread, who)
    return found


def marked_red(conn: Connection, message_ids: Iterable[str]) -> frozenset[str]:
    """Those of the messages that are TLP:RED: never the input of anything that more than the named will read."""
    wanted = sorted(set(message_ids))
    found: set[str] = set()
    for at in range(0, len(wanted), CHUNK):
        some = wanted[at : at + CHUNK]
        found |= set(conn.execute(select(entries.c.id).where(entries.c.id.in_(some), entries.c.tlp == "RED")).scalars())
    return frozenset(found)


def red_audiences(conn: Connection, route: str, after: int) -> tuple[int, frozenset[int]]:
    """The audiences of what was marked TLP:RED behind a place of the journal, and the place up to which this holds."""
    e = entries.c
    upto = conn.execute(select(func.max(e.sequence))).scalar() or 0
    marked = select(e.audience_id).where(e.sequence > after, e.route == route, e.tlp == "RED").distinct()
    return upto, frozenset(conn.execute(marked).scalars())
