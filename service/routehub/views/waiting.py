"""What of requests and offers waits for a party, with its due time (UX 3.3): for the overview and the terminal."""

from collections.abc import Iterable

from sqlalchemy import Connection

from routehub.boards.requests.queries import Looking, OfferView, RequestView, offers_of, requests_of
from routehub.core.words import number
from routehub.views.changes import Todo


def load(conn: Connection, look: Looking) -> list[Todo]:
    """The lines of a party, the soonest first."""
    found = [*requests_waiting(requests_of(conn, look), look.party), *offers_waiting(offers_of(conn, look), look.party)]
    return sorted(found, key=lambda todo: (todo.due is None, todo.due or look.now))


def requests_waiting(views: Iterable[RequestView], party: str) -> list[Todo]:
    """Answers wanted of a party, and assessments of its own that are ready to be compiled."""
    found = []
    for view in views:
        one = view.asks(party)
        if one is not None and view.waits_for(party):
            found.append(
                Todo(
                    f"Answer {view.short_id} of {view.party}: {view.title}",
                    one.due,
                    view.short_id,
                    f"/requests/{view.short_id}",
                )
            )
        elif view.party == party and not view.over and view.category == "joint_assessment" and _all_in(view):
            found.append(
                Todo(
                    f"Compile the outcome of {view.short_id}: {view.title}",
                    view.due,
                    view.short_id,
                    f"/requests/{view.short_id}",
                )
            )
    return found


def _all_in(view: RequestView) -> bool:
    return all(one.state in ("answered", "declined") for one in view.asked)


def offers_waiting(views: Iterable[OfferView], party: str) -> list[Todo]:
    """Offers to accept or decline, and deliveries whose receipt is to be confirmed."""
    found = []
    for view in views:
        p, toward = view.progress, f" toward {view.need_short_id}" if view.need_short_id else ""
        meant = party == view.needed_by or party in view.offered_to
        if view.state == "offered" and meant and view.may_take(party):
            what = f"{number(view.quantity)} {view.unit}{toward}"
            found.append(
                Todo(
                    f"Accept or decline {view.short_id} of {view.party}: {what}",
                    None,
                    view.short_id,
                    f"/offers/{view.short_id}",
                )
            )
        elif party == view.receiver and p.delivered > p.received and p.ended is None:
            what = f"{number(p.delivered - p.received)} {view.unit} of {view.short_id}"
            found.append(
                Todo(
                    f"Confirm the receipt of {what}, from {view.party}", None, view.short_id, f"/offers/{view.short_id}"
                )
            )
    return found
