"""The one visibility predicate (DECISIONS 1). Audience words become a frozen list of parties at acceptance;
equal lists share an id; whoever reads, reads through ``readable``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, insert, select

from routehub.core.canonical import digest
from routehub.core.columns import Numbers, among
from routehub.core.errors import Refused
from routehub.core.statements import Query
from routehub.directory.principal import HUB_PARTY
from routehub.directory.snapshot import Directory, RouteView
from routehub.directory.tables import audience_parties, audiences
from routehub_schemas.errors import Problem

BY_DIGEST = Query(select(audiences.c.id).where(audiences.c.digest == bindparam("digest")))
WORDS = ("*", "neighbours", "coordinators", "observers", "public")


def resolve(
    directory: Directory, route: RouteView, sender: str, words: Iterable[str], on: date, pointer: str
) -> frozenset[str]:
    """The parties that audience words mean today. Problems of all words are told at once.

    The sender always reads what it sent. ``public`` stands for nobody more on the route: what is public is
    published by its own pages.
    """
    found: set[str] = set()
    problems: list[Problem] = []
    everyone = {m.party for m in route.members(on, "member", "coordinator")}
    coordinators = {m.party for m in route.members(on, "coordinator")}
    on_route = {m.party for m in route.members(on)}
    for index, word in enumerate(words):
        if word in ("*", "public"):
            found |= everyone
        elif word == "neighbours":
            found |= route.neighbours(sender, on) | coordinators
        elif word == "coordinators":
            found |= coordinators
        elif word == "observers":
            found |= {m.party for m in route.members(on, "observer")}
        else:
            code = directory.party_code(word)
            if code is None or code not in on_route:
                near = directory.near_party(word)
                problems.append(
                    Problem(
                        f"{pointer}/{index}", "unknown-party",
                        f"{word} is not a party of this route and not an audience word.",
                        sent=word, allowed=[*WORDS, *sorted(on_route)], suggestion=near if near in on_route else None,
                    )
                )  # fmt: skip
            else:
                found.add(code)
    if problems:
        raise Refused("The audience names parties that are not on this route.", problems)
    if sender != HUB_PARTY:
        found.add(sender)
    return frozenset(found)


def mark(route: str, parties: Iterable[str]) -> str:
    """The digest by which a frozen list of readers is known, and which the journal's chain covers."""
    return digest(route + "\n" + "\n".join(sorted(parties)))


def new(conn: Connection, route: str, parties: frozenset[str], digest: str) -> int:
    """Keep a frozen list of readers that was not there before (``BY_DIGEST``), and answer its id. Only inside the
    writer's transaction."""
    number = int(conn.execute(select(func.coalesce(func.max(audiences.c.id), 0))).scalar_one()) + 1
    conn.execute(insert(audiences).values(id=number, route=route, digest=digest))
    if parties:
        conn.execute(insert(audience_parties), [{"audience_id": number, "party": p} for p in sorted(parties)])
    return number


def readable(conn: Connection, route: str, party: str) -> frozenset[int]:
    """The audience ids that a party reads on a route."""
    rows = conn.execute(
        select(audience_parties.c.audience_id)
        .join(audiences, audiences.c.id == audience_parties.c.audience_id)
        .where(audiences.c.route == route, audience_parties.c.party == party)
    )
    return frozenset(row.audience_id for row in rows)


def shared(conn: Connection, route: str, parties: frozenset[str]) -> frozenset[int]:
    """The audience ids that every one of these parties reads: what a derivation for all of them may rest on."""
    a = audience_parties.c
    rows = conn.execute(
        select(a.audience_id)
        .join(audiences, audiences.c.id == a.audience_id)
        .where(audiences.c.route == route, a.party.in_(sorted(parties)))
        .group_by(a.audience_id)
        .having(func.count() == len(parties))
    )
    return frozenset(row.audience_id for row in rows)


def clause(column: ColumnElement[int], ids: Iterable[int] | BindParameter[list[int]]) -> ColumnElement[bool]:
    """The predicate over a table's ``audience_id`` column; an empty list reads nothing. ``ids``: the audiences, or the
    parameter that will stand for them in a statement which is built once."""
    if not isinstance(ids, BindParameter):
        ids = bindparam("audiences", sorted(ids), type_=Numbers, unique=True)
    return among(column, ids)


def readers(conn: Connection, audience_id: int) -> frozenset[str]:
    """The frozen readers of one audience."""
    return readers_of(conn, [audience_id])[audience_id]


def readers_of(conn: Connection, audience_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The frozen readers of several audiences."""
    found: dict[int, set[str]] = {audience: set() for audience in audience_ids}
    a = audience_parties.c
    for row in conn.execute(select(a.audience_id, a.party).where(a.audience_id.in_(sorted(found)))):
        found[row.audience_id].add(row.party)
    return {audience: frozenset(parties) for audience, parties in found.items()}


@dataclass(frozen=True)
class Audience:
    """A frozen list of readers as it is stored."""

    id: int
    route: str
    digest: str
    parties: frozenset[str]


def frozen_audiences(conn: Connection) -> dict[int, Audience]:
    """All audiences by id. They are few: as many as different lists of readers were ever used."""
    parties: dict[int, set[str]] = {}
    for row in conn.execute(select(audience_parties)):
        parties.setdefault(row.audience_id, set()).add(row.party)
    return {
        row.id: Audience(row.id, row.route, row.digest, frozenset(parties.get(row.id, set())))
        for row in conn.execute(select(audiences).order_by(audiences.c.id))
    }
