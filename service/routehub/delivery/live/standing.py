"""Whether somebody may still listen: asked of every open stream whenever the directory is looked at (PROMISES D2)."""

from collections.abc import Collection
from datetime import datetime

from routehub.directory.principal import Principal, person_principal
from routehub.directory.snapshot import Directory


def stands(directory: Directory, principal: Principal, now: datetime, wall: datetime) -> bool:
    """The key or person still reads this feed: neither revoked nor withdrawn, and the party is on the route.

    now: hub time, for what the route looks like; wall: for what protects the hub.
    """
    route = directory.routes.get(principal.route)
    if route is None or route.membership(principal.party, now.date()) is None:
        return False
    who, _, name = principal.actor.partition(":")
    if who == "key":
        key = directory.keys.get(name)
        return key is not None and key.active(wall) and "read:feed" in key.scopes
    if who == "person":
        person = directory.people.get(name)
        return (
            person is not None
            and person.active(wall)
            and person.party == principal.party
            and person_principal(person, principal.route, directory, wall).reads_feed
        )
    return False


def listens(
    directory: Directory,
    principal: Principal,
    session: str | None,
    alive: Collection[str],
    now: datetime,
    wall: datetime,
) -> bool:
    """The same for an open stream; a person's lives no longer than the session that opened it."""
    return stands(directory, principal, now, wall) and (session is None or session in alive)
