"""What measures and movements want of a party, and what changed about them, as lines like those of the overview. Each
is filled from records; nothing is generated."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from routehub.boards.measures.queries import MeasureView, measures
from routehub.boards.movements.queries import MovementView, movements
from routehub.core.language import ENGLISH, _, current, later, plural
from routehub.core.words import number
from routehub.directory.snapshot import Directory, RouteView
from routehub.views.changes import Line, Todo
from routehub_schemas.kinds.movement.summary import carried

TRANSPORT = {
    "train": later("by train"), "bus": later("by bus"), "ship": later("by ship"), "plane": later("by plane"),
    "on_foot": later("on foot"),
}  # fmt: skip
VEHICLES = {
    "train": ("%(n)s train", "%(n)s trains"), "bus": ("%(n)s bus", "%(n)s buses"),
    "ship": ("%(n)s ship", "%(n)s ships"), "plane": ("%(n)s plane", "%(n)s planes"),
}  # fmt: skip
"""In the catalogues by the pages that say them too (``movement_parts.html``)."""
STATES = {
    "proposed": later("waits for an answer"),
    "notified": later("told in advance"),
    "agreed": later("agreed"),
    "agreed_with_conditions": later("agreed with conditions, which are not accepted yet"),
    "objected": later("objected"),
    "not_agreed": later("not agreed"),
    "withdrawn": later("withdrawn"),
    "took_place": later("took place"),
}
"""How a movement stands, in words."""


def load(
    conn: Connection, audiences: Iterable[int], route: str, now: datetime
) -> tuple[list[MeasureView], list[MovementView]]:
    ids = frozenset(audiences)
    return measures(conn, ids, route, now), movements(conn, ids, route, now)


def what(movement: MovementView) -> str:
    """``2 trains, about 960 people``"""
    return _("%(vehicles)s, about %(people)s people", vehicles=vehicles(movement), people=number(movement.people))


def vehicles(movement: MovementView) -> str:
    """``2 trains``, ``on foot``; the payload's own words in English."""
    if current() == ENGLISH:
        return carried(movement.transport, movement.vehicles)
    if movement.vehicles is not None and movement.transport in VEHICLES:
        return plural(*VEHICLES[movement.transport], movement.vehicles)
    return _(TRANSPORT[movement.transport]) if movement.transport in TRANSPORT else _("other means")


def todo(
    told: Sequence[MeasureView], planned: Sequence[MovementView], party: str, directory: Directory, now: datetime
) -> list[Todo]:
    """What waits for a party: answers to movements and views on measures, the earliest deadline first."""
    found = [item for view in planned for item in _of_movement(view, party, directory, now)]
    found += [item for view in told for item in _of_measure(view, party, directory, now.date())]
    return sorted(found, key=lambda item: (item.due is None, item.due))


def _of_movement(view: MovementView, party: str, directory: Directory, now: datetime) -> list[Todo]:
    wanted, page = view.waits_for(party), f"/movements/{view.short_id}"
    if wanted == "answer":
        name = directory.name(view.party, now.date())
        return [
            Todo(
                _(
                    "Agree or object to %(short_id)s: %(name)s, %(view)s",
                    short_id=view.short_id,
                    name=name,
                    view=what(view),
                ),
                view.answer_by,
                view.short_id,
                page,
            )
        ]
    if wanted == "accept_conditions":
        name = directory.name(view.asked, now.date())
        words = _(
            "Accept the conditions of %(name)s, or withdraw %(short_id)s: %(view)s",
            name=name,
            short_id=view.short_id,
            view=what(view),
        )
        return [Todo(words, view.at, view.short_id, page)]
    if party == view.party and (view.agreed or not view.needs) and view.unreported(now):
        return [
            Todo(
                _("Report what took place of %(short_id)s: %(view)s", short_id=view.short_id, view=what(view)),
                None,
                view.short_id,
                page,
            )
        ]
    return []


def _of_measure(view: MeasureView, party: str, directory: Directory, today: date) -> list[Todo]:
    page = f"/measures/{view.short_id}"
    if view.waits_for(party):
        name = directory.name(view.party, today)
        due = view.said.views_by or (view.said.start if view.in_force is None else None)
        return [
            Todo(
                _(
                    "View on %(short_id)s: %(name)s, %(title)s",
                    short_id=view.short_id,
                    name=name,
                    title=view.said.title,
                ),
                due,
                view.short_id,
                page,
            )
        ]
    if party in view.unconfirmed():
        return [
            Todo(
                _("Confirm %(short_id)s: %(title)s", short_id=view.short_id, title=view.said.title),
                view.said.start,
                view.short_id,
                page,
            )
        ]
    return []


def lines(
    told: Sequence[MeasureView], planned: Sequence[MovementView], route: RouteView, directory: Directory,
    since: datetime, now: datetime,
) -> list[Line]:  # fmt: skip
    """Measures and movements that are new or changed since a moment, each with the parties that it names."""
    today = now.astimezone(route.zone).date()
    found = [
        Line(
            "m", view.latest.at, view.party, _measure_words(view, directory, today), view.short_id,
            parties=tuple(sorted(_named(view))), sources=tuple(notice.message_id for notice in view.notices),
        )
        for view in told
        if view.latest.at >= since
    ]  # fmt: skip
    for view in planned:
        at = max([view.proposed_at, *(act.at for act in view.acts)])
        if at >= since:
            text = _(
                "to %(today)s, %(view)s: %(state)s",
                today=directory.name(view.asked, today),
                view=what(view),
                state=_(STATES[view.state]),
            )
            sources = (view.id, *(act.message_id for act in view.acts))
            found.append(Line(
                ">", at, view.party, text, view.short_id, parties=(view.party, view.asked), sources=sources,
            ))  # fmt: skip
    return found


def near(found: Iterable[Line], route: RouteView, party: str, today: date) -> list[Line]:
    """Without measures and movements that name neither the party nor a neighbour of it (UX 3.3). A party that has no
    place on the line of the route looks at all of it."""
    around = route.neighbours(party, today)
    if route.membership(party, today) is None or not around:
        return list(found)
    close = around | {party}
    return [line for line in found if line.mark not in "m>" or not close.isdisjoint(line.parties)]


def _named(view: MeasureView) -> set[str]:
    return {view.party, *view.said.co_authors, *(code for leg in view.legs for code in leg.split("-"))}


def _measure_words(view: MeasureView, directory: Directory, today: date) -> str:
    marks = [*([_("changed")] if view.changed_at else []), *([_("short notice")] if view.short_notice else [])]
    marks += [_("unilateral")] if view.unilateral else []
    marks += [_(view.state)] if view.over else []
    joint = _(
        " with %(co_authors)s", co_authors=", ".join(directory.name(code, today) for code in view.said.co_authors)
    )
    return view.said.title + (joint if view.said.co_authors else "") + (f" ({', '.join(marks)})" if marks else "")
