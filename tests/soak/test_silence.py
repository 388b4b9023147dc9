"""Three hubs and a party that falls silent now and then (PROMISES B6): the coordinators get one notice on each change
of its state, early warning tells each silence once, and no kill, freeze or restart repeats anything."""

import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select, update

from routehub.boards.alerts.queries import AlertView, alerts
from routehub.core.canonical import iso
from routehub.core.clock import wall
from routehub.delivery.escalation.letters import STANDING
from routehub.delivery.escalation.tables import report_standings
from routehub.delivery.tables import deliveries
from routehub.directory.visibility import readable
from routehub.warning.tables import warning_routes
from tests.delivery.office import Office
from tests.digests.world import ROUTE, local
from tests.fixtures.accounting import Account
from tests.fixtures.furnished import Keys, bearer, furnish
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import SmtpSink
from tests.fixtures.sizes import SHARE, seeded, sized
from tests.fixtures.waiting import NeverHappened, wait_for
from tests.journal.stored import faults

FIRST = date(2026, 3, 2)
"""The clocks change on the 28th day and on the 238th."""
SILENT, STEADY = "MK", "SI"
KNOWN = 5
"""Days on which both report, so that early warning knows them."""
Start = Callable[..., HubProcess]
pytestmark = [
    pytest.mark.long, pytest.mark.timeout(0),
    pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)]),
]  # fmt: skip


def silences(chance: random.Random, days: int) -> list[bool]:
    """Of each day whether the party says nothing: one to five days, between three to five on which it reports."""
    found = [False] * KNOWN
    while len(found) < days:
        found += [True] * chance.randint(1, 5) + [False] * chance.randint(3, 5)
    return found[:days]


def notices(said: Sequence[bool]) -> list[tuple[str, str]]:
    """What the coordinators are told, worked out from the days alone: each new state with its day."""
    found, before, missing = list[tuple[str, str]](), "reported", 0
    for number, silent in enumerate(said):
        missing = missing + 1 if silent else 0
        state = "silent" if missing > 1 else "overdue" if missing else "reported"
        if state != before:
            found.append((state, str(FIRST + timedelta(number))))
        before = state
    return found


def warnings(said: Sequence[bool]) -> list[tuple[str, int]]:
    """The alerts of early warning: one for each silence of two days or more, told again on each further day, ended by
    the next report. State, and messages after the first."""
    runs = [(silent, len(list(run))) for silent, run in groupby(said)]
    return [
        ("open", long - 2) if number == len(runs) - 1 else ("ended", long - 1)
        for number, (silent, long) in enumerate(runs)
        if silent and long > 1
    ]


@dataclass
class Days:
    """Hubs whose clock goes from morning to morning, and what happens to them at ten, when a report counts as
    missing."""

    hubs: list[HubProcess]
    keys: Keys
    office: Office
    chance: random.Random

    def live(self, number: int, silent: bool, patience: float) -> None:
        """A day's reports, and the look at who is missing."""
        day = FIRST + timedelta(number)
        hub = self.chance.choice(self.hubs)
        self.at(hub, local(f"{day} 07:00"))
        for party in (STEADY,) if silent else (STEADY, SILENT):
            figures = [{"indicator": "arrivals", "counterpart": {"MK": "GR", "SI": "HR"}[party], "value": 1000}]
            self.put(hub, party, f"parties/{party}/reports/{day}", {"figures": figures}, key=f"{party} {day}")
        self.happens(number, local(f"{day} 10:10"), day)
        wait_for(lambda: self.has_looked(day), patience, f"the look at {day}")

    def happens(self, number: int, moment: datetime, day: date) -> None:
        one, other = self.chance.sample(self.hubs, 2)
        match number % 4:
            case 0:
                self.at(one, moment)
            case 1:
                self.at(one, moment)
                one.kill9()
                one.start()
            case 2:
                other.freeze()
                try:
                    self.at(one, moment)
                    with contextlib.suppress(NeverHappened):  # it may have frozen with the journal's lock
                        wait_for(lambda: self.has_looked(day), 8)
                finally:
                    other.thaw()
            case 3:
                self.at(one, moment)
                other.restart()

    def at(self, hub: HubProcess, moment: datetime) -> None:
        self.put(hub, "EC", "clock", {"now": iso(moment)})

    def put(self, hub: HubProcess, party: str, door: str, body: Any, key: str = "") -> None:
        """Again until it is taken: who waits for a frozen hub's lock is asked to come back."""
        headers = bearer(self.keys[ROUTE, party]) | ({"Idempotency-Key": key} if key else {})

        def taken() -> bool:
            with contextlib.suppress(httpx.TransportError):
                said = httpx.put(f"{hub.url}/v1/{door}", json=body, headers=headers, timeout=10, trust_env=False)
                assert said.status_code in (200, 201, 503), said.text
                return said.status_code < 300
            return False

        wait_for(taken, 60, door)

    def has_looked(self, day: date) -> bool:
        """Whether both watches have seen the day to its end."""

        def read(conn: Connection) -> bool:
            r = report_standings.c
            stands = conn.execute(select(r.day).where(r.party.in_((SILENT, STEADY)))).scalars().all()
            closed = conn.execute(select(warning_routes.c.closed)).scalar()
            return len(stands) == 2 and min(stands) >= day and closed is not None and closed >= day

        return self.office.db.read_sync(read)

    def told(self) -> list[tuple[str, str]]:
        """What was written to the coordinators about the silent party."""
        query = select(deliveries.c.note).where(deliveries.c.purpose == STANDING).order_by(deliveries.c.created_at)
        notes = self.office.db.read_sync(lambda conn: conn.execute(query).scalars().all())
        changes = [change for note in notes for change in json.loads(note or "[]")]
        return [(state, day) for party, state, day in changes if party == SILENT]

    def warned(self) -> list[AlertView]:
        def read(conn: Connection) -> list[AlertView]:
            return list(alerts(conn, readable(conn, ROUTE, STEADY), ROUTE, local(f"{FIRST} 00:00"), limit=100_000))

        found = [one for one in self.office.db.read_sync(read) if one.rule == "silence"]
        return sorted(
            (one for one in found if f"{SILENT} has not reported" in one.headline), key=lambda one: one.issued_at
        )

    def written(self) -> int:
        """Deliveries to the coordinators."""
        query = select(deliveries.c.id).where(deliveries.c.purpose == STANDING)
        return len(self.office.db.read_sync(lambda conn: conn.execute(query).all()))

    def give_up_leases(self) -> None:
        """What a killed hub had claimed waits for its lease to run out, which a small run does not wait for."""
        self.office.change(lambda tx: tx.conn.execute(
            update(deliveries).where(deliveries.c.state == "due").values(lease_until=wall(), due_at=wall())
        ))  # fmt: skip


