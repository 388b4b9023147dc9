"""Who acts: a person in a session, a national system with a key, or the hub itself. And what they may do."""

from dataclasses import dataclass
from datetime import date, datetime

from routehub.core.errors import NotAllowed
from routehub.directory.snapshot import OPERATOR_ROUTE, Directory, KeyView, PersonView

HUB_PARTY = "HUB"


@dataclass(frozen=True)
class Principal:
    """One actor on one route.

    actor: ``person:ID``, ``key:ID`` or ``hub``; roles: on this route; scopes: of a key, None for people;
    session: the token hash of a person's session, by which open streams see it end.
    """

    route: str
    party: str
    name: str
    actor: str
    roles: frozenset[str]
    scopes: frozenset[str] | None = None
    session: str | None = None

    @property
    def person_id(self) -> str | None:
        return self.actor.removeprefix("person:") if self.actor.startswith("person:") else None

    @property
    def key_id(self) -> str | None:
        return self.actor.removeprefix("key:") if self.actor.startswith("key:") else None

    @property
    def is_hub(self) -> bool:
        return self.actor == "hub"

    @property
    def reads_feed(self) -> bool:
        """Roles do not limit what a party's people read; a key needs ``read:feed``, an operator reads no
        content (DECISIONS 1)."""
        if self.scopes is not None:
            return "read:feed" in self.scopes
        return bool(self.roles - {"operator"})


def hub_principal(route: str) -> Principal:
    """The hub as sender of digests and computed alerts."""
    return Principal(route, HUB_PARTY, "Routehub", "hub", frozenset({"hub"}))


def operator_principal(route: str) -> Principal:
    """The operator at the hub's own terminal."""
    return Principal(route, HUB_PARTY, "Operator", "terminal", frozenset({"operator"}))


def person_principal(
    person: PersonView, route: str, directory: Directory, at: datetime, today: date | None = None,
    session: str | None = None,
) -> Principal:  # fmt: skip
    """A person on a route. The roles of whom they stand in for come on top.

    at: wall time, in which people and hand-overs live; today: the route's day in hub time, for its memberships.
    """
    runs_hub = person.roles.get(OPERATOR_ROUTE, frozenset()) & {"operator"}
    roles = set(person.roles.get(route, frozenset()))
    for handed in directory.stands_in_for(route, person.id, at):
        roles |= handed.roles.get(route, frozenset()) - {"operator"}
    view = directory.routes.get(route)
    member = view.membership(person.party, today or at.date()) if view else None
    if member is None:
        roles &= {"operator"}
    elif roles - {"operator"} and member.role == "observer":
        roles = {"observer"} | (roles & {"operator"})
    elif roles - {"operator"} and member.role == "coordinator":
        roles.add("coordinator")
    return Principal(
        route, person.party, person.name, f"person:{person.id}", frozenset(roles | runs_hub), session=session
    )


def still_holds(principal: Principal, directory: Directory, wall: datetime, today: date, alive: frozenset[str]) -> bool:
    """Whether a reader may still read: its key, or its person, session and roles (PROMISES D2). For open streams,
    at each change of the directory and now and then besides, as keys, sessions and hand-overs also end by time.

    today: the route's day in hub time; alive: what ``sessions.alive`` says of the sessions asked about.
    """
    if principal.key_id is not None:
        key = directory.keys.get(principal.key_id)
        return key is not None and key.active(wall)
    if principal.person_id is None:
        return True
    person = directory.people.get(principal.person_id)
    if person is None or not person.active(wall):
        return False
    if principal.session is not None and principal.session not in alive:
        return False
    return person_principal(person, principal.route, directory, wall, today).reads_feed


def key_principal(key: KeyView, directory: Directory) -> Principal:
    """A national system. The systems of a party that only observes the route observe, whatever their scopes. With the
    scope ``chair`` it is the terminal of the chair, and may do what the chair does."""
    route = directory.routes.get(key.route)
    roles = {m.role for m in route.memberships if m.party == key.party} if route else set()
    held = {"observer"} if roles == {"observer"} else {"national_system", *(key.scopes & {"chair"})}
    return Principal(key.route, key.party, key.system, f"key:{key.id}", frozenset(held), key.scopes)


def require_role(principal: Principal, *roles: str) -> None:
    """Refuse, in words, an act that none of the actor's roles allows."""
    if not principal.roles & set(roles):
        wanted = " or ".join(role.replace("_", " ") for role in roles)
        raise NotAllowed(f"This needs the role {wanted} on this route; {principal.name} does not have it.")


def may_report_for(directory: Directory, principal: Principal, party: str) -> bool:
    """A party reports for itself; others only where the directory lets them (S1 p9)."""
    return principal.party == party or (principal.route, principal.party, party) in directory.grants
