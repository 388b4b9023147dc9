"""The TLP markings of messages, for what is derived from them: a sheet is marked like the strictest of its rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from routehub.journal.tables import entries
from routehub_schemas.vocab import TLPS

STRICTEST_FIRST = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")
assert set(STRICTEST_FIRST) == set(TLPS)
_AT_ONCE = 500


def tlps(conn: Connection, messages: Iterable[str]) -> dict[str, str]:
    """The marking of each of these messages, which the reader has already been found to read."""
    wanted, found = sorted(set(messages)), {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        for row in conn.execute(select(entries.c.id, entries.c.tlp).where(entries.c.id.in_(some))):
            found[row.id] = row.tlp
    return found


def strictest(found: Iterable[str]) -> str:
    """The marking of things that go together; AMBER, the default, for nothing at all."""
    there = set(found)
    return next((tlp for tlp in STRICTEST_FIRST if tlp in there), "AMBER")
