"""The directory as one immutable picture. Access decisions are pure functions over it; each hub reloads it
when its version in the database changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from routehub.core import state
from routehub.core.language import pgettext
from routehub.directory import tables as t

OPERATOR_ROUTE = "*"
DAYS_KEPT = 5_000
"""Lists of members that a picture keeps: every message asks for those of its day, several times."""


def valid(on: date, start: date | None, end: date | None) -> bool:
    """Whether a day lies in a validity span; the end day is the first that is outside."""
    return (start is None or start <= on) and (end is None or on < end)


@dataclass(frozen=True)
class PartyView:
    """A party with its names in time."""

    code: str
    kind: str
    eu_member: bool
    names: tuple[tuple[date, date | None, str], ...]

    def name(self, on: date) -> str:
        """The official name on a day; the latest earlier one, or the code, where none is given."""
        for start, end, name in self.names:
            if valid(on, start, end):
                return name
        return self.names[-1][2] if self.names else self.code


@dataclass(frozen=True)
class Membership:
    """A party's place on a route."""

    party: str
    role: str
    zone: ZoneInfo
    reports: bool
    due: time
    period_end: time
    position: int
    lane: int
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class LegView:
    code: str
    from_party: str
    to_party: str
    lag_days: int
    policy: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class PlaceView:
    code: str
    name: str
    kind: str
    party: str | None
    leg: str | None


