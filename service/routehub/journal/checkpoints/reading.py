"""Reading checkpoints, the keys that signed them, and the links of a feed by which its party computes them itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from routehub.journal.checkpoints.tables import signed_checkpoints, signing_keys
from routehub.journal.tables import entries, feed_rows
from routehub_schemas.checkpoint import PublicKey

_c = signed_checkpoints.c
MOST_LINKS = 500
LINKS_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Taken:
    """One checkpoint. id: ``<epoch>.<number>``."""

    epoch: int
    number: int
    chain: str
    taken_at: datetime
    note: str

    @property
    def id(self) -> str:
        return f"{self.epoch}.{self.number}"


@dataclass(frozen=True)
class UsedKey:
    """A public key with the time in which it signed."""

    key: PublicKey
    since: datetime
    last_used: datetime


@dataclass(frozen=True)
class Link:
    """One place in a feed. body: exactly the text that was hashed; None when it has been erased, and then the salt is
    gone as well."""

    feed: int
    id: str
    kind: str
    content: str
    chain: str
    salt: str
    body: str | None


def newest_first(
    conn: Connection, chain: str, route: str, party: str, before: tuple[int, int] | None, limit: int
) -> list[Taken]:
    """Checkpoints of a chain from the newest back; ``before`` is the epoch and number to go on from."""
    query = _of(chain, route, party).order_by(_c.epoch.desc(), _c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(_c.epoch, _c.number) < before)
    return [Taken(*row) for row in conn.execute(query)]


def one(conn: Connection, chain: str, route: str, party: str, epoch: int, number: int) -> Taken | None:
    """One checkpoint of a chain."""
    row = conn.execute(_of(chain, route, party).where(_c.epoch == epoch, _c.number == number)).first()
    return Taken(*row) if row is not None else None


def oldest_first(conn: Connection, chain: str, route: str, party: str) -> Iterator[Taken]:
    """All checkpoints of a chain, in order."""
    for row in conn.execute(_of(chain, route, party).order_by(_c.epoch, _c.number)).all():
        yield Taken(*row)


def newest_of(conn: Connection, feeds: Iterable[tuple[str, str]], epoch: int) -> dict[tuple[str, str], int]:
    """The number of the newest checkpoint of each of these feeds (route, party) that has one in this epoch."""
    found: dict[tuple[str, str], int] = {}
    for route, party in feeds:
        query = select(_c.number).where(
            _c.chain_name == "feed", _c.route == route, _c.party == party, _c.epoch == epoch
        )
        number = conn.execute(query.order_by(_c.number.desc()).limit(1)).scalar()
        if number is not None:
            found[(route, party)] = number
    return found


def keys(conn: Connection) -> list[UsedKey]:
    """All keys that ever signed, the first one first."""
    query = select(signing_keys).order_by(signing_keys.c.since, signing_keys.c.public)
    return [UsedKey(PublicKey.parse(row.public), row.since, row.last_used) for row in conn.execute(query)]


def links(conn: Connection, route: str, party: str, after: int, limit: int) -> list[Link]:
    """The links of a feed after a number, in order; the last one may be that which fills a page."""
    f, e = feed_rows.c, entries.c
    query = (
        select(f.feed, e.id, e.kind, e.content_hash, f.chain, e.salt, e.body)
        .join(entries, e.sequence == f.sequence)
        .where(f.route == route, f.party == party, f.feed > after)
        .order_by(f.feed)
        .limit(limit)
    )
    found: list[Link] = []
    size = 0
    with conn.execute(query.execution_options(yield_per=100)) as rows:
        for row in rows:
            found.append(Link(*row))
            size += len(found[-1].body or "")
            if size >= LINKS_BYTES:
                break
    return found


def _of(chain: str, route: str, party: str):  # type: ignore[no-untyped-def]
    columns = (_c.epoch, _c.number, _c.chain, _c.taken_at, _c.note)
    return select(*columns).where(_c.chain_name == chain, _c.route == route, _c.party == party)
