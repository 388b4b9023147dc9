"""Requests, offers and free places, each as a table."""

from collections.abc import Iterable

from routehub.boards.requests.queries import OfferView, RequestView
from routehub.formats.sheets.table import Column, Row, Table
from routehub.views.places import Places

MARKED = (Column("tlp", "#meta+tlp"), Column("marking", "#meta+marking"))
REQUESTS = (
    Column("short_id", "#meta+short_id"), Column("party", "#org+code"), Column("category", "#need+type"),
    Column("state", "#status+state"), Column("title", "#need+name"), Column("text", "#description"),
    Column("asked", "#org+asked+list"), Column("waiting_for", "#org+waiting+list"), Column("asked_at", "#date+asked"),
    Column("due", "#date+due"), Column("expires", "#date+expires"), Column("quantity", "#need+num"),
    Column("unit", "#need+unit"), Column("pledged", "#capacity+pledged+num"),
    Column("committed", "#capacity+committed+num"), Column("delivered", "#capacity+delivered+num"),
    Column("received", "#capacity+received+num"), Column("place", "#loc+code"), Column("points", "#meta+points"),
    Column("mechanism_triggered", "#meta+mechanism"), Column("mechanism_reference", "#meta+mechanism+id"),
    Column("outcome", "#description+outcome"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
OFFERS = (
    Column("short_id", "#meta+short_id"), Column("party", "#org+code"), Column("state", "#status+state"),
    Column("need", "#meta+need+short_id"), Column("needed_by", "#org+need+code"), Column("title", "#activity+name"),
    Column("text", "#description"), Column("quantity", "#capacity+num"), Column("unit", "#capacity+unit"),
    Column("committed", "#capacity+committed+num"), Column("delivered", "#capacity+delivered+num"),
    Column("received", "#capacity+received+num"), Column("receiver", "#org+receiver+code"),
    Column("offered_to", "#org+to+list"), Column("place", "#loc+code"),
    Column("available_from", "#date+start"), Column("available_until", "#date+end"),
    Column("offered_at", "#date+offered"), Column("points", "#meta+points"), Column("message", "#meta+id"), *MARKED,
)  # fmt: skip
PLACES = (
    Column("party", "#org+code"), Column("name", "#org+name"), Column("day", "#date+reported"),
    Column("what", "#meta+what"), Column("places", "#capacity+places+num"),
    Column("occupied", "#capacity+occupied+num"), Column("free", "#capacity+free+num"),
    Column("expected", "#affected+expected+num"), Column("low", "#affected+expected+low+num"),
    Column("high", "#affected+expected+high+num"), Column("days_to_full", "#capacity+days+num"),
    Column("last_report", "#date+last"), Column("marking", "#meta+marking"),
)  # fmt: skip
SUGGESTIONS = (
    Column("from", "#org+from+code"), Column("to", "#org+to+code"), Column("people", "#affected+num"),
    Column("leg", "#meta+leg"), Column("why", "#description"), Column("arithmetic", "#description+arithmetic"),
    Column("inputs", "#meta+id+list"), Column("marking", "#meta+marking"),
)  # fmt: skip


def requests(views: Iterable[RequestView], marking: str) -> Table:
    return Table("requests", REQUESTS, [_request(view, marking) for view in views])


def _request(view: RequestView, marking: str) -> Row:
    c = view.counts
    return (
        view.short_id, view.party, view.category, view.state, view.title, view.text,
        " ".join(one.party for one in view.asked),
        " ".join(one.party for one in view.asked if one.state != "not_shown" and view.waits_for(one.party)),
        view.asked_at, view.due, view.expires, view.quantity, view.unit, c.pledged if c else None,
        c.committed if c else None, c.delivered if c else None, c.received if c else None, view.place,
        " ".join(view.points), view.mechanism_triggered, view.mechanism_reference,
        view.ending.text if view.ending else None, view.id, view.tlp, marking,
    )  # fmt: skip


def offers(views: Iterable[OfferView], marking: str) -> Table:
    return Table("offers", OFFERS, [_offer(view, marking) for view in views])


def _offer(view: OfferView, marking: str) -> Row:
    p = view.progress
    return (
        view.short_id, view.party, view.state, view.need_short_id, view.needed_by, view.title, view.text,
        view.quantity, view.unit, p.committed, p.delivered, p.received, view.receiver, " ".join(view.offered_to),
        view.place, view.available_from, view.available_until, view.offered_at, " ".join(view.points), view.id,
        view.tlp, marking,
    )  # fmt: skip


def places(found: Places, marking: str) -> Table:
    """One row per party and day: those that were reported, then those that are forecast. An empty cell is no zero."""
    rows: list[Row] = []
    for p in found.parties:
        for day in p.days:
            said = "reported" if day.occupied is not None else "not reported"
            to_full = p.days_to_full if p.now is not None and day.day == p.now.day else None
            rows.append((p.party, p.name, day.day, said, day.places, day.occupied, day.free, None, None, None, to_full,
                         p.since, marking))  # fmt: skip
        rows += [
            (p.party, p.name, e.day, "forecast", None, None, None, e.expected, e.low, e.high, None, p.since, marking)
            for e in p.expected
        ]
    return Table("places", PLACES, rows)


def suggestions(found: Places, marking: str) -> Table:
    rows: list[Row] = [
        (s.from_party, s.to_party, s.people, s.leg, s.why, "; ".join(s.arithmetic), " ".join(s.inputs), marking)
        for s in found.suggestions
    ]
    return Table("suggestions", SUGGESTIONS, rows)
