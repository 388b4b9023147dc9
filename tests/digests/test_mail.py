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
from tests.fixtures.mail import SmtpSink
from tests.fixtures.waiting import wait_for

DUTY = {"SI": "Contact of Slovenia", "MK": 'Contact, of "MK"', "EUROPOL": "An observer"}


def prepare(database_url: str) -> None:
    """Contact points on an exercise route, and a series whose digest is due in an hour."""
    furnish(database_url, [], marking="exercise")
    db = Database(database_url)
    with db.writer.begin() as conn:
        series.add(
            conn, weekly("wbr", BRUSSELS, "EC", plan="wbr-2015-final", first_number=14), local("2026-01-20 12:00")
        )
        for party, name in DUTY.items():
            conn.execute(people.insert().values(
                id=party, party=party, name=name, email=f"{party.lower()}@example.org", zone="Europe/Athens",
                valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            ))  # fmt: skip
            conn.execute(person_roles.insert().values(person=party, route="wbr", role="contact_point"))
        state.set_clock_offset(conn, local("2026-01-21 15:00") - wall())
    db.close()


def strike_four(database_url: str) -> None:
    """Move the clock of all hubs to the due time."""
    db = Database(database_url)
    with db.writer.begin() as conn:
        state.set_clock_offset(conn, local("2026-01-21 16:00") - wall())
    db.close()


def ended(database_url: str) -> list[Occurrence]:
    """The digests on record, once each has come to its end."""
    db = Database(database_url)
    try:
        found = wait_for(
            lambda: [o for o in db.read_sync(occurrences.listed) if o.state in ("posted", "skipped")], 30
        )  # fmt: skip
        assert len(found) == len(db.read_sync(occurrences.listed))
        return found
    finally:
        db.close()


def test_each_contact_point_gets_the_digest_once(
    start_hub: Callable[..., HubProcess], migrated_database_url: str, smtp_sink: SmtpSink, database_kind: str
):
    prepare(migrated_database_url)
    hubs = [
        start_hub(migrated_database_url, mode="exercise", look_seconds="0.1", smtp_url=smtp_sink.url)
        for _ in range(2 if database_kind == "postgres" else 1)
    ]
    strike_four(migrated_database_url)
    smtp_sink.wait(2, 60)
    assert [o.state for o in ended(migrated_database_url)] == ["posted"]
    assert all(hub.running for hub in hubs)
    letters = {letter.rcpt_tos[0]: letter for letter in smtp_sink.messages}
    assert sorted(letters) == ["mk@example.org", "si@example.org"]
    assert len({letter.message["Message-ID"] for letter in smtp_sink.messages}) == 2
    letter = letters["mk@example.org"]
    assert letter.subject.startswith("EXERCISE – Draft agenda, conference 14, Thu 22 Jan, 10:00 CET: 2 items")
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
    letters = smtp_sink.wait(2, 60)
    assert len({letter.message["Message-ID"] for letter in letters}) == 2
    assert "posted" in hub.command("digests", "list").stdout
