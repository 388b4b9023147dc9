"""Erasing content: body, salt, words and the document in which it came, in one transaction with the boards made anew.

The salt goes too: with it, short contents could be guessed from their hashes. What a message said no longer counts:
boards come out as if it had never said it, and answers to it stand alone.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from routehub.core.errors import Unknown
from routehub.journal.batch import Batch
from routehub.journal.message import Board
from routehub.journal.rebuild import rebuild
from routehub.journal.search import index
from routehub.journal.tables import audit_rows, entries, erasures, originals, short_ids
from routehub_schemas.registry import Registry

AT_ONCE = 400
Afterwards = Callable[[Connection, frozenset[str]], None]
"""Told which kinds were erased: what else was made of them and lies above the journal is made anew."""


@dataclass(frozen=True)
class Found:
    """A message that still has its content."""

    sequence: int
    id: str
    route: str
    party: str
    kind: str


@dataclass(frozen=True)
class Order:
    """Who erases, why, and on which ground: ``request`` or ``retention``."""

    actor: str
    reason: str
    ground: str = "request"


@dataclass(frozen=True)
class Eraser:
    """Erases with the boards and followers of a hub."""

    boards: tuple[Board, ...]
    registry: Registry
    afterwards: Afterwards

    def erase(self, tx: Batch, messages: Sequence[Found], order: Order) -> int:
        """Erase them; says how many."""
        return self.erase_each(tx, {order: messages})

    def erase_each(self, tx: Batch, orders: Mapping[Order, Sequence[Found]]) -> int:
        """Erase by several orders at once. Nobody posts meanwhile: the boards of these kinds are made anew from the
        whole journal."""
        messages = [message for some in orders.values() for message in some]
        if not messages:
            return 0
        for order, ordered in orders.items():
            for some in _parts(ordered):
                _erase(tx, some, order)
            _audit(tx, ordered, order)
        kinds = frozenset(message.kind for message in messages)
        rebuild(tx.conn, [board for board in self.boards if board.kinds & kinds], self.registry, words=False)
        tx.known.boards.clear()  # of what comes behind in this very transaction
        self.afterwards(tx.conn, kinds)
        return len(messages)


def find(conn: Connection, route: str, refs: Sequence[str]) -> list[Found]:
    """The messages of these ids or short ids; those that were erased before are left out.

    Errors: Unknown for one that is not there.
    """
    e, s = entries.c, short_ids.c
    found: list[Found] = []
    for ref in refs:
        opened = select(s.message_id).where(s.route == route, s.short_id == ref.upper()).scalar_subquery()
        query = select(e.sequence, e.id, e.route, e.party, e.kind, e.body.is_(None).label("gone"))
        row = conn.execute(query.where(e.route == route, e.id == func.coalesce(opened, ref.lower()))).first()
        if row is None:
            raise Unknown(f"There is no message {ref} on {route}.")
        if not row.gone:
            found.append(Found(*row[:5]))
    return found


def naming(conn: Connection, messages: Sequence[Found]) -> list[tuple[str, str, str]]:
    """Id, kind and party of messages that name one of these and may quote it: agendas, bulletins, answers, updates."""
    e = entries.c
    ids = [message.id for message in messages]
    found: dict[str, tuple[str, str, str]] = {}
    for one in ids:
        query = select(e.id, e.kind, e.party).where(e.body.contains(one, autoescape=True), e.id.not_in(ids))
        found |= {row.id: (row.id, row.kind, row.party) for row in conn.execute(query)}
    return list(found.values())


def _parts(messages: Sequence[Found]) -> Iterator[Sequence[Found]]:
    for start in range(0, len(messages), AT_ONCE):
        yield messages[start : start + AT_ONCE]


def _erase(tx: Batch, messages: Sequence[Found], order: Order) -> None:
    sequences, ids = [message.sequence for message in messages], [message.id for message in messages]
    index.forget(tx.conn, sequences)
    tx.conn.execute(update(entries).where(entries.c.sequence.in_(sequences)).values(body=None, salt=""))
    tx.conn.execute(delete(originals).where(originals.c.message_id.in_(ids)))
    row = {"at": tx.wall, "by": order.actor, "ground": order.ground, "reason": order.reason}
    tx.conn.execute(insert(erasures), [row | {"message_id": one} for one in ids])


def _audit(tx: Batch, messages: Sequence[Found], order: Order) -> None:
    """In the audit of each sender's party: one row for each message, or one for each kind whose time is over."""
    detail = {"ground": order.ground, "reason": order.reason}
    if order.ground == "request":
        for one in messages:
            tx.audit("erase", one.route, one.party, order.actor, detail | {"message": one.id, "kind": one.kind})
        return
    counted: dict[tuple[str, str, str], int] = {}
    for one in messages:
        key = (one.route, one.party, one.kind)
        counted[key] = counted.get(key, 0) + 1
    for (route, party, kind), count in sorted(counted.items()):
        tx.audit("erase", route, party, order.actor, detail | {"kind": kind, "messages": count})


def unexplained(conn: Connection) -> Iterator[tuple[int, str]]:
    """Sequences whose content is gone without an erasure on record and in the audit, which is chained where the record
    is not; or there in spite of one."""
    e, x = entries.c, erasures.c
    one_by_one, counted = _audited(conn)
    columns = (e.sequence, e.id, e.route, e.party, e.kind, e.body, x.message_id, x.ground)
    query = select(*columns).outerjoin(erasures, x.message_id == e.id)
    for row in conn.execute(query.where(or_(e.body.is_(None), x.message_id.is_not(None))).order_by(e.sequence)):
        if row.message_id is None:
            yield row.sequence, "has lost its content, and no erasure is on record"
            continue
        if row.body is not None:
            yield row.sequence, "has content again that was erased"
        key = (row.route, row.party, row.kind)
        if row.ground == "retention":
            counted[key] -= 1
        if counted[key] < 0 if row.ground == "retention" else row.id not in one_by_one:
            yield row.sequence, "has lost its content, and the audit knows nothing of its erasure"


def _audited(conn: Connection) -> tuple[set[str], Counter[tuple[str, str, str]]]:
    """What the audit says was erased: the ids of messages on request, and how many of each kind by retention."""
    a = audit_rows.c
    ids: set[str] = set()
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in conn.execute(select(a.route, a.party, a.detail).where(a.act == "erase")):
        detail = json.loads(row.detail)
        if detail["ground"] == "retention":
            counted[(row.route, row.party, detail["kind"])] += detail["messages"]
        else:
            ids.add(detail["message"])
    return ids, counted
