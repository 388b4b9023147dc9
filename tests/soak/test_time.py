"""Three hubs, a clock that steps, and both clock changes of a year: one edition of each digest (PROMISES B5)."""

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.delivery.tables import deliveries
from routehub.digests import occurrences
from routehub.digests.occurrences import Occurrence
from routehub.digests.tables import digest_occurrences
from routehub.journal.batch import Batch
from routehub.journal.tables import entries
from tests.delivery.office import Office
from tests.digests.test_mail import digests, prepare
from tests.digests.world import local
from tests.fixtures.accounting import Account
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import SmtpSink
from tests.fixtures.sizes import SHARE, seeded, sized
from tests.fixtures.waiting import NeverHappened, wait_for
from tests.journal.stored import faults

FIRST = date(2026, 3, 25)
"""A Wednesday; the clocks change on the Sunday after it, and on 25 October, thirty weeks later."""
DUE = "16:00"
WAITED = 10
"""Weeks in a full run in which what a killed hub had claimed is waited for until its lease runs out."""
Start = Callable[..., HubProcess]
pytestmark = [
    pytest.mark.long, pytest.mark.timeout(0),
    pytest.mark.parametrize("database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)]),
]  # fmt: skip


class Weeks:
    """Hubs whose clock goes from one digest to the next, and what happens to them at that moment."""

    def __init__(self, url: str, hubs: list[HubProcess], sink: SmtpSink) -> None:
        self.hubs, self.sink, self.chance = hubs, sink, seeded(2026)
        self.db, self.office = Database(url), Office(url)

    def close(self) -> None:
        self.db.close()
        self.office.close()

    def at(self, moment: datetime) -> None:
        self.office.change(lambda tx: state.set_clock_offset(tx.conn, moment - wall()))

    def happens(self, number: int, due: datetime) -> None:
        """Let the time come in one of five ways."""
        hub = self.chance.choice(self.hubs)
        match number % 5:
            case 0:
                self.at(due)
            case 1:
                self.at(due)
                hub.kill9()
                hub.start()
            case 2:
                hub.freeze()
                self.at(due)
                with contextlib.suppress(NeverHappened):  # it may have frozen with the claim, or with the lock
                    wait_for(lambda: self.ended(due.date()), 8)
                hub.thaw()
            case 3:
                self.at(due + timedelta(hours=3))
            case 4:
                self.at(due + timedelta(seconds=1))
                self.at(due - timedelta(hours=2))
                self.at(due + timedelta(hours=1))
        if number >= (WAITED if SHARE else 0):
            self.give_up_leases()

    def give_up_leases(self) -> None:
        """What was lost with its hub is free again at once, not after a minute."""

        def now(tx: Batch) -> None:
            d, o = deliveries.c, digest_occurrences.c
            tx.conn.execute(update(digest_occurrences).where(o.state == "claimed").values(lease_until=wall()))
            tx.conn.execute(update(deliveries).where(d.state == "due").values(lease_until=wall(), due_at=wall()))

        self.office.change(now)

    def agendas(self) -> list[Occurrence]:
        return [one for one in self.db.read_sync(occurrences.listed, limit=1000) if one.task == "agenda"]

    def ended(self, day: date) -> bool:
        return any(one.local_date == day and one.state in ("posted", "skipped") for one in self.agendas())

    def editions(self) -> int:
        return len(self.db.read_sync(
            lambda conn: conn.execute(select(entries.c.id).where(entries.c.kind == "agenda")).all()
        ))  # fmt: skip


def play(weeks: Weeks, times: int, account: Account, patience: float) -> None:
    for number in account.rounds("weeks", times):
        day = FIRST + timedelta(weeks=number - 1)
        weeks.happens(number - 1, local(f"{day} {DUE}"))
        try:
            wait_for(lambda day=day: weeks.ended(day), patience)  # type: ignore[misc]
            wait_for(lambda number=number: mailed(weeks.sink) >= 2 * number, patience)  # type: ignore[misc]
        except NeverHappened as late:
            account.found.append(f"{day}: {late}")
            break
    states = Counter(one.state for one in weeks.agendas())
    if states != {"posted": account.tried.get("weeks", 0)}:
        account.found.append(f"occurrences ended as {dict(states)}")
    if (editions := weeks.editions()) != account.tried.get("weeks", 0):
        account.found.append(f"{editions} editions in {account.tried.get('weeks', 0)} weeks")


def mailed(sink: SmtpSink) -> int:
    """Digests that came, each once for a mailbox: mail can be handed over twice, under the same id (RFC 1047)."""
    return len({(letter.rcpt_tos, letter.message["Message-ID"]) for letter in digests(sink)})


def settings(sink: SmtpSink) -> dict[str, str]:
    return {"mode": "exercise", "look_seconds": "0.1", "smtp_url": sink.url, "night": ""}


@pytest.mark.soak
def test_three_hubs_post_one_edition_whatever_happens_to_them_and_to_the_clock(
    start_hub: Start, migrated_database_url: str, smtp_sink: SmtpSink, account: Account
):
    prepare(migrated_database_url)
    hubs = [start_hub(migrated_database_url, **settings(smtp_sink)) for _ in range(3)]
    times = sized(5, 60)
    with contextlib.closing(Weeks(migrated_database_url, hubs, smtp_sink)) as weeks:
        play(weeks, times, account, sized(30, 200))
    per_edition = Counter((letter.rcpt_tos, letter.subject.split(":")[0]) for letter in digests(smtp_sink))
    ids = {(letter.rcpt_tos, letter.message["Message-ID"]) for letter in digests(smtp_sink)}
    account.delivered["mail"], account.doubled["mail"] = len(ids), len(digests(smtp_sink)) - len(ids)
    if len(per_edition) != len(ids):
        account.found.append("a mailbox got one edition under two ids")
    account.found += map(str, faults(migrated_database_url))
    assert account.found == []


def test_the_harness_catches_a_schedule_without_claims(
    start_hub: Start, migrated_database_url: str, smtp_sink: SmtpSink
):
    prepare(migrated_database_url)
    module = "tests.soak.planted.schedules_alone"
    hubs = [start_hub(migrated_database_url, module=module, **settings(smtp_sink)) for _ in range(2)]
    account = Account()
    with contextlib.closing(Weeks(migrated_database_url, hubs, smtp_sink)) as weeks:
        play(weeks, 1, account, 3)
        assert weeks.editions() > 1
    assert account.found
