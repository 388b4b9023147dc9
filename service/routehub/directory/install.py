"""Putting reference data into a hub's directory: parties with their names, and routes (live, exercise, sample)."""

from datetime import date

from sqlalchemy import Connection, insert, select

from routehub.core.errors import Conflict, Unknown
from routehub.directory import tables as t
from routehub_schemas import reference

LONG_AGO = date(2000, 1, 1)
MARKINGS = ("live", "exercise", "sample")


def install_parties(conn: Connection) -> int:
    """Every party of the reference data that is not there yet; answers how many were new."""
    known = set(conn.execute(select(t.parties.c.code)).scalars())
    new = [party for party in reference.parties().values() if party.code not in known]
    for party in new:
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


def install_route(
    conn: Connection,
    template: str,
    *,
    code: str | None = None,
    title: str | None = None,
    marking: str = "live",
) -> str:
    """A route from the reference data, under its own code or another (an exercise beside a live route).

    Errors: 404 when there is no such template, 409 when the code is taken.
    """
    if template not in reference.ROUTES:
        raise Unknown(f"There is no route template {template}. There are: {', '.join(sorted(reference.ROUTES))}.")
    if marking not in MARKINGS:
        raise Conflict(f"A route is {', '.join(MARKINGS)}; not {marking}.")
    route = reference.route(template)
    code = code or route.code
    if conn.execute(select(t.routes.c.code).where(t.routes.c.code == code)).first():
        raise Conflict(f"The route {code} exists already.")
    install_parties(conn)
    conn.execute(insert(t.routes).values(code=code, title=title or route.title, zone=route.zone, marking=marking))
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
    return code
