"""What waits for a party besides alerts and figures, with its due time (UX 3.3): for the overview and the terminal."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection

from routehub.boards.conferences.attendance import attendance
from routehub.boards.conferences.queries import conferences
from routehub.boards.minutes.queries import ActionView, actions
from routehub.boards.requests.queries import Looking, OfferView, RequestView, offers_of, requests_of
from routehub.boards.statements.queries import StatementView, pending
from routehub.core.language import _
from routehub.core.words import number
from routehub.directory import nominations
from routehub.directory.principal import Principal
from routehub.directory.snapshot import Directory, RouteView
from routehub.views.changes import Todo

MAIN = "weekly"
"""The series that is meant when none is named."""


def load(conn: Connection, look: Looking) -> list[Todo]:
    """The lines of a party, the soonest first."""
    found = [
        *requests_waiting(requests_of(conn, look), look.party), *offers_waiting(offers_of(conn, look), look.party),
        *actions_waiting(actions(conn, look.audiences, look.route, look.now, look.zone, party=look.party), look),
        *statements_waiting(pending(conn, look.audiences, look.route), look.party),
    ]  # fmt: skip
    return sorted(found, key=lambda todo: (todo.due is None, todo.due or look.now))


def requests_waiting(views: Iterable[RequestView], party: str) -> list[Todo]:
    """Answers wanted of a party, and assessments of its own that are ready to be compiled."""
    found = []
    for view in views:
        one = view.asks(party)
        if one is not None and view.waits_for(party):
            found.append(
                Todo(
                    _(
                        "Answer %(short_id)s of %(party)s: %(title)s",
                        short_id=view.short_id,
                        party=view.party,
                        title=view.title,
                    ),
                    one.due,
                    view.short_id,
                    f"/requests/{view.short_id}",
                )
            )
        elif view.party == party and not view.over and view.category == "joint_assessment" and _all_in(view):
            found.append(
                Todo(
                    _("Compile the outcome of %(short_id)s: %(title)s", short_id=view.short_id, title=view.title),
                    view.due,
                    view.short_id,
                    f"/requests/{view.short_id}",
                )
            )
    return found


def _all_in(view: RequestView) -> bool:
    return all(one.state in ("answered", "declined") for one in view.asked)


def actions_waiting(views: Iterable[ActionView], look: Looking) -> list[Todo]:
    """What conferences gave the party to do: until the end of its day."""
    found = []
    for view in views:
        own = view.owner(look.party)
        if own is not None and own.state != "done":
            due = datetime.combine(own.due, time(23, 59), look.zone).astimezone(UTC)
            late = _("Overdue action") if own.state == "overdue" else _("Action")
            # A mail says what stands before the colon: what follows may be from TLP:RED minutes.
            found.append(Todo(f"{late} {view.id}: {view.what.removesuffix('.')}", due, view.id, f"/actions#{view.id}"))
    return found


def statements_waiting(views: Iterable[StatementView], party: str) -> list[Todo]:
    """Texts that name the party and that it has neither signed nor declined."""
    return [
        Todo(
            _(
                "Sign or decline %(short_id)s of %(party)s: %(title)s",
                short_id=view.short_id,
                party=view.party,
                title=view.title,
            ),
            None,
            view.short_id,
            f"/statements/{view.short_id}",
        )
        for view in views
        if view.waits_for(party)
    ]


def nominations_waiting(
    directory: Directory, route: RouteView, who: Principal, today: date, wall: datetime
) -> list[Todo]:
    """A contact point to be nominated: for the party's office its own, for coordinators those of parties that are
    overdue."""
    stand = nominations.standings(directory, route, today, wall)
    found = [
        Todo(_("Nominate a contact point, within 24 hours"), one.due_at, None, "/people/new")
        for one in stand
        if one.party == who.party and one.state != "nominated" and "party_office" in who.roles
    ]
    late = [one for one in stand if one.state == "overdue" and one.party != who.party]
    if late and "coordinator" in who.roles:
        codes = ", ".join(one.party for one in late)
        found.append(Todo(_("No contact point nominated yet: %(codes)s", codes=codes), late[0].due_at, None, "/people"))
    return found


def invitations(conn: Connection, audiences: frozenset[int], route: RouteView, party: str, now: datetime) -> list[Todo]:
    """Conferences to which a party is invited and has not said whether it comes: until they begin."""
    found = []
    for view in conferences(conn, audiences, route.code):
        if not view.current or view.start <= now:
            continue
        own = next((one for one in attendance(conn, audiences, route, view) if one.party == party), None)
        if own is not None and own.state == "unanswered":
            more = f"?series={view.series}" if view.series != MAIN else ""
            page = f"/conference/{view.number}/invitation{more}"
            words = _("Answer the invitation to conference %(number)s", number=view.number)
            if view.series != MAIN:
                words = _(
                    "Answer the invitation to conference %(number)s of %(series)s",
                    number=view.number,
                    series=view.series,
                )
            found.append(Todo(words, view.start, None, page, message=view.message_id))
    return found


def offers_waiting(views: Iterable[OfferView], party: str) -> list[Todo]:
    """Offers to accept or decline, and deliveries whose receipt is to be confirmed."""
    found = []
    for view in views:
        p, toward = (
            view.progress,
            _(" toward %(need_short_id)s", need_short_id=view.need_short_id) if view.need_short_id else "",
        )
        meant = party == view.needed_by or party in view.offered_to
        if view.state == "offered" and meant and view.may_take(party):
            what = f"{number(view.quantity)} {view.unit.replace('_', ' ')}{toward}"
            found.append(
                Todo(
                    _(
                        "Accept or decline %(short_id)s of %(party)s: %(what)s",
                        short_id=view.short_id,
                        party=view.party,
                        what=what,
                    ),
                    None,
                    view.short_id,
                    f"/offers/{view.short_id}",
                )
            )
        elif party == view.receiver and p.delivered > p.received and p.ended is None:
            what = _(
                "%(received)s %(unit)s of %(short_id)s",
                received=number(p.delivered - p.received),
                unit=view.unit.replace("_", " "),
                short_id=view.short_id,
            )
            found.append(
                Todo(
                    _("Confirm the receipt of %(what)s, from %(party)s", what=what, party=view.party),
                    None,
                    view.short_id,
                    f"/offers/{view.short_id}",
                )
            )
    return found
