"""API keys: ``rh_<class>_<public id>_<secret>``. Shown once, stored as SHA-256 of a 256-bit secret, two
active per system at most, so that a new one can be rolled in before the old one is revoked."""

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from routehub.core.canonical import digest
from routehub.core.errors import Conflict, Refused, SignInNeeded, Unknown, refused
from routehub.directory.principal import Principal, key_principal
from routehub.directory.snapshot import Directory, KeyView
from routehub.directory.tables import api_keys

ACTIVE_PER_SYSTEM = 2
NO_SECRET = "-"  # noqa: S105 - it says that there is none
"""In the place of a hash: no text has it."""
LONGEST = timedelta(days=730)
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def key_class(marking: str) -> str:
    """The class in a key's name: a key of a route that is not live can be told from afar."""
    return "live" if marking == "live" else "exercise"


def known_scopes(kinds: frozenset[str]) -> frozenset[str]:
    """``read:feed``, one ``post:<kind>`` per kind, ``post:*`` for all, ``bind`` to give the party's word, ``chair`` for
    the chair's own terminal, and ``set:clock`` for exercises."""
    return frozenset({"read:feed", "post:*", "bind", "chair", "set:clock"} | {f"post:{kind}" for kind in kinds})


def make(
    conn: Connection,
    directory: Directory,
    *,
    route: str,
    party: str,
    system: str,
    scopes: frozenset[str],
    allowed: frozenset[str],
    days: int,
    by: str,
    wall: datetime,
    certificate: str | None = None,
) -> tuple[str, str]:
    """Make a key; answers its id and its whole text, which exists nowhere else afterwards. With the fingerprint of a
    certificate there is no text: the proxy has the certificate proved.

    Errors: 422 for an unknown scope, a term over two years, or a route or party that is not there; 409 when
    the system has two active keys already.
    """  # fmt: skip
    if scopes - allowed:
        wrong = sorted(scopes - allowed)
        raise refused(
            "/scopes",
            "unknown-scope",
            f"Unknown scope: {', '.join(wrong)}.",
            sent=wrong,
            allowed=sorted(allowed),
        )
    if not 1 <= days <= LONGEST.days:
        raise refused("/days", "term", f"A key lasts 1 to {LONGEST.days} days.", sent=days, allowed=[1, LONGEST.days])
    view = directory.routes.get(route)
    if view is None:
        raise Unknown(f"There is no route {route}.")
    if not any(member.party == party for member in view.memberships):
        raise refused("/party", "unknown-party", f"{party} is not a party of route {route}.", sent=party)
    active = _active(conn, route, party, system, wall)
    if len(active) >= ACTIVE_PER_SYSTEM:
        raise Conflict(f"{system} has two active keys already ({', '.join(active)}). Revoke one first.")
    key_id = "".join(secrets.choice(ALPHABET) for _ in range(8))
    secret = secrets.token_urlsafe(32)
    if certificate is not None:
        _check_certificate(directory, certificate, wall)
        secret = ""
    conn.execute(
        insert(api_keys).values(
            id=key_id, route=route, party=party, system=system, certificate=certificate,
            secret_hash=digest(secret) if secret else NO_SECRET,
            scopes=" ".join(sorted(scopes)), created_at=wall, created_by=by, expires_at=wall + timedelta(days=days),
        )
    )  # fmt: skip
    return key_id, f"rh_{key_class(view.marking)}_{key_id}_{secret}" if secret else ""


def _check_certificate(directory: Directory, certificate: str, wall: datetime) -> None:
    """One certificate speaks for one system on one route."""
    if any(key.certificate == certificate and key.active(wall) for key in directory.keys.values()):
        raise refused("/certificate", "in-use", "This certificate stands for an active key already.")


def _active(conn: Connection, route: str, party: str, system: str, wall: datetime) -> list[str]:
    """The active keys of a system, the oldest first; asked of the database, as two may be made at once."""
    k = api_keys.c
    same = (k.route == route, k.party == party, k.system == system)
    rows = conn.execute(
        select(k.id).where(*same, k.revoked_at.is_(None), k.expires_at > wall).order_by(k.created_at, k.id)
    )
    return list(rows.scalars())


def revoke(conn: Connection, key_id: str, party: str, wall: datetime) -> None:
    """Revoke a key of a party at once; open streams close within five seconds (PROMISES D2)."""
    done = conn.execute(
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.party == party, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=wall)
    )
    if (
        done.rowcount == 0
        and not conn.execute(select(api_keys.c.id).where(api_keys.c.id == key_id, api_keys.c.party == party)).first()
    ):
        raise Unknown(f"{party} has no key {key_id}.")


def authenticate(directory: Directory, text: str, wall: datetime) -> Principal:
    """The principal of a key text. Every fault answers alike, so that nothing about keys can be learnt."""
    found = named(directory, text)
    if found is not None:
        key, proved = found
        route = directory.routes.get(key.route)
        right_class = route is not None and key_class(route.marking) == text.split("_", 2)[1]
        if proved and right_class and key.active(wall):
            return key_principal(key, directory)
    raise SignInNeeded("This key is unknown, expired or revoked. Ask your party's office for a new one.")


def by_certificate(directory: Directory, fingerprint: str, wall: datetime) -> Principal | None:
    """The principal of the system whose certificate the proxy saw proved; None when nobody registered it."""
    key = certified(directory, fingerprint, wall)
    return key_principal(key, directory) if key is not None and key.active(wall) else None


def certified(directory: Directory, fingerprint: str, wall: datetime) -> KeyView | None:
    """The key in whose place a certificate stands, one that holds before those that have ended."""
    held = (key for key in directory.keys.values() if key.certificate == fingerprint)
    return max(held, key=lambda key: (key.active(wall), key.created_at), default=None)


def named(directory: Directory, text: str) -> tuple[KeyView, bool] | None:
    """The key that a text names, and whether its secret is the right one; None when there is no such key."""
    parts = text.split("_", 3)
    if len(parts) != 4 or parts[0] != "rh" or not text.isascii():
        return None
    key = directory.keys.get(parts[2])
    return (key, hmac.compare_digest(digest(parts[3]), key.secret_hash)) if key is not None else None


def parse_scopes(text: str) -> frozenset[str]:
    """Scopes as typed: separated by spaces or commas."""
    found = frozenset(text.replace(",", " ").split())
    if not found:
        raise Refused("A key needs at least one scope, for example read:feed or post:report.")
    return found
