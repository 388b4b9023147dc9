"""Nominating people, giving them roles, withdrawing them (S1 p1; UX 3.8). A party's office acts for its own party,
the operator for all. A nomination is accepted by the first sign-in: it shows that the link in the mail arrived. Times
are wall time: these are real people's calendars, also in an exercise.
"""

import re
from collections.abc import Set
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, delete, insert, or_, update

from routehub.core.errors import Conflict, NotAllowed, Refused, Unknown
from routehub.core.ids import uuid7
from routehub.directory import factors, sessions
from routehub.directory.principal import Principal
from routehub.directory.snapshot import OPERATOR_ROUTE, Directory, HandOverView, PersonView, load
from routehub.directory.tables import hand_overs, people, person_roles, sign_in_links
from routehub.directory.transaction import Transaction
from routehub_schemas.errors import Problem
from routehub_schemas.kind import STRICT
from routehub_schemas.vocab import UNIQUE_ITEMS, Language, Line, Moment, PartyCode, Unique, Zone

Role = Literal["party_office", "contact_point", "deputy", "chair", "observer", "operator"]
ROLES: tuple[Role, ...] = ("party_office", "contact_point", "deputy", "chair", "observer", "operator")
BY_OFFICE = frozenset({"party_office", "contact_point", "deputy", "observer"})
"""Roles that a party gives to its own people. The chair is of a coordinating party; operators run the hub."""

Roles = Annotated[list[Role], Unique, Field(max_length=len(ROLES), json_schema_extra=UNIQUE_ITEMS)]
Languages = Annotated[list[Language], Unique, Field(max_length=10, json_schema_extra=UNIQUE_ITEMS)]
EMAIL_PATTERN = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"


def _email(value: str) -> str:
    """One mailbox, and nothing that a mail header could take for two (RFC 5321, 4.1.2, without quoted parts)."""
    if not re.fullmatch(EMAIL_PATTERN, value):
        raise PydanticCustomError(
            "form", "not an e-mail address", {"form": "an e-mail address, such as ana@mnz.example"}
        )
    return value.lower()


def _phone(value: str) -> str:
    if value and not re.fullmatch(r"\+[0-9 ()./-]{5,39}", value):
        raise PydanticCustomError("form", "not a number", {"form": "a telephone number, such as +386 1 428 40 00"})
    return value


Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]


class Nomination(BaseModel):
    """A person and their roles on the route. ``party``: the nominating party, if not named."""

    model_config = STRICT

    name: Line
    email: Email
    roles: Roles = ["contact_point"]
    party: PartyCode | None = None
    function: Line | None = None
    phone: Phone = ""
    languages: Languages = []
    zone: Zone | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None


class PersonChange(BaseModel):
    """What changes about a person; what is not named stays. ``roles``: on this route, all of them."""

    model_config = STRICT

    name: Line | None = None
    roles: Roles | None = None
    function: Line | None = None
    phone: Phone | None = None
    languages: Languages | None = None
    zone: Zone | None = None
    valid_until: Moment | None = None


OWN_FIELDS = frozenset({"phone", "languages", "zone"})
"""What people change about themselves."""


def may_manage(who: Principal, party: str) -> bool:
    """The operator looks after every party's people and keys, an office after its own party's."""
    return "operator" in who.roles or ("party_office" in who.roles and who.party == party)


def require_office(who: Principal, party: str) -> None:
    if not may_manage(who, party):
        raise NotAllowed(f"This is for the party office of {party}, or for the operator.")


def may_see(directory: Directory, who: Principal, person: PersonView) -> bool:
    """Who sees a person's contact details: the parties of the route each other's, observers and keys their own
    party's, the operator everybody's."""
    if "operator" in who.roles or who.party == person.party:
        return True
    open_to = who.scopes is None and bool(who.roles - {"operator", "observer"})
    return open_to and bool(person.roles.get(who.route))


