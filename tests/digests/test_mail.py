"""The digest in a real mailbox: once per person, with text, HTML and an invitation, also from two hubs."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from routehub.core import state
from routehub.core.clock import wall
from routehub.core.db import Database
from routehub.digests import occurrences, series
from routehub.digests.occurrences import Occurrence
from routehub.digests.series import weekly
from routehub.directory.tables import people, person_roles
from tests.client.real import furnish
from tests.digests.world import BRUSSELS, local
from tests.fixtures.hub import HubProcess
from tests.fixtures.mail import Letter, SmtpSink
from tests.fixtures.waiting import wait_for

DUTY = {"SI": "Contact of Slovenia", "MK": 'Contact, of "MK"', "EUROPOL": "An observer"}


def prepare(database_url: str) -> None:
    """Contact points on an exercise route, and a series whose digest is due in an hour."""
    furnish(database_url, [], marking="exercise")
    db = Database(database_url)
    with db.writer.begin() as conn:
        series.add(
            conn, weekly("wbr", BRUSSELS, "EC", plan="wbr-2015-final", first_number=14), local("2026-03-24 12:00")
        )
        for party, name in DUTY.items():
            conn.execute(people.insert().values(
                id=party, party=party, name=name, email=f"{party.lower()}@example.org", zone="Europe/Athens",
                valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            ))  # fmt: skip
            conn.execute(person_roles.insert().values(person=party, route="wbr", role="contact_point"))
        state.set_clock_offset(conn, local("2026-03-25 15:00") - wall())
    db.close()


def strike_four(database_url: str, day: str = "2026-03-25") -> None:
    """Move the clock of all hubs to the due time."""
    db = Database(database_url)
    with db.writer.begin() as conn:
        state.set_clock_offset(conn, local(f"{day} 16:00") - wall())
    db.close()


def digests(sink: SmtpSink) -> list[Letter]:
    """The letters that are agendas; bulletins and invitations come as well."""
    return [letter for letter in list(sink.messages) if "raft agenda" in letter.subject]


def ended(database_url: str) -> list[Occurrence]:
    """The agendas on record, once each has come to its end."""
    db = Database(database_url)

    def agendas() -> list[Occurrence]:
        return [o for o in db.read_sync(occurrences.listed) if o.task == "agenda"]

    try:
        wait_for(lambda: agendas() and all(o.state in ("posted", "skipped") for o in agendas()), 30)
        return agendas()
    finally:
        db.close()


def test_each_contact_point_gets_each_digest_once_on_both_sides_of_a_clock_change(
    start_hub: Callable[..., HubProcess], migrated_database_url: str, smtp_sink: SmtpSink, database_kind: str
):
    prepare(migrated_database_url)
    hubs = [
        start_hub(migrated_database_url, mode="exercise", look_seconds="0.1", smtp_url=smtp_sink.url)
        for _ in range(2 if database_kind == "postgres" else 1)
    ]
    for week, day in enumerate(("2026-03-25", "2026-04-01"), start=1):
        strike_four(migrated_database_url, day)
        wait_for(lambda week=week: len(digests(smtp_sink)) >= 2 * week, 60)  # type: ignore[misc]
        assert [o.state for o in ended(migrated_database_url)] == ["posted"] * week
    assert all(hub.running for hub in hubs)
    letters = digests(smtp_sink)
    assert sorted(letter.rcpt_tos[0] for letter in letters) == ["mk@example.org"] * 2 + ["si@example.org"] * 2
    assert len({letter.message["Message-ID"] for letter in letters}) == 4
    first, second = [letter for letter in letters if letter.rcpt_tos[0] == "mk@example.org"]
    assert first.subject.startswith("EXERCISE – Draft agenda, conference 14, Thu 26 Mar, 10:00 CET: 2 items")
    assert second.subject.startswith("EXERCISE – Draft agenda, conference 15, Thu 2 Apr, 10:00 CEST: 2 items")
    assert "Compiled Wed 1 Apr, 16:00 CEST" in second.part("text/plain")
    letter = first
    assert "0 of 77 daily reports arrived" in letter.part("text/plain")
    assert "11:00 in Athens, Bucharest and Sofia" in letter.part("text/plain")
    assert "EXERCISE" in letter.part("text/html")
    assert 'style="' in letter.part("text/html")
    part = next(part for part in letter.message.walk() if part.get_content_type() == "text/calendar")
    assert isinstance(part, EmailMessage)
    assert part.get_param("method") == "REQUEST"
    event: Any
    (event,) = Calendar.from_ical(letter.part("text/calendar")).walk("VEVENT")
    assert event["ATTENDEE"] == "mailto:mk@example.org"
    assert event["SUMMARY"].startswith("EXERCISE: Conference 14")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_hub_killed_at_the_due_time_still_sends_one_edition(
    start_hub: Callable[..., HubProcess], migrated_database_url: str, smtp_sink: SmtpSink
):
    prepare(migrated_database_url)
    hub = start_hub(migrated_database_url, mode="exercise", look_seconds="0.05", smtp_url=smtp_sink.url)
    strike_four(migrated_database_url)
    for _ in range(2):
        hub.kill9()
        hub.start()
    wait_for(lambda: len(digests(smtp_sink)) >= 2, 60)
    assert len({letter.message["Message-ID"] for letter in digests(smtp_sink)}) == 2
    assert "posted" in hub.command("digests", "list").stdout