@dataclass(frozen=True)
class RouteView:
    """A route with its parties, legs and places, in travel order. plans: those that it monitors, the usual first."""

    code: str
    title: str
    zone: ZoneInfo
    marking: str
    memberships: tuple[Membership, ...]
    legs: tuple[LegView, ...]
    places: Mapping[str, PlaceView]
    plans: tuple[str, ...] = ()
    began_at: datetime | None = None
    _members: dict[tuple[date, tuple[str, ...]], tuple[Membership, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def exercise(self) -> bool:
        """Whether everything of this route is marked as not real (exercise or sample)."""
        return self.marking != "live"

    def members(self, on: date, *roles: str) -> tuple[Membership, ...]:
        """The parties on the route on a day, of the given roles (all when none is given)."""
        found = self._members.get((on, roles))
        if found is None:
            found = tuple(
                m for m in self.memberships if (not roles or m.role in roles) and valid(on, m.valid_from, m.valid_until)
            )
            if len(self._members) >= DAYS_KEPT:
                self._members.clear()
            self._members[(on, roles)] = found
        return found

    def membership(self, party: str, on: date) -> Membership | None:
        return next((m for m in self.members(on) if m.party == party), None)

    def legs_on(self, on: date) -> tuple[LegView, ...]:
        return tuple(leg for leg in self.legs if valid(on, leg.valid_from, leg.valid_until))

    def neighbours(self, party: str, on: date) -> frozenset[str]:
        """Parties that share a leg with this one."""
        near = {leg.to_party for leg in self.legs_on(on) if leg.from_party == party}
        return frozenset(near | {leg.from_party for leg in self.legs_on(on) if leg.to_party == party})


@dataclass(frozen=True)
class PersonView:
    """A nominated person; ``roles`` by route."""

    id: str
    party: str
    name: str
    function: str
    email: str
    phone: str
    languages: tuple[str, ...]
    zone: str
    valid_from: datetime
    valid_until: datetime | None
    withdrawn_at: datetime | None
    roles: Mapping[str, frozenset[str]]
    nominated_at: datetime | None = None
    accepted_at: datetime | None = None
    language: str = ""
    guided_at: datetime | None = None

    def active(self, at: datetime) -> bool:
        """Whether the nomination holds at an instant (wall time)."""
        ended = self.withdrawn_at is not None or (self.valid_until is not None and at >= self.valid_until)
        return self.valid_from <= at and not ended


@dataclass(frozen=True)
class HandOverView:
    id: str
    route: str
    person: str
    deputy: str
    starts: datetime
    ends: datetime
    accepted_at: datetime | None
    ended_at: datetime | None

    def running(self, at: datetime) -> bool:
        """Accepted, begun and not over: until accepted, nothing moves (UX 3.8)."""
        return self.accepted_at is not None and self.ended_at is None and self.starts <= at < self.ends


@dataclass(frozen=True)
class PauseView:
    """Reporting days, both ends included, for which a party is excused. ended_from: from that day on it is not."""

    id: str
    route: str
    party: str
    first: date
    last: date
    reason: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None = None
    ended_from: date | None = None

    def excuses(self, day: date) -> bool:
        return self.first <= day <= self.last and (self.ended_from is None or day < self.ended_from)


@dataclass(frozen=True)
class KeyView:
    id: str
    route: str
    party: str
    system: str
    secret_hash: str
    scopes: frozenset[str]
    expires_at: datetime
    revoked_at: datetime | None
    created_at: datetime
    created_by: str
    certificate: str | None = None

    def active(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


@dataclass(frozen=True)
class Directory:
    """Everything about routes, parties, people and keys at one version."""

    version: int
    parties: Mapping[str, PartyView]
    aliases: Mapping[str, str]
    routes: Mapping[str, RouteView]
    people: Mapping[str, PersonView]
    hand_overs: tuple[HandOverView, ...]
    keys: Mapping[str, KeyView]
    grants: frozenset[tuple[str, str, str]]  # route, actor, party
    hub: str = field(default="HUB")
    pauses: tuple[PauseView, ...] = ()

    def pause(self, route: str, party: str, day: date) -> PauseView | None:
        """Why a party need not report for a reporting day; None when it is to report."""
        return next((p for p in self.pauses if p.route == route and p.party == party and p.excuses(day)), None)

    def pauses_of(self, route: str, party: str) -> tuple[PauseView, ...]:
        return tuple(p for p in self.pauses if p.route == route and p.party == party)

    def party_code(self, code: str) -> str | None:
        """The stable code behind a code or alias, in any case; None when nobody has it."""
        wanted = code.upper()
        return wanted if wanted in self.parties else self.aliases.get(wanted)

    def near_party(self, code: str) -> str | None:
        """The most similar known code, for an error's suggestion."""
        known = [*self.parties, *self.aliases]
        found = get_close_matches(code.upper(), known, n=1, cutoff=0.5)
        return found[0] if found else None

    def name(self, code: str, on: date) -> str:
        party = self.parties.get(code)
        if party is None:
            return "Routehub" if code == self.hub else code
        # By the day, and then in the reader's language where its catalogue has that name.
        return pgettext("party", party.name(on))

    @cached_property
    def people_by_email(self) -> Mapping[str, PersonView]:
        return {p.email.lower(): p for p in self.people.values()}

    def stands_in_for(self, route: str, person: str, at: datetime) -> tuple[PersonView, ...]:
        """Whose duties on a route have come to this person by running hand-overs, also over several hands."""
        away = self._handed_over(route, at)
        found = [
            self.people[giver]
            for giver in away
            if giver in self.people and self.people[giver].active(at) and _last(giver, away) == person
        ]
        return tuple(found)

    def on_duty(self, route: str, party: str, at: datetime) -> tuple[PersonView, ...]:
        """Contact points of a party who are on duty at an instant of wall time: running hand-overs put the deputy
        in. Who stands in and is away too is followed on to the next; a ring of hand-overs leaves nobody."""
        away = self._handed_over(route, at)
        duty = []
        for person in self.people.values():
            if person.party != party or "contact_point" not in person.roles.get(route, frozenset()):
                continue
            stand_in = self.people.get(_last(person.id, away) or "")
            if person.active(at) and stand_in is not None and stand_in.active(at) and stand_in not in duty:
                duty.append(stand_in)
        return tuple(duty)

    def reachable(self, route: str, party: str, at: datetime) -> tuple[PersonView, ...]:
        """Who of a party can be reached: those on duty, then deputies who have not handed over themselves."""
        duty = self.on_duty(route, party, at)
        away = self._handed_over(route, at)
        return duty + tuple(p for p in self.deputies(route, party, at) if p.id not in away and p not in duty)

    def _handed_over(self, route: str, at: datetime) -> dict[str, str]:
        return {h.person: h.deputy for h in self.hand_overs if h.route == route and h.running(at)}

    def contacts(self, route: str, party: str, at: datetime) -> tuple[PersonView, ...]:
        """Contact points and deputies of a party, on duty or not."""
        return tuple(
            p
            for p in self.people.values()
            if p.party == party and p.active(at) and p.roles.get(route, frozenset()) & {"contact_point", "deputy"}
        )

    def deputies(self, route: str, party: str, at: datetime) -> tuple[PersonView, ...]:
        return tuple(
            p
            for p in self.people.values()
            if p.party == party and p.active(at) and "deputy" in p.roles.get(route, frozenset())
        )


def _last(person: str, away: Mapping[str, str]) -> str | None:
    """Where a duty ends up; None when the hand-overs go round in a ring."""
    seen = {person}
    while person in away:
        person = away[person]
        if person in seen:
            return None
        seen.add(person)
    return person


EMPTY = Directory(0, {}, {}, {}, {}, (), {}, frozenset())


def _time(text: str) -> time:
    return time.fromisoformat(text)


def load(conn: Connection) -> Directory:
    """Read the whole directory in one transaction."""
    names: dict[str, list[tuple[date, date | None, str]]] = {}
    for row in conn.execute(select(t.party_names).order_by(t.party_names.c.valid_from)):
        names.setdefault(row.party, []).append((row.valid_from, row.valid_until, row.name))
    parties = {
        row.code: PartyView(row.code, row.kind, row.eu_member, tuple(names.get(row.code, ())))
        for row in conn.execute(select(t.parties))
    }
    roles: dict[str, dict[str, set[str]]] = {}
    for row in conn.execute(select(t.person_roles)):
        roles.setdefault(row.person, {}).setdefault(row.route, set()).add(row.role)
    people = {
        row.id: PersonView(
            row.id, row.party, row.name, row.function, row.email, row.phone,
            tuple(filter(None, row.languages.split(","))), row.zone,
            row.valid_from, row.valid_until, row.withdrawn_at,
            {route: frozenset(found) for route, found in roles.get(row.id, {}).items()},
            row.nominated_at, row.accepted_at, row.language, row.guided_at,
        )
        for row in conn.execute(select(t.people).order_by(t.people.c.party, t.people.c.name))
    }  # fmt: skip
    return Directory(
        version=state.directory_version(conn),
        parties=parties,
        aliases={row.alias: row.party for row in conn.execute(select(t.party_aliases))},
        routes=_routes(conn),
        people=people,
        hand_overs=tuple(
            HandOverView(
                row.id, row.route, row.person, row.deputy, row.starts, row.ends, row.accepted_at, row.ended_at
            )
            for row in conn.execute(select(t.hand_overs).order_by(t.hand_overs.c.starts))
        ),
        keys={
            row.id: KeyView(
                row.id, row.route, row.party, row.system, row.secret_hash,
                frozenset(row.scopes.split()), row.expires_at, row.revoked_at, row.created_at, row.created_by,
                row.certificate,
            )
            for row in conn.execute(select(t.api_keys))
        },
        grants=frozenset((row.route, row.actor, row.party) for row in conn.execute(select(t.reporting_grants))),
        pauses=pauses(conn),
    )  # fmt: skip


def pauses(conn: Connection) -> tuple[PauseView, ...]:
    """All pauses that were ever made, in the order in which they were."""
    p = t.reporting_pauses.c
    found = conn.execute(select(t.reporting_pauses).order_by(p.made_at, p.id))
    return tuple(PauseView(**row) for row in found.mappings())


def _routes(conn: Connection) -> dict[str, RouteView]:
    members: dict[str, list[Membership]] = {}
    for row in conn.execute(select(t.route_parties).order_by(t.route_parties.c.position, t.route_parties.c.party)):
        members.setdefault(row.route, []).append(
            Membership(
                row.party, row.role, ZoneInfo(row.zone), row.reports, _time(row.due), _time(row.period_end),
                row.position, row.lane, row.valid_from, row.valid_until,
            )
        )  # fmt: skip
    legs: dict[str, list[LegView]] = {}
    for row in conn.execute(select(t.legs).order_by(t.legs.c.code)):
        legs.setdefault(row.route, []).append(
            LegView(
                row.code,
                row.from_party,
                row.to_party,
                row.lag_days,
                row.policy,
                row.valid_from,
                row.valid_until,
            )
        )
    places: dict[str, dict[str, PlaceView]] = {}
    for row in conn.execute(select(t.places).order_by(t.places.c.code)):
        places.setdefault(row.route, {})[row.code] = PlaceView(row.code, row.name, row.kind, row.party, row.leg)
    plans: dict[str, list[str]] = {}
    for row in conn.execute(select(t.route_plans).order_by(t.route_plans.c.position, t.route_plans.c.plan)):
        plans.setdefault(row.route, []).append(row.plan)
    return {
        row.code: RouteView(
            row.code, row.title, ZoneInfo(row.zone), row.marking,
            tuple(members.get(row.code, ())), tuple(legs.get(row.code, ())), places.get(row.code, {}),
            tuple(plans.get(row.code, ())), row.began_at,
        )
        for row in conn.execute(select(t.routes).order_by(t.routes.c.code))
    }  # fmt: skip