def nominate(tx: Transaction, who: Principal, given: Nomination) -> PersonView:
    """Nominate a person on the actor's route. A withdrawn person of the same party with this address comes back.

    Errors: 403 for another party or a role that is not the actor's to give, 409 for an address in use, 422.
    """
    directory = load(tx.conn)
    party = given.party or who.party
    code = directory.party_code(party)
    if code is None:
        raise Refused("There is no such party.", [_problem("/party", f"{party} is no party of this hub.", party)])
    require_office(who, code)
    _check_member(directory, who, code, set(given.roles), tx.now)
    _check_gift(who, set(given.roles), frozenset())
    start = given.valid_from or tx.wall
    _check_fields(given.zone, start, given.valid_until, tx.wall)
    known = directory.people_by_email.get(given.email)
    if known is not None and (known.party != code or known.withdrawn_at is None):
        raise Conflict(f"{given.email} belongs to a nominated person already. Change that person's roles instead.")
    person = known.id if known else uuid7(tx.wall)
    row = {
        "party": code, "name": given.name, "function": given.function or "", "email": given.email, "phone": given.phone,
        "languages": ",".join(given.languages), "zone": given.zone or "", "valid_from": start,
        "valid_until": given.valid_until, "withdrawn_at": None, "nominated_at": tx.wall, "accepted_at": None,
        "nominated_by": who.actor,
    }  # fmt: skip
    if known:
        tx.conn.execute(update(people).where(people.c.id == person).values(**row))
        factors.forget(tx.conn, person)
        tx.conn.execute(delete(person_roles).where(person_roles.c.person == person))
    else:
        tx.conn.execute(insert(people).values(id=person, **row))
    _put_roles(tx, who.route, person, set(given.roles))
    tx.audit("nominate", who.route, code, who.actor, {"person": person, "roles": sorted(given.roles)})
    tx.directory_changed()
    return load(tx.conn).people[person]


def change(tx: Transaction, who: Principal, person_id: str, given: PersonChange) -> PersonView:
    """Change a person: the office and the operator everything, people themselves how they are reached."""
    directory = load(tx.conn)
    person = _found(directory, who, person_id)
    if person.withdrawn_at is not None:
        raise Conflict(f"{person.name} was withdrawn. Nominate the person again.")
    named = given.model_fields_set
    if not (who.person_id == person.id and named <= OWN_FIELDS):
        require_office(who, person.party)
    _check_fields(given.zone, person.valid_from, given.valid_until, tx.wall)
    values: dict[str, Any] = {name: getattr(given, name) for name in named - {"roles", "languages", "valid_until"}}
    values = {name: value or "" for name, value in values.items() if name != "name" or value}
    if given.languages is not None:
        values["languages"] = ",".join(given.languages)
    if "valid_until" in named:
        values["valid_until"] = given.valid_until
    if values:
        tx.conn.execute(update(people).where(people.c.id == person.id).values(**values))
    detail: dict[str, Any] = {"person": person.id, "fields": sorted(named)}
    if given.roles is not None:
        wanted: Set[str] = set(given.roles)
        _check_member(directory, who, person.party, wanted, tx.now)
        _check_gift(who, wanted, person.roles.get(who.route, frozenset()))
        _put_roles(tx, who.route, person.id, wanted, operators="operator" in who.roles)
        detail["roles"] = sorted(wanted)
    tx.audit("change-person", who.route, person.party, who.actor, detail)
    tx.directory_changed()
    return load(tx.conn).people[person.id]


def set_language(tx: Transaction, person_id: str, language: str) -> None:
    """In which language somebody reads pages and mail; empty: pages as the browser asks, mail in English."""
    tx.conn.execute(update(people).where(people.c.id == person_id).values(language=language))
    tx.directory_changed()


def set_guided(tx: Transaction, person_id: str, *, guided: bool) -> None:
    """Put the guide of the first minute away, or have it back."""
    tx.conn.execute(update(people).where(people.c.id == person_id).values(guided_at=tx.wall if guided else None))
    tx.directory_changed()


def leaves_nobody(directory: Directory, person: PersonView, at: datetime) -> tuple[str, ...]:
    """The routes on which nobody of the person's party could be reached, were the person withdrawn at this instant."""
    gone = replace(person, withdrawn_at=at)
    without = replace(directory, people={**directory.people, person.id: gone}, hand_overs=_ended(directory, person, at))
    return tuple(
        route for route in sorted(directory.routes)
        if directory.reachable(route, person.party, at) and not without.reachable(route, person.party, at)
    )  # fmt: skip


def _ended(directory: Directory, person: PersonView, at: datetime) -> tuple[HandOverView, ...]:
    return tuple(
        replace(h, ended_at=at) if person.id in (h.person, h.deputy) and h.ended_at is None else h
        for h in directory.hand_overs
    )


