"""From notes to the message: what goes into the minutes, and who reads them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from routehub.boards.conferences.attendance import PRESENT, Place, attendance
from routehub.boards.conferences.queries import ConferenceView, conferences
from routehub.boards.minutes.queries import MinutesRef, editions
from routehub.chairing.meeting import ItemNote, Meeting
from routehub.core.canonical import iso
from routehub.directory import visibility
from routehub.directory.principal import Principal
from routehub.directory.snapshot import RouteView
from routehub.directory.visibility import readable, readers
from routehub.journal import targets
from routehub.views import shared
from routehub_schemas.kinds.minutes.payload import Attendee


def invited(conn: Connection, route: RouteView, held: ConferenceView, now: datetime) -> list[str]:
    """Who takes part in a conference: those it names with its chair; none named: everyone on the route who reads of
    it."""
    on = now.astimezone(route.zone).date()
    if held.participants:
        named = dict.fromkeys([held.chair, *held.participants])
        return [code for code in named if route.membership(code, on)]
    known = readers(conn, held.audience_id)
    everyone = shared.everyone(route, on)
    return [m.party for m in route.members(on, "member", "coordinator") if m.party in known & everyone]


def attendance_of(parties: Iterable[str], chair: str, places: Mapping[str, Place]) -> list[Attendee]:
    """The list to tick on. places: what each party answered to the invitation. Who has joined is present, and so is the
    chair; who said that another party speaks for it stands so."""
    return [_attendee(party, party == chair, places.get(party)) for party in parties]


def _attendee(party: str, chairs: bool, place: Place | None) -> Attendee:
    if place is None or (place.state not in PRESENT and not chairs):
        return Attendee(party=party, present=chairs, represented_by=place.represented_by if place else None)
    return Attendee(party=party, present=True, people=list(place.delegates))


def audience(conn: Connection, route: RouteView, held: ConferenceView, now: datetime) -> list[str]:
    """Who reads the minutes: who was invited; a corrected edition nobody who did not read the one before."""
    parties = invited(conn, route, held, now)
    if known := _known(conn, route, held):
        before = readers(conn, known[0].audience_id)
        parties = [party for party in parties if party in before]
    return parties


def _known(conn: Connection, route: RouteView, held: ConferenceView) -> list[MinutesRef]:
    """The editions that were sent, the newest first."""
    ids = readable(conn, route.code, held.chair) | {held.audience_id}
    return editions(conn, ids, route.code, held.series, held.number)


def minutes_data(
    conn: Connection, route: RouteView, meeting: Meeting, now: datetime, following: datetime | None
) -> dict[str, Any]:
    """The data of the message. Sources that some of the readers could not open stay out.

    following: when the group meets again; None: as the next conference was called.
    """
    held = meeting.conference
    parties = audience(conn, route, held, now)
    refs = [held.message_id, *([meeting.agenda] if meeting.agenda else []), *_sources(meeting.items)]
    found = targets.find(conn, route.code, "HUB", tuple(dict.fromkeys(refs)))
    red = held.tlp == "RED"  # then the minutes are too
    seen = {ref for ref, one in found.items() if one.readers >= set(parties) and (red or one.tlp != "RED")}
    items = [_item(one, seen) for one in meeting.items]
    data: dict[str, Any] = {
        "audience": parties, "series": held.series, "conference": held.number, "edition": meeting.edition,
        "began": iso(meeting.began), "ended": iso(meeting.ended or now),
        "attendance": [one.model_dump(mode="json", exclude_none=True) for one in meeting.attendance],
        "items": items, "points": sorted({point for item in items for point in item["points"]})[:50],
        "references": [ref for ref in (held.message_id, meeting.agenda) if ref in seen],
    }  # fmt: skip
    if held.message_id in seen:
        data["thread"] = held.message_id
    if known := _known(conn, route, held):
        data["edition"] = max(meeting.edition, known[0].edition + 1)
    later = following or next_start(conn, route, held, parties)
    return data | ({"next": iso(later)} if later is not None else {})


def _sources(items: Iterable[ItemNote]) -> list[str]:
    return [source for one in items for source in one.head.sources]


def _item(one: ItemNote, seen: set[str]) -> dict[str, Any]:
    noted = one.noted.model_dump(mode="json", exclude_none=True)
    head = one.head.model_dump(mode="json", include={"title", "points", "outcome", "rule"}, exclude_none=True)
    return {"number": one.number} | head | noted | {"sources": [s for s in one.head.sources if s in seen]}


def next_start(conn: Connection, route: RouteView, held: ConferenceView, parties: Iterable[str]) -> datetime | None:
    """When the next conference of the series begins, as those who read it all know."""
    ids = visibility.shared(conn, route.code, frozenset(parties))
    known = conferences(conn, ids, route.code, held.series)
    return next((c.start for c in known if c.start > held.start and c.state != "cancelled"), None)


def answered(conn: Connection, route: RouteView, who: Principal, held: ConferenceView) -> dict[str, Place]:
    """What each party answered to the invitation, as whoever takes the minutes may know it."""
    ids = readable(conn, who.route, who.party)
    return {place.party: place for place in attendance(conn, ids, route, held)}
