"""The clock of nominations: contact points "should be nominated within 24 hours" (draft statement, point 1).

It begins when the route began or the party joined it, whichever is later, and again when the last contact point has
gone. Pure functions over the directory; times are wall time, as for everything about people.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from routehub.directory.reporting_day import instant
from routehub.directory.snapshot import Directory, Membership, PersonView, RouteView

TERM = timedelta(hours=24)
State = Literal["nominated", "running", "overdue"]
ORDER: tuple[State, ...] = ("overdue", "running", "nominated")
CONTACT_POINT = "contact_point"


@dataclass(frozen=True)
class Standing:
    """One party's nominations. ``since``: when it was asked; ``nominated_at``: the first nomination of those that
    hold; ``accepted``: whether one of them has signed in since."""

    party: str
    role: str
    state: State
    since: datetime
    due_at: datetime
    nominated_at: datetime | None
    accepted: bool

    @property
    def hours(self) -> float | None:
        """How long the party took, in hours; None while it has nobody."""
        if self.nominated_at is None:
            return None
        return round(max(0.0, (self.nominated_at - self.since).total_seconds() / 3600), 1)


def standings(directory: Directory, route: RouteView, today: date, wall: datetime) -> list[Standing]:
    """Every party that is to nominate, those that wait longest first. Observers are asked for nobody."""
    found = [_standing(directory, route, member, wall) for member in route.members(today, "member", "coordinator")]
    return sorted(found, key=lambda one: (ORDER.index(one.state), one.due_at, one.party))


def standing(directory: Directory, route: RouteView, party: str, today: date, wall: datetime) -> Standing | None:
    """One party's; None for an observer, or a party that is not on the route."""
    member = route.membership(party, today)
    if member is None or member.role == "observer":
        return None
    return _standing(directory, route, member, wall)


def _standing(directory: Directory, route: RouteView, member: Membership, wall: datetime) -> Standing:
    people = [
        person
        for person in directory.people.values()
        if person.party == member.party and CONTACT_POINT in person.roles.get(route.code, frozenset())
    ]
    holding = [person for person in people if person.withdrawn_at is None and not _over(person, wall)]
    asked = max(filter(None, (route.began_at, _joined(route, member))))
    if holding:
        first = min(_nominated(person) for person in holding)
        accepted = any(person.accepted_at is not None for person in holding)
        return Standing(member.party, member.role, "nominated", asked, asked + TERM, first, accepted)
    left = [gone for person in people if (gone := _left(person)) is not None and gone <= wall]
    since = max([asked, *left])
    state: State = "overdue" if wall >= since + TERM else "running"
    return Standing(member.party, member.role, state, since, since + TERM, None, False)


def _nominated(person: PersonView) -> datetime:
    return person.nominated_at or person.valid_from


def _over(person: PersonView, wall: datetime) -> bool:
    return person.valid_until is not None and wall >= person.valid_until


def _left(person: PersonView) -> datetime | None:
    """When a nomination ended: by its own term or because it was withdrawn."""
    ends = [end for end in (person.withdrawn_at, person.valid_until) if end is not None]
    return min(ends, default=None)


def _joined(route: RouteView, member: Membership) -> datetime:
    """The beginning of the party's unbroken time on the route, from midnight in its zone. New reporting times are a
    new row and no new beginning."""
    start = member.valid_from or date.min
    rows = [m for m in route.memberships if m.party == member.party and m.role != "observer"]
    while earlier := next((m for m in rows if m.valid_until == start and (m.valid_from or date.min) < start), None):
        start = earlier.valid_from or date.min
    return instant(max(start, date(2000, 1, 1)), time(0), member.zone)
