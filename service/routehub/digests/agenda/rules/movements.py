"""Movements without agreement: one each, gone as soon as they are agreed or withdrawn (draft statement, point 12)."""

from collections.abc import Iterator

from routehub.boards.movements.queries import MovementView
from routehub.digests import words
from routehub.digests.agenda.matter import Entry, Matter, Prepare, entry
from routehub.views.acting import STATES, what
from routehub.views.week import Week


def movements(matter: Matter) -> list[Entry]:
    return [_movement(matter, m) for m in matter.week.records.movements if _unagreed(matter.week, m)]


def _unagreed(week: Week, movement: MovementView) -> bool:
    if not movement.needs or movement.agreed or movement.state == "withdrawn":
        return False
    return movement.at >= week.since


def _movement(matter: Matter, m: MovementView) -> Entry:
    sender, asked = matter.week.name(m.party), matter.week.name(m.asked)
    return entry(
        "movement-without-agreement", f"{sender} to {asked}: {what(m)}",
        f"It needs the agreement of {asked}: {STATES[m.state]}.", outcome="decide", minutes=6,
        points=m.points or matter.points("movement-without-agreement"), lead=matter.lead(m.party),
        lines=list(_lines(matter, m)), sources=(m.id, *(act.message_id for act in m.acts)),
        wanted=f"{asked}: agree, agree with conditions, or object." if m.takes_answers else None,
        prepare=list(_prepare(matter, m)),
    )  # fmt: skip


def _lines(matter: Matter, m: MovementView) -> Iterator[str]:
    asked = matter.week.name(m.asked)
    yield f"{m.short_id}: about {words.number(m.people)} people, {words.when(m.at, matter.zone)}, {m.leg}."
    if m.state == "proposed":
        yield f"{asked} can answer until {words.when(m.answer_by, matter.zone)}; no answer means not agreed."
    if m.answer is not None and m.answer.text:
        yield m.answer.text
    if m.without_agreement and m.took_place is not None:
        yield f"It took place without agreement: {words.number(m.took_place.people or 0)} people."


def _prepare(matter: Matter, m: MovementView) -> Iterator[Prepare]:
    if m.waits_for(m.asked) == "answer":
        text = f"Agree or object to {m.short_id} of {matter.week.name(m.party)}: {what(m)}"
        yield Prepare(m.asked, text, m.answer_by, m.id)
    elif m.waits_for(m.party) == "accept_conditions":
        yield Prepare(m.party, f"Accept the conditions of {matter.week.name(m.asked)}, or withdraw {m.short_id}",
                      m.at, m.id)  # fmt: skip
    else:
        for party in (m.party, m.asked):
            yield Prepare(party, f"Say how it goes on with {m.short_id}: {STATES[m.state]}", source=m.id)
