"""A hub with people who can sign in, and a past: what the pages are tried on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import httpx

from routehub.core.clock import LiveClock
from routehub.core.db import Database
from routehub.core.observe import Metrics
from routehub.directory import keys, sign_in
from routehub.directory.install import install_route
from routehub.directory.people import Nomination, nominate
from routehub.directory.principal import operator_principal
from routehub.directory.reporting_day import current_day
from routehub.directory.snapshot import load
from routehub.journal.batch import Batch
from routehub.journal.bell import SilentBell
from routehub.journal.writer import Writer
from routehub_schemas.registry import Registry
from tests.web.server import Served

PASSWORD = "wooden bridge over cold water"


@cache
def _password_hash() -> str:
    return sign_in.hashed(PASSWORD)


def address(party: str, role: str = "contact_point") -> str:
    return f"{role.replace('_', '-')}@{party.lower()}.example"


def furnish(
    database_url: str, people: Mapping[str, str], *, marking: str = "live", systems: tuple[str, ...] = ()
) -> dict[str, str]:
    """The Western Balkans route, one person with a password for each party and role, and keys for ``systems``."""
    db = Database(database_url, 1)
    writer = Writer(db, (), LiveClock(), SilentBell(), Metrics())

    def apply(tx: Batch) -> dict[str, str]:
        install_route(tx.conn, "wbr", marking=marking)
        operator = operator_principal("wbr")
        for party, role in people.items():
            given = Nomination.model_validate(
                {"name": f"Contact of {party}", "email": address(party, role), "roles": [role], "party": party}
            )
            person = nominate(tx, operator, given)
            sign_in.set_password(tx, person.id, _password_hash())
        return {party: _key(tx, party) for party in systems}

    try:
        return writer.change(apply)
    finally:
        db.close()


def _key(tx: Batch, party: str) -> str:
    allowed = keys.known_scopes(frozenset(Registry.shipped()))
    _, text = keys.make(
        tx.conn, load(tx.conn), route="wbr", party=party, system=f"{party} figures system",
        scopes=frozenset({"read:feed", "post:*"}), allowed=allowed, days=30, by="operator", wall=datetime.now(UTC),
    )  # fmt: skip
    return text


@dataclass
class Stage:
    """A running hub with its people and the keys of national systems."""

    hub: Served
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.hub.url

    def today(self, party: str) -> date:
        """The party's current reporting day."""
        db = Database(self.hub.database_url, 1)
        try:
            member = db.read_sync(load).routes["wbr"].membership(party, datetime.now(UTC).date())
            assert member is not None
            return current_day(member, datetime.now(UTC))
        finally:
            db.close()

    def report(self, party: str, day: date, *figures: dict[str, Any], **more: Any) -> str:
        """Post as the party's system; answers the message id."""
        answer = httpx.put(
            f"{self.url}/v1/parties/{party}/reports/{day}", json={"figures": list(figures)} | more,
            headers={"Authorization": f"Bearer {self.keys[party]}"}, trust_env=False,
        )  # fmt: skip
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    def alert(self, party: str, headline: str, **more: Any) -> str:
        """Raise an alert as the party's system; answers its short id."""
        expires = (datetime.now(UTC) + timedelta(hours=24)).isoformat(timespec="seconds")
        said = {
            "category": "reception_nearly_full", "severity": "Severe", "urgency": "Expected", "certainty": "Likely",
            "headline": headline, "expires": expires,
        }  # fmt: skip
        answer = httpx.post(
            f"{self.url}/v1/alerts", json=said | more, trust_env=False,
            headers={"Authorization": f"Bearer {self.keys[party]}"},
        )  # fmt: skip
        assert answer.is_success, answer.text
        return str(answer.json()["shortid"])

    def messages(self, party: str) -> list[dict[str, Any]]:
        """Everything that the party's system reads."""
        answer = httpx.get(
            f"{self.url}/v1/messages?limit=1000", headers={"Authorization": f"Bearer {self.keys[party]}"},
            trust_env=False,
        )  # fmt: skip
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found


def arrivals(value: int, counterpart: str, **more: Any) -> dict[str, Any]:
    return {"indicator": "arrivals", "value": value, "counterpart": counterpart} | more


def departures(value: int, counterpart: str, **more: Any) -> dict[str, Any]:
    return {"indicator": "departures", "value": value, "counterpart": counterpart} | more
