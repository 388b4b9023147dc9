"""A furnished database with somebody signed in, for tools that ask a running hub everything."""

from dataclasses import dataclass
from typing import Any

from routehub.core.clock import LiveClock
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.directory import people, sign_in
from routehub.directory.people import Nomination
from routehub.directory.principal import operator_principal
from routehub.directory.sessions import CSRF_HEADER
from routehub.directory.sign_in import SignedIn
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.writer import Writer
from tests.fixtures.furnished import Keys, RouteOf, furnish

ROLES: list[Any] = ["contact_point", "party_office", "chair"]


@dataclass(frozen=True)
class Stage:
    """Keys of all parties, and the headers of two who are signed in: of the Commission, and of a party that reports."""

    keys: Keys
    person: dict[str, str]
    session: str
    colleague: str
    """The id of another person of the Commission, who may be changed."""
    office: dict[str, str]
    """The headers of a person of the party office of MK."""


def stage(url: str, *routes: RouteOf) -> Stage:
    keys = furnish(url, *routes)
    db = Database(url)
    writer = Writer(db, (), LiveClock(), SilentBell(), Metrics())
    try:
        chair, office, colleague = writer.change(_people)
    finally:
        db.close()
    return Stage(keys, _headers(chair), chair.token, colleague, _headers(office))


def _headers(begun: SignedIn) -> dict[str, str]:
    return {"Cookie": f"routehub={begun.token}", CSRF_HEADER: begun.csrf, "Sec-Fetch-Site": "same-origin"}


def _people(tx: Batch) -> tuple[SignedIn, SignedIn, str]:
    chair = Nomination(name="Chair of the conference", email="chair@example.org", party="EC", roles=ROLES)
    office = Nomination(name="Office of a party", email="office@example.org", party="MK", roles=ROLES[:2])
    other = Nomination(name="Colleague of the chair", email="colleague@example.org", party="EC", roles=ROLES[:1])
    made = [people.nominate(tx, operator_principal("wbr"), given) for given in (chair, office, other)]
    begun = [sign_in.begin(tx, person.id, "link", "tests", 12) for person in made[:2]]
    tx.directory_changed()
    return begun[0], begun[1], made[2].id
