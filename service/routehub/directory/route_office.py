"""What the operator changes of a route while it runs: names of parties, reporting times, places. Everything has a day
from which it holds, so that what was recorded before keeps the name and the period that it had.
"""

from datetime import date, time, timedelta
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, Field
from sqlalchemy import delete, insert, update

from routehub.core.errors import Conflict, Refused, Unknown
from routehub.directory.principal import HUB_PARTY, Principal, require_role
from routehub.directory.snapshot import Directory, RouteView, load, valid
from routehub.directory.tables import party_names, places, route_parties
from routehub.directory.transaction import Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import Day, Line, PartyCode, PlaceCode

PlaceKind = Literal["crossing", "centre", "island", "port", "area", "site"]
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class NewName(BaseModel):
    """The official name of a party from a day on. Records of earlier days keep the one before."""

    model_config = STRICT

    party: PartyCode
    name: Annotated[Line, Field(max_length=80)]
    start: Day


class NewTimes(BaseModel):
    """When a party reports on this route, from a reporting day to come: due by, end of the day, and its time zone."""

    model_config = STRICT

    party: PartyCode
    due: Clock
    period_end: Clock
    zone: Annotated[str, Field(max_length=60)]
    start: Day


class NewPlace(BaseModel):
    """A crossing point or centre; with a code that is known, its new name."""

    model_config = STRICT

    code: PlaceCode
    name: Annotated[Line, Field(max_length=80)]
    kind: PlaceKind = "centre"


def name_party(tx: Transaction, who: Principal, given: NewName) -> None:
    """Give a party a name from a day on; the one that held then ends there. Errors: 403, 404, 409 for the same name."""
    directory, _ = _route(tx, who)
    party = directory.party_code(given.party)
    if party is None or party == HUB_PARTY:
        raise _refused("/party", "unknown-party", f"{given.party} is no party of this hub.", given.party)
    if directory.name(party, given.start) == given.name and valid_name(directory, party, given.start):
        raise Conflict(f"{given.name} is the name of {party} on that day already.")
    n = party_names.c
    later = [start for start, _, _ in directory.parties[party].names if start > given.start]
    tx.conn.execute(delete(party_names).where(n.party == party, n.valid_from == given.start))
    tx.conn.execute(
        update(party_names)
        .where(n.party == party, n.valid_from < given.start, n.valid_until.is_(None) | (n.valid_until > given.start))
        .values(valid_until=given.start)
    )
    tx.conn.execute(
        insert(party_names).values(
            party=party, valid_from=given.start, valid_until=min(later, default=None), name=given.name
        )
    )
    _done(tx, who, "party-named", {"party": party, "name": given.name, "from": given.start})


def valid_name(directory: Directory, party: str, on: date) -> bool:
    """Whether one of a party's names holds on a day; else the newest is shown."""
    return any(valid(on, start, end) for start, end, _ in directory.parties[party].names)


def set_times(tx: Transaction, who: Principal, given: NewTimes) -> None:
    """New reporting times from a day to come; the days until then keep theirs. Errors: 403, 404, 422."""
    directory, route = _route(tx, who)
    party = directory.party_code(given.party) or given.party
    today = tx.now.astimezone(route.zone).date()
    now = route.membership(party, given.start)
    problems = []
    if now is None or not now.reports:
        words = f"{given.party} does not report on {route.code} on that day."
        problems.append(_problem("/party", "unknown-party", words, given.party))
    if given.zone not in available_timezones():
        problems.append(_problem("/zone", "unknown-zone", f"{given.zone} is not a known time zone.", given.zone))
    if given.start <= today + timedelta(days=1):
        problems.append(_problem("/start", "too-early", "New times begin the day after tomorrow at the earliest: the "
                                 "reporting day that runs keeps its own.", given.start.isoformat()))  # fmt: skip
    if time.fromisoformat(given.due) < time.fromisoformat(given.period_end):
        problems.append(_problem("/due", "too-early", "Figures are due after the end of their day.", given.due))
    if problems:
        raise Refused("These times cannot be set.", problems)
    assert now is not None
    r = route_parties.c
    mine = (r.route == route.code, r.party == party)
    tx.conn.execute(delete(route_parties).where(*mine, r.valid_from >= given.start))
    tx.conn.execute(update(route_parties).where(*mine, r.valid_from == now.valid_from).values(valid_until=given.start))
    tx.conn.execute(
        insert(route_parties).values(
            route=route.code, party=party, role=now.role, zone=given.zone, reports=True, due=given.due,
            period_end=given.period_end, position=now.position, lane=now.lane, valid_from=given.start,
            valid_until=now.valid_until if now.valid_until != given.start else None,
        )
    )  # fmt: skip
    _done(tx, who, "reporting-times", given.model_dump(mode="json") | {"party": party})


def put_place(tx: Transaction, who: Principal, given: NewPlace) -> bool:
    """Add a place, or give one another name; says whether it is new. Errors: 403, 404, 422 for a leg or party that is
    not on the route."""
    directory, route = _route(tx, who)
    before = given.code.partition("/")[0]
    leg = next((leg for leg in route.legs if leg.code == before), None)
    today = tx.now.astimezone(route.zone).date()
    if leg is None and route.membership(before, today) is None:
        raise _refused(
            "/code", "unknown-place", f"{before} is neither a border nor a party of {route.code}.", given.code
        )
    p = places.c
    known = given.code in route.places
    if known:
        there = (p.route == route.code, p.code == given.code)
        tx.conn.execute(update(places).where(*there).values(name=given.name, kind=given.kind))
    else:
        tx.conn.execute(
            insert(places).values(
                route=route.code, code=given.code, name=given.name, kind=given.kind,
                party=leg.to_party if leg else directory.party_code(before), leg=leg.code if leg else None,
            )
        )  # fmt: skip
    _done(tx, who, "place", given.model_dump(mode="json"))
    return not known


def _route(tx: Transaction, who: Principal) -> tuple[Directory, RouteView]:
    require_role(who, "operator")
    directory = load(tx.conn)
    route = directory.routes.get(who.route)
    if route is None:
        raise Unknown(f"There is no route {who.route} here that you can see.")
    return directory, route


def _done(tx: Transaction, who: Principal, act: str, detail: dict[str, object]) -> None:
    tx.audit(act, who.route, HUB_PARTY, who.actor, detail)
    tx.directory_changed()


def _problem(pointer: str, code: str, words: str, sent: str) -> Problem:
    return Problem(pointer, code, words, sent=sent)


def _refused(pointer: str, code: str, words: str, sent: str) -> Refused:
    return Refused(words, [_problem(pointer, code, words, sent)])
