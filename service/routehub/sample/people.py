"""The people of the sample, their route, their keys and who is away. Every one of them is invented."""

from datetime import timedelta
from typing import Any

from routehub.directory import grants, hand_over, install, key_office, pauses
from routehub.directory import people as office
from routehub.directory.keys import known_scopes
from routehub.directory.principal import Principal, person_principal
from routehub.directory.snapshot import Directory
from routehub.sample import story

OPERATOR = Principal(story.ROUTE, "EC", "The sample", "operator", frozenset({"operator"}))
AWAY = "AT"
"""The party whose contact point has handed over to the deputy."""


def address(party: str, deputy: str = "") -> str:
    return f"{party.lower()}{deputy}@example.org"


def directory(tx: Any) -> None:
    """The route, a contact point and a deputy for each state, coordinators, an operator, and a route to try on."""
    install.install_route(tx.conn, "wbr", marking="sample")
    for party, name in story.STATES.items():
        _person(tx, party, f"{name} contact point", address(party), ["contact_point", "party_office"])
        _person(tx, party, f"{name} deputy", address(party, "-deputy"), ["deputy"])
    for party, name in story.COORDINATORS.items():
        roles = ["contact_point", "party_office", *(["chair"] if party == "EC" else [])]
        _person(tx, party, f"{name} contact point", address(party), roles)
    _person(tx, "EC", "Sample operator", "operator@example.org", ["operator"])
    grants.allow(tx, OPERATOR, grants.Grant(actor="FRONTEX", party="GR"))
    # Where a national system may try: the same parties and people, and nothing in it yet.
    install.derive_route(tx.conn, story.ROUTE, title=story.EXERCISE_TITLE)


def _person(tx: Any, party: str, name: str, email: str, roles: list[Any]) -> None:
    office.nominate(tx, OPERATOR, office.Nomination(name=name, email=email, party=party, roles=roles))


def keys(tx: Any, kinds: frozenset[str]) -> dict[str, str]:
    """A key of a national system for each party, by its code."""
    found = {}
    for party in (*story.STATES, *story.COORDINATORS):
        scopes = ["read:feed", "post:*", "bind", *(["chair", "set:clock"] if party == "EC" else [])]
        new = key_office.NewKey(system="sample system", party=party, scopes=scopes, days=90)
        found[party] = key_office.make(tx, OPERATOR, new, known_scopes(kinds)).text
    return found


def excuse(tx: Any, who: Principal) -> None:
    """A coordinator excuses a party for a day on which nobody was there."""
    party, back, reason = story.EXCUSED
    day = tx.now.date() + timedelta(days=1 - back)
    pauses.make(tx, who, pauses.NewPause.model_validate({"party": party, "from": day, "reason": reason}))


def absences(tx: Any, known: Directory) -> None:
    """A hand-over that runs: the deputy has accepted and is on duty."""
    giver, deputy = (known.people_by_email[address(AWAY, end)] for end in ("", "-deputy"))
    asks, takes = (person_principal(one, story.ROUTE, known, tx.wall) for one in (giver, deputy))
    new = hand_over.NewHandOver(deputy=deputy.id, ends=tx.wall + timedelta(days=5))
    hand_over.accept(tx, takes, hand_over.make(tx, asks, new).id, now=True)
