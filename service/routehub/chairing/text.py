"""Minutes as plain text: for the terminal, for mail, and for whoever keeps a copy."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime

from routehub.digests.render.page import only_plan, points
from routehub.digests.render.reader import MARK_WORDS, MARKS
from routehub.digests.words import count, day, full_day, listed
from routehub.directory.snapshot import Directory, RouteView
from routehub_schemas.kinds.minutes.payload import MinutedItem, Minutes

WIDTH = 78


def minutes_text(said: Minutes, directory: Directory, route: RouteView) -> str:
    """The whole minutes, one line a fact, at most 78 characters wide."""
    on = said.began.astimezone(route.zone).date()
    names = {code: directory.name(code, on) for code in directory.parties}
    lines = [*head(said, route), "", *_attendance(said, names)]
    plan = only_plan(code for item in said.items for code in item.points)
    for item in said.items:
        lines += ["", *_item(item, names, plan)]
    if said.next is not None:
        lines += ["", f"The group meets again on {_moment(said.next, route)}."]
    return "\n".join(lines) + "\n"


def minutes_file(said: Minutes, directory: Directory, route: RouteView, tlp: str) -> str:
    """The minutes as a file: what is an exercise or a sample says so first, and how it may be handled stands last."""
    mark = MARK_WORDS.get(MARKS.get(route.marking, ""), "")
    parts = [mark, minutes_text(said, directory, route).strip(), f"Handling: TLP:{tlp}"]
    return "\n\n".join(filter(None, parts)) + "\n"


def head(said: Minutes, route: RouteView) -> list[str]:
    """What the minutes are of, and when it was."""
    local, end = said.began.astimezone(route.zone), said.ended.astimezone(route.zone)
    edition = f" Corrected: edition {said.edition}." if said.edition > 1 else ""
    return [
        f"Minutes of conference {said.conference}, {route.title}",
        f"{full_day(local.date())}, {local:%H:%M} to {end:%H:%M} {end:%Z}.{edition}",
    ]


def _moment(at: datetime, route: RouteView) -> str:
    local = at.astimezone(route.zone)
    return f"{full_day(local.date())}, {local:%H:%M} {local:%Z}"


def _attendance(said: Minutes, names: dict[str, str]) -> Iterator[str]:
    there = [one for one in said.attendance if one.present]
    away = [one for one in said.attendance if not one.present]
    if there:
        told = ", ".join(names.get(one.party, one.party) for one in there)
        yield from _wrapped(f"Present ({count(len(there), 'party', 'parties')}): {told}.")
    people = [f"{names.get(one.party, one.party)}: {', '.join(one.people)}" for one in there if one.people]
    yield from (line for person in people for line in _wrapped(person, "  "))
    spoken = [one for one in away if one.represented_by]
    for one in spoken:
        yield f"{names.get(one.party, one.party)} was represented by {names.get(one.represented_by or '', '')}."
    absent = [names.get(one.party, one.party) for one in away if not one.represented_by]
    if absent:
        yield from _wrapped(f"Not present: {listed(absent)}.")


def _item(item: MinutedItem, names: dict[str, str], plan: str | None) -> Iterator[str]:
    yield from _wrapped(f"{item.number}. {item.title}")
    if item.points:
        yield from _wrapped(points(item.points, plan), "   ")
    for said in item.interventions:
        mark = " [public]" if said.public else ""
        yield from _wrapped(f"- {listed([names.get(p, p) for p in said.parties])} {said.text}{mark}", "   ")
    for one in item.conclusions:
        yield from _wrapped(f"{one.id} ({one.publish}) {one.text}", "   ")
    for action in item.actions:
        owners = listed([names.get(p, p) for p in action.owners])
        due = f"{day(action.due)} {action.due.year}"
        yield from _wrapped(f"{action.id} {owners}, by {due}: {action.what}", "   ")
    if not (item.interventions or item.conclusions or item.actions):
        yield "   Nothing was noted."


def _wrapped(text: str, indent: str = "") -> Iterable[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ") or [""]