def ids(sink: SmtpSink) -> Counter[str]:
    """The letters to the coordinators by their Message-ID: mail can be handed over twice under one."""
    return Counter(one.message["Message-ID"] for one in list(sink.messages) if "Reporting –" in one.subject)


@contextlib.contextmanager
def staged(url: str, sink: SmtpSink, start: Start, module: str = "routehub.cli.__main__") -> Iterator[Days]:
    keys = furnish(url)
    with contextlib.closing(Office(url)) as office:
        office.person("clara", "EC", "contact_point")
        settings = {"mode": "exercise", "look_seconds": "0.1", "smtp_url": sink.url, "night": ""}
        yield Days([start(url, module=module, **settings) for _ in range(3)], keys, office, seeded(2026))


def play(days: Days, sink: SmtpSink, account: Account, times: int, patience: float) -> None:
    said = silences(seeded(2019), times)
    for number in account.rounds("days", times):
        try:
            days.live(number - 1, said[number - 1], patience)
        except NeverHappened as late:
            account.found.append(str(late))
            break
    del said[account.tried.get("days", 0) :]
    if not SHARE:
        days.give_up_leases()
    with contextlib.suppress(NeverHappened):  # what never came is said below
        wait_for(lambda: len(ids(sink)) >= days.written(), patience)
    account.tried |= {"changes of its state": len(notices(said)), "silences": len(warnings(said))}
    if (told := days.told()) != notices(said):
        account.found.append(f"the coordinators were told {told} and should have been told {notices(said)}")
    if (warned := [(one.state, one.updates) for one in days.warned()]) != warnings(said):
        account.found.append(f"early warning told {warned} and should have told {warnings(said)}")
    came = ids(sink)
    account.delivered["mail"], account.doubled["mail"] = len(came), came.total() - len(came)
    account.missing["mail"] = days.written() - len(came)
    if account.missing["mail"]:
        account.found.append(f"{account.missing['mail']} mails are missing")
    account.found += map(str, faults(days.office.db.url))


@pytest.mark.soak
def test_three_hubs_tell_of_a_silence_once_whatever_happens_to_them(
    start_hub: Start, migrated_database_url: str, smtp_sink: SmtpSink, account: Account
):
    with staged(migrated_database_url, smtp_sink, start_hub) as days:
        play(days, smtp_sink, account, sized(16, 240), sized(30, 200))
    assert account.found == []


def test_the_harness_catches_a_hub_that_forgets_what_it_told(
    start_hub: Start, migrated_database_url: str, smtp_sink: SmtpSink
):
    account = Account()
    with staged(migrated_database_url, smtp_sink, start_hub, "tests.soak.planted.tells_again") as days:
        play(days, smtp_sink, account, KNOWN + 4, 30)
    assert any("the coordinators were told" in fault for fault in account.found), account.found
