"""Everybody who may ask a hub for something: one actor for each role, and what each sends along."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from routehub.directory import install, people, sign_in
from routehub.directory.people import Nomination
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import CSRF_HEADER, cookie_name
from routehub.journal.batch import Batch
from routehub.journal.jobs import Change
from tests.fixtures.furnished import Inside, add_key, bearer

PEOPLE: dict[str, tuple[str, list[Any]]] = {
    "contact point": ("MK", ["contact_point"]),
    "deputy": ("MK", ["deputy"]),
    "party office": ("MK", ["party_office"]),
    "coordinator": ("FRONTEX", ["contact_point"]),
    "chair": ("EC", ["contact_point", "chair"]),
    "observer": ("EUROPOL", ["observer"]),
    "operator": ("HUB", ["operator"]),
    "no role": ("MK", []),
}
"""Party and roles of people."""
SYSTEMS: dict[str, tuple[str, frozenset[str]]] = {
    "system": ("MK", frozenset({"read:feed", "post:*"})),
    "reading key": ("MK", frozenset({"read:feed"})),
    "posting key": ("MK", frozenset({"post:report"})),
}
"""Party and scopes of keys."""
NOBODY = "nobody"
ACTORS = (NOBODY, *PEOPLE, *SYSTEMS)


@dataclass
class Actor:
    """Somebody with the headers that prove it; ``csrf``: what our own pages put into their forms."""

    name: str
    client: httpx.AsyncClient
    csrf: str = ""


async def actors(hub: Inside) -> dict[str, Actor]:
    """A client for each, from an address of its own."""
    found = {NOBODY: Actor(NOBODY, _client(hub, {}))}
    begun = await hub.hub.writer.submit(Change(_people))
    for name, (token, csrf) in begun.items():
        client = _client(hub, {CSRF_HEADER: csrf, "Sec-Fetch-Site": "same-origin"})
        client.cookies.set(cookie_name(hub.hub.settings.public_url), token)
        found[name] = Actor(name, client, csrf)
    for name, (party, scopes) in SYSTEMS.items():
        key = await hub.hub.writer.submit(
            Change(partial(add_key, route="wbr", party=party, system=name, scopes=scopes))
        )
        found[name] = Actor(name, _client(hub, bearer(key)))
    await hub.hub.db.read(hub.hub.refresh)
    return found


def _client(hub: Inside, headers: dict[str, str]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(hub.app, raise_app_exceptions=False, client=("192.0.2.7", 40_000))
    return httpx.AsyncClient(transport=transport, base_url=hub.hub.settings.public_url, headers=headers)


def _people(tx: Batch) -> dict[str, tuple[str, str]]:
    install.install_hub_party(tx.conn)
    found = {}
    for name, (party, roles) in PEOPLE.items():
        email = f"{name.replace(' ', '-')}@{party.lower()}.example"
        given = Nomination(name=name.title(), email=email, party=party, roles=roles)
        person = people.nominate(tx, operator_principal("wbr"), given)
        begun = sign_in.begin(tx, person.id, "link", "tests", 12)
        found[name] = (begun.token, begun.csrf)
    return found
