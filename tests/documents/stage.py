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
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.writer import Writer
from tests.fixtures.furnished import Keys, RouteOf, furnish

ROLES: list[Any] = ["contact_point", "party_office", "chair"]


@dataclass(frozen=True)
class Stage:
    """Keys of all parties, and the headers of a signed-in person of the Commission."""

    keys: Keys
    person: dict[str, str]
    session: str
    colleague: str
    """The id of another person of the Commission, who may be changed."""


def stage(url: str, *routes: RouteOf) -> Stage:
    keys = furnish(url, *routes)
    db = Database(url)
    writer = Writer(db, (), LiveClock(), SilentBell(), Metrics())
    try:
        token, csrf, colleague = writer.change(_people)
    finally:
        db.close()
    headers = {"Cookie": f"routehub={token}", CSRF_HEADER: csrf, "Sec-Fetch-Site": "same-origin"}
    return Stage(keys, headers, token, colleague)


def _people(tx: Batch) -> tuple[str, str, str]:
    chair = Nomination(name="Chair of the conference", email="chair@example.org", party="EC", roles=ROLES)
    other = Nomination(name="Colleague of the chair", email="colleague@example.org", party="EC", roles=ROLES[:1])
    made, colleague = (people.nominate(tx, operator_principal("wbr"), given) for given in (chair, other))
    begun = sign_in.begin(tx, made.id, "link", "tests", 12)
    tx.directory_changed()
    return begun.token, begun.csrf, colleague.id
