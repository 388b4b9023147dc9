"""A real hub for the client's journeys: the Western Balkans route and a key for each party that takes part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection

from routehub.core.db import Database
from routehub.core.state import bump_directory_version
from routehub.directory import keys
from routehub.directory.install import install_route
from routehub.directory.snapshot import load
from routehub_schemas.registry import Registry


def furnish(database_url: str, parties: Iterable[str], *, marking: str = "live", code: str = "wbr") -> dict[str, str]:
    """Installs the route in a migrated database and gives the text of a key for each party."""
    db = Database(database_url)
    try:
        with db.writer.begin() as conn:
            install_route(conn, "wbr", code=code, marking=marking)
            return {party: _key(conn, party, code) for party in parties}
    finally:
        db.close()


def _key(conn: Connection, party: str, route: str) -> str:
    allowed = keys.known_scopes(frozenset(Registry.shipped()))
    _, text = keys.make(
        conn,
        load(conn),
        route=route,
        party=party,
        system=f"{party} figures system",
        scopes=frozenset({"read:feed", "post:*", "bind"}),
        allowed=allowed,
        days=30,
        by="hub",
        wall=datetime.now(UTC),
    )
    return text


def revoke(database_url: str, key: str, party: str) -> None:
    """Withdraws a key while the hub runs, as another replica would."""
    db = Database(database_url)
    try:
        with db.writer.begin() as conn:
            keys.revoke(conn, key.split("_")[2], party, datetime.now(UTC))
            bump_directory_version(conn)
    finally:
        db.close()
