"""Putting reference data into a hub's directory: parties with their names, and routes (live, exercise, sample) with
the plans that they monitor."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from routehub.core.canonical import dumps
from routehub.core.clock import wall
from routehub.core.errors import Conflict, Unknown
from routehub.directory import tables as t
from routehub.directory.principal import HUB_PARTY
from routehub_schemas import reference
from routehub_schemas.vocab import SLUG_PATTERN

LONG_AGO = date(2000, 1, 1)
THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MARKINGS = ("live", "exercise", "sample")


def install_parties(conn: Connection) -> int:
    """Every party of the reference data that is not there yet; answers how many were new."""
    return put_parties(conn, reference.parties().values())


def put_parties(conn: Connection, given: Iterable[reference.Party]) -> int:
    """Those of the given parties that are not there yet; answers how many were new.

    Errors: 409 where an alias of a new party is that of another.
    """
    known = set(conn.execute(select(t.parties.c.code)).scalars())
    aliases = set(conn.execute(select(t.party_aliases.c.alias)).scalars())
    new = [party for party in given if party.code not in known]
    for party in new:
        for word in {party.code, *party.aliases} & aliases | {*party.aliases} & known:
            raise Conflict(f"{word} is another party already; {party.code} cannot be called so.")
        aliases |= set(party.aliases)
        conn.execute(insert(t.parties).values(code=party.code, kind=party.kind, eu_member=party.eu))
        for name in party.names:
            conn.execute(
                insert(t.party_names).values(
                    party=party.code,
                    valid_from=name.start or LONG_AGO,
                    valid_until=name.until,
                    name=name.name,
                )
            )
        for alias in party.aliases:
            conn.execute(insert(t.party_aliases).values(alias=alias, party=party.code))
    return len(new)


def install_hub_party(conn: Connection) -> None:
    """The party of the operators: it is on no route, so that its people read no content."""
    if conn.execute(select(t.parties.c.code).where(t.parties.c.code == HUB_PARTY)).first() is None:
        conn.execute(insert(t.parties).values(code=HUB_PARTY, kind="hub", eu_member=False))
        conn.execute(insert(t.party_names).values(party=HUB_PARTY, valid_from=LONG_AGO, name="Routehub operator"))


def install_route(
    conn: Connection,
    template: str,
    *,
    code: str | None = None,
    title: str | None = None,
    marking: str = "live",
    began: datetime | None = None,
) -> str:
    """A route from the reference data, under its own code or another (an exercise beside a live route).

    began: when its parties were asked to nominate contact points; now, if not given.

    Errors: 404 when there is no such template, 409 when the code is taken.
    """
    if template not in reference.ROUTES:
        raise Unknown(f"There is no route template {template}. There are: {', '.join(sorted(reference.ROUTES))}.")
    return put_route(conn, reference.route(template), code=code, title=title, marking=marking, began=began)


def put_route(
    conn: Connection,
    route: reference.Route,
    parties: Iterable[reference.Party] = (),
    *,
    code: str | None = None,
    title: str | None = None,
    marking: str = "live",
    began: datetime | None = None,
) -> str:
    """A route given as data, with the parties that come with it. Errors: 409 when its code is taken."""
    if marking not in MARKINGS:
        raise Conflict(f"A route is {', '.join(MARKINGS)}; not {marking}.")
    code = code or route.code
    _check_code(conn, code)
    install_parties(conn)
    put_parties(conn, parties)
    conn.execute(
        insert(t.routes).values(
            code=code, title=title or route.title, zone=route.zone, marking=marking, began_at=began or wall()
        )
    )
    conn.execute(
        insert(t.route_parties),
        [
            {
                "route": code, "party": member.code, "role": member.role, "zone": member.zone,
                "reports": member.reports, "due": member.due.strftime("%H:%M"),
                "period_end": member.period_end.strftime("%H:%M"), "position": position, "lane": 0,
                "valid_from": member.start or LONG_AGO, "valid_until": member.until,
            }
            for position, member in enumerate(route.parties)
        ],
    )  # fmt: skip
    if route.legs:
        conn.execute(
            insert(t.legs),
            [
                {
                    "route": code, "code": leg.code, "from_party": leg.origin, "to_party": leg.destination,
                    "lag_days": leg.lag_days, "policy": leg.policy, "valid_from": leg.start, "valid_until": leg.until,
                }
                for leg in route.legs
            ],
        )  # fmt: skip
    if route.plans:
        rows = [{"route": code, "plan": plan, "position": at} for at, plan in enumerate(route.plans)]
        conn.execute(insert(t.route_plans), rows)
    if route.places:
        legs = {leg.code for leg in route.legs}
        conn.execute(
            insert(t.places),
            [
                {
                    "route": code, "code": place.code, "name": place.name, "kind": place.kind, "party": place.party,
                    "leg": place.code.partition("/")[0] if place.code.partition("/")[0] in legs else None,
                }
                for place in route.places
            ],
        )  # fmt: skip
    if route.early_warning:
        set_parameters(conn, code, route.early_warning)
    return code


def set_parameters(conn: Connection, code: str, said: Mapping[str, Any]) -> None:
    """What a new route changes of the parameters of early warning, from its first day on."""
    row = {"route": code, "number": 1, "said": dumps(said), "made_by": "route data", "made_at": THE_BEGINNING}
    conn.execute(insert(t.route_parameters).values(**row))


def derive_route(
    conn: Connection, source: str, *, code: str | None = None, title: str | None = None, marking: str = "exercise"
) -> str:
    """An exercise (or sample) beside a live route: the same parties, legs, places, plans, people's roles, grants, and
    parameters of early warning.

    Keys, hand-overs and messages do not cross (DECISIONS 2). Errors: 404 without the source, 409 for a code in use.
    """
    route = conn.execute(select(t.routes).where(t.routes.c.code == source)).first()
    if route is None:
        raise Unknown(f"There is no route {source}.")
    if marking not in MARKINGS or marking == "live":
        raise Conflict("What is derived from a route is an exercise or a sample.")
    code = code or f"{source}-{marking}"
    _check_code(conn, code)
    words = title or f"{route.title} ({marking})"
    conn.execute(
        insert(t.routes).values(code=code, title=words, zone=route.zone, marking=marking, began_at=route.began_at)
    )
    for table in (t.route_parties, t.legs, t.places, t.route_plans, t.person_roles, t.reporting_grants):
        _copy(conn, table, source, code)
    p = t.route_parameters.c
    newest = select(p.said).where(p.route == source).order_by(p.number.desc()).limit(1)
    said = conn.execute(newest).scalar()
    if said is not None:
        set_parameters(conn, code, json.loads(said))
    return code


def set_plans(conn: Connection, route: str, plans: list[str]) -> None:
    """From now on a route monitors these plans, the usual one first. What was said under others stays.

    Errors: 404 for a route or plan that is not there.
    """
    if conn.execute(select(t.routes.c.code).where(t.routes.c.code == route)).first() is None:
        raise Unknown(f"There is no route {route}.")
    for plan in plans:
        if plan not in reference.plans():
            raise Unknown(f"There is no plan {plan}. There are: {', '.join(reference.plans())}.")
    conn.execute(delete(t.route_plans).where(t.route_plans.c.route == route))
    for at, plan in enumerate(dict.fromkeys(plans)):
        conn.execute(insert(t.route_plans).values(route=route, plan=plan, position=at))


def _copy(conn: Connection, table: Table, source: str, code: str) -> None:
    rows = [
        dict(row) | {"route": code} for row in conn.execute(select(table).where(table.c.route == source)).mappings()
    ]
    if rows:
        conn.execute(insert(table), rows)


def _check_code(conn: Connection, code: str) -> None:
    if not re.fullmatch(SLUG_PATTERN, code) or len(code) > 40:
        raise Conflict(f"The code of a route is a name in lower case with hyphens, such as wbr-exercise; not {code}.")
    if conn.execute(select(t.routes.c.code).where(t.routes.c.code == code)).first():
        raise Conflict(f"The route {code} exists already.")
