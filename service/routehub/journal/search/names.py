"""The names of parties and places, as people type them. Messages hold codes; names change, and are looked up here when
somebody searches, so that a message is found by what its party was called then, before and since."""

from collections.abc import Iterator

from routehub.directory.snapshot import Directory, RouteView
from routehub.journal.search.question import Codes
from routehub.journal.search.words import code, words

SHORTEST_NAME = 4
"""Shorter words of a name (``of``, ``and``, ``the``) say nothing about who is meant."""


def codes_of(directory: Directory, route: RouteView) -> Codes:
    """Finds the codes that words stand for: a part of a name, or a code or alias typed in capitals."""
    named = tuple(_named(directory, route))

    def codes(found: tuple[str, ...], begins: bool, typed: str) -> Iterator[str]:
        whole = directory.party_code(typed) if typed.isupper() else None
        if whole is not None and (one := code(whole)):
            yield one
        if len(found) == 1 and len(found[0]) < SHORTEST_NAME:
            return
        for name, one in named:
            if one and within(found, begins, name):
                yield one

    return codes


def _named(directory: Directory, route: RouteView) -> Iterator[tuple[tuple[str, ...], str | None]]:
    on_route = {membership.party for membership in route.memberships}
    for party in directory.parties.values():
        if party.code in on_route:
            for _start, _end, name in party.names:
                yield tuple(words(name)), code(party.code)
    for place in route.places.values():
        yield tuple(words(place.name)), code(place.code)


def within(found: tuple[str, ...], begins: bool, name: tuple[str, ...]) -> bool:
    """Whether the words follow each other in the name."""
    for at in range(len(name) - len(found) + 1):
        part = name[at : at + len(found)]
        if part[:-1] == found[:-1] and (part[-1] == found[-1] or (begins and part[-1].startswith(found[-1]))):
            return True
    return False