def withdraw(tx: Transaction, who: Principal, person_id: str, *, leave_gap: bool = False) -> PersonView:
    """Withdraw a nomination at once: sessions and sign-in links end, hand-overs from and to the person too.

    Errors: 422 where nobody of the party could be reached afterwards, unless ``leave_gap`` says that this is known.
    """
    directory = load(tx.conn)
    person = _found(directory, who, person_id)
    require_office(who, person.party)
    if person.withdrawn_at is None:
        nobody = () if leave_gap else leaves_nobody(directory, person, tx.wall)
        if nobody:
            words = f"Then nobody of {person.party} can be reached on {', '.join(nobody)}."
            raise Refused(
                f"{words} Nominate somebody first, or say that you know (leave_gap).",
                [Problem("/query/leave_gap", "gap", words, allowed=[True])],
            )
        tx.conn.execute(update(people).where(people.c.id == person.id).values(withdrawn_at=tx.wall))
        factors.forget(tx.conn, person.id)
        sessions.end_all(tx.conn, person.id, tx.wall)
        links, h = sign_in_links.c, hand_overs.c
        tx.conn.execute(
            update(sign_in_links).where(links.person == person.id, links.used_at.is_(None)).values(used_at=tx.wall)
        )
        either = or_(h.person == person.id, h.deputy == person.id)
        tx.conn.execute(update(hand_overs).where(either, h.ended_at.is_(None)).values(ended_at=tx.wall))
        tx.audit("withdraw", who.route, person.party, who.actor, {"person": person.id})
        tx.directory_changed()
    return load(tx.conn).people[person.id]


def _found(directory: Directory, who: Principal, person_id: str) -> PersonView:
    """A person that the actor may see; another reads like one that is not there."""
    person = directory.people.get(person_id)
    if person is None or not may_see(directory, who, person):
        raise Unknown("There is no such person that you can see.")
    return person


def _check_member(directory: Directory, who: Principal, party: str, roles: Set[str], now: datetime) -> None:
    """Roles on a route are for people of its parties; an operator may be of any."""
    route = directory.routes.get(who.route)
    if route is None:
        raise Unknown(f"There is no route {who.route} here that you can see.")
    if roles <= {"operator"}:
        return
    member = route.membership(party, now.astimezone(route.zone).date())
    if member is None:
        raise Refused("The party is not on this route.", [_problem("/party", f"{party} is not on {who.route}.", party)])
    if "chair" in roles and member.role != "coordinator":
        raise Refused(
            "The chair is of a coordinating party.",
            [_problem("/roles", f"{party} does not coordinate this route.", "chair")],
        )


def _check_gift(who: Principal, wanted: Set[str], present: Set[str]) -> None:
    """Whether the roles that come or go are the actor's to give."""
    if "operator" in who.roles:
        return
    gift = BY_OFFICE | ({"chair"} if "coordinator" in who.roles else set())
    if beyond := (wanted ^ present) - gift:
        names = ", ".join(sorted(beyond)).replace("_", " ")
        raise NotAllowed(f"The role {names} is given and taken by the operator.")


def _check_fields(zone: str | None, start: datetime, end: datetime | None, wall: datetime) -> None:
    problems = []
    if zone and zone not in available_timezones():
        problems.append(_problem("/zone", f"{zone} is not a known time zone.", zone))
    if end is not None and end <= max(start, wall):
        problems.append(_problem("/valid_until", "The nomination would end before it begins.", end.isoformat()))
    if problems:
        raise Refused("The person cannot be recorded so.", problems)


def _problem(pointer: str, message: str, sent: str) -> Problem:
    return Problem(pointer, "does-not-fit", message, sent=sent)


def _put_roles(tx: Transaction, route: str, person: str, roles: Set[str], *, operators: bool = True) -> None:
    """Make these the person's roles on the route; the operator's role counts on every route."""
    r = person_roles.c
    on: ColumnElement[bool] = r.route == route
    if operators:
        on = or_(on, r.route == OPERATOR_ROUTE)
    tx.conn.execute(delete(person_roles).where(r.person == person, on))
    rows = [
        {"person": person, "route": OPERATOR_ROUTE if role == "operator" else route, "role": role}
        for role in sorted(roles)
        if operators or role != "operator"
    ]
    if rows:
        tx.conn.execute(insert(person_roles), rows)
