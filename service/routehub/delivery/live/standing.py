"""Whether somebody may still read a feed: asked of every open stream whenever the directory is looked at, and before
anything is pushed (PROMISES D2)."""

from datetime import datetime

from routehub.directory.principal import Principal, still_holds
from routehub.directory.snapshot import Directory


def stands(
    directory: Directory, principal: Principal, now: datetime, wall: datetime, alive: frozenset[str] = frozenset()
) -> bool:
    """The party is on the route, and the key or person still reads its feed.

    now: hub time, for what the route looks like; wall: for what protects the hub; alive: the sessions that hold.
    """
    route = directory.routes.get(principal.route)
    if route is None:
        return False
    today = now.astimezone(route.zone).date()
    if route.membership(principal.party, today) is None:
        return False
    key = directory.keys.get(principal.key_id) if principal.key_id is not None else None
    return (key is None or "read:feed" in key.scopes) and still_holds(principal, directory, wall, today, alive)
