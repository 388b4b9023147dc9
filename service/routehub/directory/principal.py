"""Who acts: a person in a session, a national system with a key, or the hub itself. And what they may do."""

from dataclasses import dataclass
from datetime import datetime

from routehub.core.errors import NotAllowed
from routehub.directory.snapshot import OPERATOR_ROUTE, Directory, KeyView, PersonView

HUB_PARTY = "HUB"


@dataclass(frozen=True)
class Principal:
    """One actor on one route.

    actor: ``person:ID``, ``key:ID`` or ``hub``; roles: on this route; scopes: of a key, None for people.
    """

    route: str
    party: str
    name: str
    actor: str
    roles: frozenset[str]
    scopes: frozenset[str] | None = None

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


def person_principal(person: PersonView, route: str, directory: Directory, at: datetime) -> Principal:
    """A person on a route. The roles of whom they stand in for at ``at`` come on top."""
    roles = set(person.roles.get(route, frozenset())) | set(person.roles.get(OPERATOR_ROUTE, frozenset()))
    for hand_over in directory.hand_overs:
        if hand_over.route == route and hand_over.deputy == person.id and hand_over.running(at):
            handed = directory.people.get(hand_over.person)
            if handed is not None:
                roles |= handed.roles.get(route, frozenset()) - {"operator"}
    if roles and directory.routes.get(route) is not None:
        member = directory.routes[route].membership(person.party, at.date())
        if member is not None and member.role == "coordinator":
            roles.add("coordinator")
        if member is not None and member.role == "observer":
            roles = {"observer"} | (roles & {"operator"})
        if member is None:
            roles &= {"operator"}
    return Principal(route, person.party, person.name, f"person:{person.id}", frozenset(roles))


def key_principal(key: KeyView) -> Principal:
    return Principal(key.route, key.party, key.system, f"key:{key.id}", frozenset({"national_system"}), key.scopes)


def require_role(principal: Principal, *roles: str) -> None:
    """Refuse, in words, an act that none of the actor's roles allows."""
    if not principal.roles & set(roles):
        wanted = " or ".join(role.replace("_", " ") for role in roles)
        raise NotAllowed(f"This needs the role {wanted} on this route; {principal.name} does not have it.")


def may_report_for(directory: Directory, principal: Principal, party: str) -> bool:
    """A party reports for itself; others only where the directory lets them (S1 p9)."""
    return principal.party == party or (principal.route, principal.party, party) in directory.grants
