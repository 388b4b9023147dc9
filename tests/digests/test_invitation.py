"""Calendar invitations, read back by two parsers, and what must not get into them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from routehub.core.errors import Refused
from routehub.digests.render.calendar import Invitation, Person, calendar
from tests.digests.world import local

HUB = "https://hub.example"
CHAIR = Person("routehub@hub.example", "European Commission")
TOLD = datetime(2026, 1, 21, 14, tzinfo=UTC)
GUEST = Person("contact@mk.example", 'Contact, of "MK"')


def invitation(**changes: object) -> Invitation:
    usual: dict[str, object] = {
        "route": "wbr", "series": "weekly", "number": 14, "title": "Conference 14: winter, places; and more",
        "start": local("2026-01-22 10:00"), "minutes": 45, "zone": "Europe/Brussels",
        "link": "https://meet.example/wbr", "state": "planned",
        "told_at": TOLD, "said_at": datetime(2026, 1, 21, 15, tzinfo=UTC),
        "words": "Agenda: https://hub.example\n\n1. Reporting",
        "url": "https://hub.example/routes/wbr/conference/14",
    }  # fmt: skip
    return Invitation(**usual | changes)  # type: ignore[arg-type]


def read(body: bytes) -> tuple[Any, Any]:
    """The event as icalendar and as vobject understand it."""
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    return event, vobject.readOne(body.decode()).vevent


def test_two_parsers_read_the_same_invitation():
    body = calendar(invitation(), HUB, CHAIR, GUEST)
    event, other = read(body)
    assert event["UID"] == other.uid.value == "conference-14.weekly.wbr@hub.example"
    assert event.start.astimezone(UTC) == other.dtstart.value.astimezone(UTC) == local("2026-01-22 10:00")
    assert event["SUMMARY"] == other.summary.value == "Conference 14: winter, places; and more"
    assert event["ORGANIZER"] == other.organizer.value == "mailto:routehub@hub.example"
    assert event["ATTENDEE"] == other.attendee.value == "mailto:contact@mk.example"
    assert event["DURATION"].dt == other.duration.value == timedelta(minutes=45)
    assert Calendar.from_ical(body)["METHOD"] == "REQUEST"
    assert b"TZID=Europe/Brussels" in body
    assert b"BEGIN:VTIMEZONE" in body


@pytest.mark.parametrize("when", ["2026-03-26 10:00", "2026-04-02 10:00", "2026-10-22 10:00", "2026-10-29 10:00"])
def test_the_local_time_is_right_on_both_sides_of_a_clock_change(when: str):
    event, other = read(calendar(invitation(start=local(when)), HUB, CHAIR, GUEST))
    assert event.start.astimezone(UTC) == other.dtstart.value.astimezone(UTC) == local(when)
    assert event.start.hour == 10


def test_a_change_keeps_the_uid_and_raises_the_sequence_and_an_end_cancels():
    first, _ = read(calendar(invitation(), HUB, CHAIR, GUEST))
    later = invitation(told_at=TOLD + timedelta(seconds=1), state="moved", start=local("2026-01-23 10:00"))
    moved, _ = read(calendar(later, HUB, CHAIR, GUEST))
    assert (moved["UID"], moved["SEQUENCE"]) == (first["UID"], first["SEQUENCE"] + 1)
    ended = calendar(invitation(told_at=TOLD + timedelta(days=1), state="cancelled"), HUB, CHAIR, GUEST)
    assert Calendar.from_ical(ended)["METHOD"] == "CANCEL"
    assert read(ended)[0]["STATUS"] == "CANCELLED"


def test_without_an_attendee_it_asks_nobody():
    assert Calendar.from_ical(calendar(invitation(), HUB, CHAIR))["METHOD"] == "PUBLISH"


def test_the_same_invitation_has_the_same_bytes():
    assert calendar(invitation(), HUB, CHAIR, GUEST) == calendar(invitation(), HUB, CHAIR, GUEST)


@pytest.mark.parametrize("evil", ["a\r\nATTENDEE:mailto:x@y", "a\nBEGIN:VALARM", "a\rX:1", "a\u2028b"])
def test_line_ends_in_titles_and_names_do_not_begin_a_property(evil: str):
    body = calendar(
        invitation(title=evil, words=evil), HUB, Person("routehub@hub.example", evil), Person("a@b.c", evil)
    )
    event, other = read(body)
    assert event["ATTENDEE"] == other.attendee.value == "mailto:a@b.c"
    names = {line.split(b":")[0].split(b";")[0] for line in body.replace(b"\r\n ", b"").split(b"\r\n")}
    assert not names & {b"VALARM", b"X"}
    assert b"\r\nBEGIN:VALARM" not in body


@pytest.mark.parametrize("address", ["a@b.c,d@e.f", "a@b.c\r\nX:1", "a b@c.d", '"a"@b.c', "a@b.c;x=y"])
def test_an_address_that_holds_more_than_itself_is_refused(address: str):
    with pytest.raises(Refused):
        calendar(invitation(), HUB, CHAIR, Person(address))


def test_an_exercise_says_so_in_the_calendar():
    event, _ = read(calendar(invitation(mark="EXERCISE"), HUB, CHAIR, GUEST))
    assert event["SUMMARY"].startswith("EXERCISE: ")
