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


def stage(url: str, *routes: RouteOf) -> Stage:
    keys = furnish(url, *routes)
    db = Database(url)
    writer = Writer(db, (), LiveClock(), SilentBell(), Metrics())
    try:
        token, csrf = writer.change(_person)
    finally:
        db.close()
    return Stage(
        keys, {"Cookie": f"routehub={token}", CSRF_HEADER: csrf, "Sec-Fetch-Site": "same-origin"}
    )  # fmt: skip


def _person(tx: Batch) -> tuple[str, str]:
    given = Nomination(name="Chair of the conference", email="chair@example.org", party="EC", roles=ROLES)
    made = people.nominate(tx, operator_principal("wbr"), given)
    begun = sign_in.begin(tx, made.id, "link", "tests", 12)
    tx.directory_changed()
    return begun.token, begun.csrf
