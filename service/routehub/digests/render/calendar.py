"""The conference as a calendar event (RFC 5545, RFC 5546): a stable UID and a SEQUENCE that rises with every change, so
that a calendar moves its entry and does not make a second one. Values go through the library's types, which escape line
ends; addresses and names that could end a line are refused or cleaned before.

The SEQUENCE is the second in which the newest message about the conference was accepted (docs/decisions/0060): whoever
writes the invitation, from that message or from the agenda, comes to the same number without counting what this reader
may not know of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from routehub import __version__
from routehub.core.errors import Refused
from routehub.digests.render.rule import HORIZON, Repeating, events
from routehub.digests.render.zone import said, timezone

if TYPE_CHECKING:
    from icalendar import Calendar, Event


@dataclass(frozen=True)
class Person:
    """Who is invited, or who invites."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Invitation:
    """A conference for a calendar. ``told_at``: when the newest message about it was accepted; ``said_at``: when this
    invitation was made; ``state``: planned, moved or cancelled."""

    route: str
    series: str
    number: int
    title: str
    start: datetime
    minutes: int
    zone: str
    link: str | None
    state: str
    told_at: datetime
    said_at: datetime
    words: str
    url: str
    mark: str | None = None
    tlp: str = "AMBER"


def uid(invitation: Invitation, public_url: str) -> str:
    """The same for all that is ever said of this conference."""
    host = urlsplit(public_url).hostname or "localhost"
    return f"conference-{invitation.number}.{invitation.series}.{invitation.route}@{host}"


YEARS_MORE = 2
"""Some programs keep the first description of a zone that they are given, for later invitations too."""
EVERY_HOUR = timedelta(hours=1)
AHEAD = timedelta(weeks=HORIZON)
BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)


def sequence(invitation: Invitation) -> int:
    """Rises with every message; fits the 31 bits that calendars keep until 2083."""
    return max(0, int((invitation.told_at - BEGINNING) / timedelta(seconds=1)))


def calendar(
    invitation: Invitation, public_url: str, organizer: Person, attendee: Person | None = None
) -> bytes:  # fmt: skip
    """The calendar object: a REQUEST to the attendee or its CANCEL; without an attendee a PUBLISH, since a request
    names whom it asks (RFC 5546, 3.2)."""
    if attendee is None:
        return published([(invitation, organizer)], public_url)
    found = _calendar("CANCEL" if invitation.state == "cancelled" else "REQUEST")
    found.add_component(_event(invitation, public_url, organizer, attendee))
    return _finished(found, [(invitation.start, ZoneInfo(invitation.zone))])


def published(
    told: Sequence[tuple[Invitation, Person]], public_url: str, proposals: Sequence[Repeating] = (), title: str = ""
) -> bytes:  # fmt: skip
    """Any number of conferences, each with who holds it, and what series propose, for a calendar that subscribes."""
    found = _calendar("PUBLISH")
    if title:
        found.add("name", _line(title))  # RFC 7986
        found.add("x-wr-calname", _line(title))
        found.add("refresh-interval", EVERY_HOUR, parameters={"VALUE": "DURATION"})
    for invitation, organizer in told:
        found.add_component(_event(invitation, public_url, organizer, None))
    for proposal in proposals:
        for event in events(proposal, public_url):
            found.add_component(event)
    starts = [(invitation.start, ZoneInfo(invitation.zone)) for invitation, _ in told]
    starts += [(at, one.series.zone) for one in proposals for at in (one.first, one.first + AHEAD)]
    return _finished(found, starts)


def _calendar(method: str) -> "Calendar":
    from icalendar import Calendar  # a hundred modules, for a document that few ask for

    found = Calendar()
    found.add("prodid", f"-//Routehub//Routehub {__version__}//EN")
    found.add("version", "2.0")
    found.add("method", method)
    return found


def _finished(found: "Calendar", starts: Sequence[tuple[datetime, ZoneInfo]]) -> bytes:
    """With the zones in which its times are said, before the events."""
    years: dict[str, list[int]] = {}
    for start, zone in starts:
        years.setdefault(zone.key, []).append(start.astimezone(zone).year)
    zones = [
        timezone(ZoneInfo(key), min(known), max(known) + YEARS_MORE)
        for key, known in sorted(years.items())
        if key != "UTC"
    ]
    found.subcomponents[:0] = zones
    return bytes(found.to_ical())


def _event(invitation: Invitation, public_url: str, organizer: Person, attendee: Person | None) -> "Event":
    from icalendar import Event, vDuration

    cancelled = invitation.state == "cancelled"
    event = Event()
    event.add("uid", uid(invitation, public_url))
    event.add("sequence", sequence(invitation))
    event.add("dtstamp", invitation.said_at)
    event.add("dtstart", said(invitation.start, ZoneInfo(invitation.zone)))
    event.add("duration", vDuration(timedelta(minutes=invitation.minutes)))
    event.add("summary", _line(f"{invitation.mark + ': ' if invitation.mark else ''}{invitation.title}"))
    event.add("description", invitation.words)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("class", "CONFIDENTIAL" if invitation.tlp in ("RED", "AMBER+STRICT") else "PRIVATE")
    event.add("categories", [f"TLP:{invitation.tlp}"])
    event.add("url", invitation.url)
    if invitation.link:
        event.add("location", invitation.link)
        event.add("conference", invitation.link, parameters={"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join"})
    event.add("organizer", _address(organizer))
    if attendee:
        event.add("attendee", _address(attendee, RSVP="FALSE", PARTSTAT="NEEDS-ACTION", ROLE="REQ-PARTICIPANT"))
    return event


def _address(person: Person, **parameters: str) -> Any:
    """``mailto:`` with its parameters. An address that holds anything but itself is refused."""
    from icalendar import vCalAddress, vText

    if any(sign.isspace() or not sign.isprintable() or sign in '<>,;:"' for sign in person.address):
        raise Refused("This is not a plain e-mail address.")
    found = vCalAddress(f"mailto:{person.address}")
    name = _line(person.name).replace('"', "'")
    for key, value in ({"CN": name} if name else {}).items():
        found.params[key] = vText(value)
    for key, value in parameters.items():
        found.params[key] = vText(value)
    return found


def _line(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
